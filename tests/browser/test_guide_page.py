"""A guide in a real browser: read with JavaScript and without, by keyboard, on paper, in the dark, on a small phone."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from documents.text.html import Html
from guides.models import Guide
from guides.parts import Parts
from tests.support.builders import VALID
from tests.support.library import create_guide

GUIDE = "/guides/dismissive-avoidant/"
PAGES = ["/", "/guides/", GUIDE, "/quiz/", "/help/", "/about/", "/privacy/", "/there-is-no-such-page/"]
without_javascript = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture(autouse=True)
def library(transactional_db: None) -> None:
    """The guides in content/, published."""
    call_command("import_content", verbosity=0)


@pytest.fixture
def parts() -> Parts:
    return Guide.objects.get(slug="dismissive-avoidant").parts_and_related(timezone.now())[0]


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", "", html)).split())


def seen(page: Page) -> str:
    """The words that the page shows at this moment."""
    return " ".join(page.get_by_role("main").inner_text().split())


def paragraphs(prose: Html) -> list[str]:
    return [words(block) for block in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", prose, re.DOTALL)]


def texts_of_steps(parts: Parts) -> list[str]:
    return [text for step in parts.steps for text in [*paragraphs(step.prose), *map(words, step.actions)]]


def texts_of_strategies(parts: Parts) -> list[str]:
    return [text for strategy in parts.strategies for text in paragraphs(strategy.prose)]


def texts_in_the_open(parts: Parts) -> list[str]:
    """What needs no click."""
    answers = [text for question in parts.questions for text in [question.title, *paragraphs(question.answer)]]
    sources = [words(source.text) for source in parts.sources]
    takeaways = [words(takeaway) for takeaway in parts.takeaways]
    return [parts.title, parts.summary, *paragraphs(parts.introduction), *takeaways, *answers, *sources]


def unseen(texts: list[str], page: Page) -> list[str]:
    shown = seen(page)
    return [text for text in texts if text not in shown]


def step(page: Page, number: int) -> Locator:
    """A step as a reader meets it: its number and title, with what stands under it."""
    return page.get_by_role("listitem").filter(has=page.get_by_text(f"Step {number}", exact=True))


def opened(page: Page, parts: Parts) -> list[int]:
    """The numbers of the steps whose action items can be read."""
    shown = seen(page)
    return [step.number for step in parts.steps if words(step.actions[0]) in shown]


@without_javascript
def test_a_reader_without_javascript_reads_everything(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.get_by_role("link", name="Open all steps").click()
    page.get_by_text("more strategies").click()
    assert unseen([*texts_in_the_open(parts), *texts_of_steps(parts), *texts_of_strategies(parts)], page) == []


@without_javascript
def test_a_reader_without_javascript_closes_the_steps_again(page: Page, parts: Parts) -> None:
    page.goto(f"{GUIDE}?steps=open")
    page.get_by_role("link", name="Close all steps").click()
    assert opened(page, parts) == [1]


def test_a_guide_opens_with_its_first_step_open(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    assert opened(page, parts) == [1]


def test_one_button_opens_and_closes_all_steps(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.get_by_role("button", name="Open all steps").click()
    assert opened(page, parts) == [step.number for step in parts.steps]
    page.get_by_role("button", name="Close all steps").click()
    assert opened(page, parts) == []
    expect(page.get_by_role("button", name="Open all steps")).to_be_visible()


@pytest.mark.parametrize("scripts", [pytest.param(True, id="with scripts"), pytest.param(False, marks=without_javascript)])
def test_a_link_to_a_step_opens_it(page: Page, parts: Parts, scripts: bool) -> None:
    page.goto(f"{GUIDE}#{parts.steps[4].anchor}")
    expect(page.get_by_text(words(parts.steps[4].actions[0]))).to_be_in_viewport()
    assert opened(page, parts) == [1, 5]


def test_a_link_to_a_step_opens_it_in_browsers_that_leave_details_closed(page: Page, parts: Parts) -> None:
    # Such a browser goes to the fragment and no further: as if someone had closed the step after that.
    page.goto(GUIDE)
    page.evaluate("anchor => history.replaceState(null, '', `#${anchor}`)", parts.steps[4].anchor)
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    assert opened(page, parts) == [1, 5]


def test_a_reader_gets_from_a_citation_to_its_source(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.get_by_label("Source 1:").first.click()
    expect(page.get_by_text(words(parts.sources[0].text))).to_be_in_viewport()


def test_by_keyboard_alone_a_reader_skips_to_the_text_and_opens_a_step(page: Page, parts: Parts) -> None:
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
    assert opened(page, parts) == [1, 2]


@without_javascript
def test_on_paper_every_step_and_strategy_stands_open(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.emulate_media(media="print")
    assert unseen([*texts_in_the_open(parts), *texts_of_steps(parts), *texts_of_strategies(parts)], page) == []
    expect(page.get_by_role("link", name="Open all steps")).to_be_hidden()


def test_where_style_sheets_cannot_open_steps_for_paper_the_page_does_and_closes_them_again(page: Page, parts: Parts) -> None:
    page.goto(GUIDE)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert unseen([*texts_of_steps(parts), *texts_of_strategies(parts)], page) == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened(page, parts) == [1]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.browser_context_args(viewport={"width": 320, "height": 640})
def test_a_small_phone_never_scrolls_sideways(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


WIDE = "| When you feel | What it may mean | What you can try | For how long |\n|---|---|---|--:|\n" + 2 * (
    "| Restless, again and again | An alarm that wants contact | Put the phone away | Ten minutes |\n"
)


@pytest.fixture
def tabled() -> str:
    """The address of a guide with a wide table in each part that may hold one."""
    text = VALID
    for words in ("A quiet phone", "- You can ask", "The first minute", "- [ ] Put the phone", "Moving helps", "If worry", "No, asking"):
        lead = words[: len(words) - len(words.lstrip("-[ ]"))]
        table = "".join(" " * (2 if lead else 0) + line for line in WIDE.splitlines(keepends=True))
        text = text.replace(words, f"{lead}A table.\n\n{table}\n{words}")
    create_guide(text=text)
    return "/guides/waiting/?steps=open"


@pytest.mark.parametrize("width", [320, 360, 1200])
def test_a_wide_table_scrolls_in_its_box_and_not_with_the_page(page: Page, tabled: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(tabled)
    assert page.get_by_role("group", name="Table: When you feel").count() == 7
    assert page.get_by_role("columnheader", name="For how long").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth") == width
    first = page.get_by_role("group", name="Table: When you feel").first
    assert first.evaluate("box => box.scrollWidth > box.clientWidth") == (width < 400)
    first.focus()
    expect(first).to_be_focused()
    assert Axe().run(page).violations_count == 0


def test_on_paper_a_table_is_as_wide_as_the_paper_and_no_wider(page: Page, tabled: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(tabled)
    page.emulate_media(media="print")
    boxes = page.get_by_role("group", name="Table: When you feel")
    assert boxes.evaluate_all("boxes => boxes.filter((box) => box.scrollWidth > box.clientWidth).length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("address", [*PAGES, f"{GUIDE}?steps=open"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_to_mend(page: Page, address: str, colours: str) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.goto(address)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_no_other_host_and_shows_help_in_its_header(page: Page, address: str, base_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.goto(address)
    assert set(asked) == {urlsplit(base_url).netloc}
    expect(page.get_by_role("banner").get_by_role("link", name="Help now")).to_be_visible()
