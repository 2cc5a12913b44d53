"""A guide in a browser: with JavaScript and without, by keyboard, in print, in both color schemes, on a small phone."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from documents.text.html import Html
from guides.models import Guide
from guides.parts import Parts
from tests.browser.common import ColorScheme, axe_violations, in_both_color_schemes, without_javascript
from tests.support.builders import VALID
from tests.support.library import create_guide

GUIDE = "/guides/dismissive-avoidant/"
PAGES = ["/", "/guides/", GUIDE, "/quiz/", "/help/", "/about/", "/privacy/", "/there-is-no-such-page/"]

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def parts() -> Parts:
    return Guide.objects.get(slug="dismissive-avoidant").parts_and_related(timezone.now())[0]


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", "", html)).split())


def visible_text(page: Page) -> str:
    """The words that are visible in the main element."""
    return " ".join(page.get_by_role("main").inner_text().split())


def paragraphs(prose: Html) -> list[str]:
    return [words(block) for block in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", prose, re.DOTALL)]


def texts_of_steps(parts: Parts) -> list[str]:
    return [text for step in parts.steps for text in [*paragraphs(step.prose), *map(words, step.actions)]]


def texts_of_strategies(parts: Parts) -> list[str]:
    return [text for strategy in parts.strategies for text in paragraphs(strategy.prose)]


def texts_in_the_open(parts: Parts) -> list[str]:
    """The texts that are visible without a click."""
    answers = [text for question in parts.questions for text in [question.title, *paragraphs(question.answer)]]
    sources = [words(source.text) for source in parts.sources]
    takeaways = [words(takeaway) for takeaway in parts.takeaways]
    return [parts.title, parts.summary, *paragraphs(parts.introduction), *takeaways, *answers, *sources]


def hidden_texts(texts: list[str], page: Page) -> list[str]:
    shown = visible_text(page)
    return [text for text in texts if text not in shown]


def step(page: Page, number: int) -> Locator:
    """The list item of a step."""
    return page.get_by_role("listitem").filter(has=page.get_by_text(f"Step {number}", exact=True))


def open_steps(page: Page, parts: Parts) -> list[int]:
    """The numbers of the steps whose action items are visible."""
    shown = visible_text(page)
    return [step.number for step in parts.steps if words(step.actions[0]) in shown]


@without_javascript
def test_without_javascript_the_whole_guide_can_be_read(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.get_by_role("link", name="Open all steps").click()
    page.get_by_text("more strategies").click()
    assert hidden_texts([*texts_in_the_open(parts), *texts_of_steps(parts), *texts_of_strategies(parts)], page) == []


@without_javascript
def test_without_javascript_the_steps_can_be_closed_again(page: Page, parts: Parts) -> None:
    page.goto(f"{GUIDE}?steps=open")
    page.get_by_role("link", name="Close all steps").click()
    assert open_steps(page, parts) == [1]


def test_a_guide_opens_with_its_first_step_open(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    assert open_steps(page, parts) == [1]


def test_one_button_opens_and_closes_all_steps(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.get_by_role("button", name="Open all steps").click()
    assert open_steps(page, parts) == [step.number for step in parts.steps]
    page.get_by_role("button", name="Close all steps").click()
    assert open_steps(page, parts) == []
    expect(page.get_by_role("button", name="Open all steps")).to_be_visible()


@pytest.mark.parametrize("scripts", [pytest.param(True, id="with scripts"), pytest.param(False, marks=without_javascript)])
def test_a_link_to_a_step_opens_it(page: Page, parts: Parts, scripts: bool) -> None:
    page.goto(f"{GUIDE}#{parts.steps[4].anchor}")
    expect(page.get_by_text(words(parts.steps[4].actions[0]))).to_be_in_viewport()
    assert open_steps(page, parts) == [1, 5]


def test_a_link_to_a_step_opens_it_in_browsers_that_leave_details_closed(page: Page, parts: Parts) -> None:
    # Such a browser only scrolls to the fragment. This does the same, and fires the event without following a link.
    page.goto(GUIDE)
    page.evaluate("anchor => history.replaceState(null, '', `#${anchor}`)", parts.steps[4].anchor)
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    assert open_steps(page, parts) == [1, 5]


def test_a_citation_links_to_its_source(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.get_by_label("Source 1:").first.click()
    expect(page.get_by_text(words(parts.sources[0].text))).to_be_in_viewport()


def test_by_keyboard_a_reader_skips_to_the_text_and_opens_a_step(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    wanted = step(page, 2).locator("summary")
    for _ in range(60):
        if wanted.evaluate("summary => summary === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert open_steps(page, parts) == [1, 2]


@without_javascript
def test_every_step_and_strategy_is_open_in_print(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.emulate_media(media="print")
    assert hidden_texts([*texts_in_the_open(parts), *texts_of_steps(parts), *texts_of_strategies(parts)], page) == []
    expect(page.get_by_role("link", name="Open all steps")).to_be_hidden()


def test_steps_are_opened_for_printing_by_script_where_css_cannot_and_closed_afterwards(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert hidden_texts([*texts_of_steps(parts), *texts_of_strategies(parts)], page) == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert open_steps(page, parts) == [1]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.browser_context_args(viewport={"width": 320, "height": 640})
def test_no_page_scrolls_sideways_on_a_small_phone(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


WIDE = "| When you feel | What it may mean | What you can try | For how long |\n|---|---|---|--:|\n" + 2 * (
    "| Restless, again and again | An alarm that wants contact | Put the phone away | Ten minutes |\n"
)


@pytest.fixture
def guide_with_tables() -> str:
    """Creates a guide with a wide table in each section that may hold one. Returns its URL."""
    text = VALID
    for words in ("A quiet phone", "- You can ask", "The first minute", "- [ ] Put the phone", "Moving helps", "If worry", "No, asking"):
        lead = words[: len(words) - len(words.lstrip("-[ ]"))]
        table = "".join(" " * (2 if lead else 0) + line for line in WIDE.splitlines(keepends=True))
        text = text.replace(words, f"{lead}A table.\n\n{table}\n{words}")
    create_guide(text=text)
    return "/guides/waiting/?steps=open"


@pytest.mark.parametrize("width", [320, 360, 1200])
def test_a_wide_table_scrolls_in_its_box_and_not_the_page(page: Page, guide_with_tables: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(guide_with_tables)
    assert page.get_by_role("group", name="Table: When you feel").count() == 7
    assert page.get_by_role("columnheader", name="For how long").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth") == width
    first = page.get_by_role("group", name="Table: When you feel").first
    assert first.evaluate("box => box.scrollWidth > box.clientWidth") == (width < 400)
    first.focus()
    expect(first).to_be_focused()
    assert axe_violations(page) == []


def test_a_printed_table_is_no_wider_than_the_paper(page: Page, guide_with_tables: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(guide_with_tables)
    page.emulate_media(media="print")
    boxes = page.get_by_role("group", name="Table: When you feel")
    assert boxes.evaluate_all("boxes => boxes.filter((box) => box.scrollWidth > box.clientWidth).length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("address", [*PAGES, f"{GUIDE}?steps=open"])
@in_both_color_schemes
def test_axe_finds_no_violation(page: Page, address: str, color_scheme: ColorScheme) -> None:
    page.emulate_media(color_scheme=color_scheme)
    page.goto(address)
    assert axe_violations(page) == []


@pytest.mark.parametrize("address", PAGES)
def test_a_page_requests_no_other_host_and_links_to_help_in_its_header(page: Page, address: str, base_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.goto(address)
    assert set(asked) == {urlsplit(base_url).netloc}
    expect(page.get_by_role("banner").get_by_role("link", name="Help now")).to_be_visible()
