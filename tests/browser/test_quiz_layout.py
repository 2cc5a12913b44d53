"""The quiz in a browser is accessible, fits a small phone, and does not shift or break when its script is late."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.common import ColorScheme, axe_violations, in_both_color_schemes
from tests.browser.quiz_form import SHOW_ONLY, STATEMENTS, keep_result, question

pytestmark = pytest.mark.usefixtures("library")


@in_both_color_schemes
def test_axe_finds_no_violation_on_any_page_of_the_quiz(page: Page, color_scheme: ColorScheme) -> None:
    page.emulate_media(color_scheme=color_scheme)
    page.goto("/quiz/")
    assert axe_violations(page) == []
    page.goto("/quiz/take/")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Next").click()
    page.get_by_role("radio", name="4").check()
    assert axe_violations(page) == []
    keep_result(page)
    assert axe_violations(page) == []
    page.get_by_role("link", name="Delete now").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Delete it for good").click()
    assert axe_violations(page) == []


@in_both_color_schemes
def test_axe_finds_no_violation_where_answers_are_missing(page: Page, color_scheme: ColorScheme) -> None:
    page.emulate_media(color_scheme=color_scheme)
    page.goto("/quiz/take/")
    for _ in range(STATEMENTS + 1):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name=SHOW_ONLY).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert axe_violations(page) == []


@pytest.mark.browser_context_args(viewport={"width": 320, "height": 640})
def test_the_quiz_does_not_scroll_sideways_on_a_small_phone(page: Page) -> None:
    for address in ("/quiz/", "/quiz/take/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    keep_result(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.browser_context_args(viewport={"width": 360, "height": 640})
def test_each_radio_button_is_at_least_40_pixels_on_a_phone(page: Page) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    for radio in page.get_by_role("radio").all():
        box = radio.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40


SCRIPT = "**/quiz-form*.js"
WATCH_SHIFTS = """async () => {
    await document.fonts.ready;
    await new Promise(done => new PerformanceObserver(() => done()).observe({ type: "paint", buffered: true }));
    window.shifts = 0;
    new PerformanceObserver(list => { window.shifts += list.getEntries().length; }).observe({ type: "layout-shift" });
}"""
SHIFTS = "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(window.shifts))))"


def test_the_layout_does_not_shift_when_the_script_arrives_late(page: Page) -> None:
    late: list[Route] = []
    page.route(SCRIPT, lambda route: late.append(route))
    page.goto("/quiz/take/", wait_until="commit")
    expect(page.get_by_label("a close friend")).to_be_visible()
    page.evaluate(WATCH_SHIFTS)
    late[0].continue_()
    expect(page.get_by_text("First of all")).to_be_visible()
    assert page.evaluate(SHIFTS) == 0


def test_every_statement_is_shown_where_the_script_does_not_load(page: Page) -> None:
    page.route(SCRIPT, lambda route: route.abort())
    page.goto("/quiz/take/")
    expect(question(page, STATEMENTS)).to_be_visible()
    expect(page.get_by_role("button", name=SHOW_ONLY)).to_be_visible()
