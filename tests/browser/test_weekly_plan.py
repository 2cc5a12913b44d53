"""The weekly plan of a result in a browser: printed, in a new tab, and as a calendar file."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.common import ColorScheme, axe_violations, in_both_color_schemes, without_javascript
from tests.browser.quiz_form import SHOW_ONLY, answer_by_keyboard, keep_result

pytestmark = pytest.mark.usefixtures("library")
PAPERS = ("A4", "Letter")
FACETS = ("alarm", "reassurance", "self-doubt", "distance", "self-reliance", "withdrawal")
# Answers to the three statements of each facet, in the order above.
TAKERS = {
    "one answer for all": "555 555 555 555 555 555",
    "the ends, and answers hard to hold together": "777 777 777 111 777 777",
    "anxious": "771 711 717 171 117 171",
    "avoidant": "117 177 171 711 771 717",
    "fearful": "661 622 626 622 662 626",
    "something of everything": "761 352 627 143 715 236",
}


def answers_of(taker: str) -> dict[str, str]:
    return {f"{facet}-{n}": answer for facet, three in zip(FACETS, taker.split(), strict=True) for n, answer in enumerate(three, 1)}


def show_result(page: Page, taker: str) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").check()
    for statement, answer in answers_of(taker).items():
        page.locator(f'[name="{statement}"][value="{answer}"]').check()
    page.get_by_role("button", name=SHOW_ONLY).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()


def open_plan(page: Page) -> Page:
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Print the plan").click()
    expect(opened.value.get_by_role("heading", name="Small steps for the next weeks")).to_be_visible()
    return opened.value


def pages_on(paper: str, page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper, prefer_css_page_size=True)))


@without_javascript
@pytest.mark.parametrize("taker", TAKERS.values(), ids=TAKERS)
def test_the_result_prints_on_two_pages_at_most_and_the_plan_on_two(page: Page, taker: str) -> None:
    show_result(page, taker)
    assert pages_on("A4", page) <= 2
    plan = open_plan(page)
    expect(plan.get_by_text(re.compile(r"^Week \d · for: "))).to_have_count(4)
    assert [pages_on(paper, plan) for paper in PAPERS] == [2, 2]


@without_javascript
def test_a_plan_of_two_weeks_prints_on_one_page(page: Page) -> None:
    show_result(page, "771 444 444 444 444 444")
    plan = open_plan(page)
    expect(plan.get_by_text(re.compile(r"^Week \d · for: "))).to_have_count(2)
    assert pages_on("A4", plan) == 1


def test_the_plan_opens_in_a_new_tab_and_the_result_stays_open(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_by_keyboard(page)
    page.get_by_role("button", name=SHOW_ONLY).click()
    plan = open_plan(page)
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    plan.evaluate("addEventListener('beforeprint', () => { document.title = 'printing'; })")
    plan.get_by_role("button", name="Print this plan").click()
    expect(plan).to_have_title("printing")
    assert page.context.cookies() == []


def test_the_calendar_file_downloads_from_a_kept_result(page: Page) -> None:
    keep_result(page)
    with page.expect_download() as given:
        page.get_by_role("button", name="Put it in my calendar").click()
    assert given.value.suggested_filename == "small-steps.ics"
    assert Path(given.value.path()).read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")


def test_a_result_shows_the_facets_behind_its_scores(page: Page) -> None:
    keep_result(page)
    parts = page.get_by_role("table", name="The parts that these are made of")
    expect(parts.get_by_role("row")).to_have_count(1 + len(FACETS))
    expect(parts.get_by_role("row", name="Fear of losing you 4.3 3")).to_be_visible()


@in_both_color_schemes
def test_axe_finds_no_violation_on_the_printable_plan(page: Page, color_scheme: ColorScheme) -> None:
    page.emulate_media(color_scheme=color_scheme)
    keep_result(page)
    plan = open_plan(page)
    plan.emulate_media(color_scheme=color_scheme)
    assert axe_violations(plan) == []


@pytest.mark.browser_context_args(viewport={"width": 320, "height": 640})
def test_the_printable_plan_does_not_scroll_sideways_on_a_small_phone(page: Page) -> None:
    keep_result(page)
    assert open_plan(page).evaluate("document.documentElement.scrollWidth") == 320


def test_the_chart_describes_the_earlier_result_for_screen_readers(page: Page) -> None:
    keep_result(page)
    drawing = page.get_by_role("img", name="Your place on the plane")
    expect(drawing).not_to_have_accessible_description(re.compile("drawn hollow"))
    page.get_by_role("link", name="Take it again and compare").click()
    answer_by_keyboard(page, answer="2")
    page.get_by_role("button", name=SHOW_ONLY).click()
    description = re.compile(r"The earlier result is drawn hollow\. There, anxiety was 4\.1 and avoidance 4\.1\.")
    expect(drawing).to_have_accessible_description(description)
