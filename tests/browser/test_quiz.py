"""The quiz in a real browser: taken by keyboard, without JavaScript, twice by mistake, corrected, kept, deleted, printed."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from quiz.models import Result, year_after

WITHOUT_KEEPING = "Show it without keeping"
KEEPING = "Show my result and keep it under a secret link"
STATEMENTS = 18
MAX_TABS = 200
Answer = Callable[[Page], None]
without_javascript = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture(autouse=True)
def library(transactional_db: None) -> None:
    """The guides and the quiz in content/, published."""
    call_command("import_content", verbosity=0)


def question(page: Page, number: int) -> Locator:
    """Question 0 asks whom one has in mind; then come the statements."""
    return page.get_by_role("group", include_hidden=True).nth(number)


def answer_all(page: Page, answer: int = 5) -> None:
    """By ticking the radio buttons as they stand in the page, whatever is shown of it."""
    question(page, 0).get_by_label("a close friend").check()
    for number in range(1, STATEMENTS + 1):
        question(page, number).get_by_label(str(answer), exact=True).check()


def press_through(page: Page, answer: str = "5") -> None:
    """By keyboard alone, from the first question to the two buttons."""
    expect(page.get_by_text("First of all")).to_be_visible()
    page.get_by_label("a close friend").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    for number in range(1, STATEMENTS + 1):
        expect(page.get_by_text(f"Statement {number} of {STATEMENTS}")).to_be_visible()
        page.keyboard.press(answer)


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(MAX_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MAX_TABS} times Tab, and {wanted} has no focus")


def choose_on_the_whole_page(page: Page) -> None:
    """By keyboard alone, where all questions stand on one page."""
    tab_to(page, question(page, 0).get_by_role("radio").first)
    page.keyboard.press("Space")
    for number in range(1, STATEMENTS + 1):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        expect(question(page, number).get_by_label("5", exact=True)).to_be_checked()


in_both_ways = pytest.mark.parametrize(
    "answer", [press_through, pytest.param(answer_all, marks=without_javascript)], ids=["with JavaScript", "without"]
)


def keep_a_result(page: Page, answer: Answer = press_through) -> None:
    page.goto("/quiz/take/")
    answer(page)
    page.get_by_role("button", name=KEEPING).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()


def stored() -> list[dict[str, int]]:
    return list(Result.objects.values_list("answers", flat=True))


def test_the_whole_quiz_is_taken_by_keyboard(page: Page) -> None:
    page.goto("/quiz/")
    page.get_by_role("link", name="Begin", exact=True).press("Enter")
    press_through(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=WITHOUT_KEEPING)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    expect(page.get_by_text("You had in mind: a close friend.")).to_be_visible()
    assert stored() == []


def test_arrow_keys_choose_without_going_on_and_back_returns(page: Page) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    page.get_by_role("radio", name="3").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="4")).to_be_checked()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Statement 2 of 18")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("radio", name="4")).to_be_checked()


@without_javascript
def test_without_javascript_the_quiz_is_one_page_and_is_taken_by_keyboard_too(page: Page) -> None:
    page.goto("/quiz/")
    page.get_by_role("link", name="Begin", exact=True).press("Enter")
    choose_on_the_whole_page(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=WITHOUT_KEEPING)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    [answers] = stored()
    assert [*answers.values()] == [5] * STATEMENTS


@without_javascript
def test_all_that_is_missing_is_named_with_a_way_to_it_and_answers_stay(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_all(page)
    for number in (2, 3, 4):
        question(page, number).get_by_role("radio", checked=True).evaluate("radio => { radio.checked = false; }")
    missing = [question(page, number).locator("legend").inner_text() for number in (2, 3, 4)]
    page.get_by_role("button", name=KEEPING).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert summary.get_by_role("link").all_inner_texts() == missing
    summary.get_by_role("link").first.click()
    expect(question(page, 2).get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("radio", checked=True)).to_have_count(STATEMENTS + 1 - len(missing))
    assert stored() == []


def test_with_javascript_a_link_to_what_is_missing_shows_that_statement(page: Page) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    for _ in range(STATEMENTS):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name=WITHOUT_KEEPING).click()
    link = page.get_by_role("alert").get_by_role("link").nth(4)
    statement = link.inner_text()
    link.click()
    expect(page.get_by_role("group", name=statement)).to_be_focused()


def refresh(page: Page) -> None:
    page.reload()


def leave_and_come_back(page: Page) -> None:
    page.get_by_role("link", name="Guides", exact=True).first.click()
    page.wait_for_url("**/guides/")
    page.go_back()


def begin_anew(page: Page) -> None:
    page.goto("/quiz/take/")


@pytest.mark.parametrize("interrupt", [refresh, leave_and_come_back, begin_anew])
def test_an_interruption_in_the_middle_loses_nothing(page: Page, interrupt: Callable[[Page], None]) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    page.get_by_role("radio", name="6").click()
    page.get_by_role("radio", name="2").click()
    interrupt(page)
    expect(page.get_by_text("Statement 3 of 18")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("radio", name="2")).to_be_checked()


@without_javascript
def test_without_javascript_the_browser_itself_brings_the_answers_back(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_all(page)
    leave_and_come_back(page)
    page.get_by_role("button", name=KEEPING).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    assert len(stored()) == 1


@without_javascript
def test_without_javascript_a_refresh_asks_anew_and_keeps_one_result(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_all(page, 2)
    refresh(page)
    answer_all(page)
    page.get_by_role("button", name=KEEPING).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    [answers] = stored()
    assert [*answers.values()] == [5] * STATEMENTS


def test_before_the_last_answer_nothing_has_been_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto("/quiz/take/")
    press_through(page)
    assert set(sent) == {"GET"}
    assert stored() == []


def test_nothing_stays_in_the_tab_once_the_answers_are_sent(page: Page) -> None:
    keep_a_result(page)
    assert page.evaluate("sessionStorage.length") == 0


def test_where_the_tab_may_store_nothing_the_quiz_works_all_the_same(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('refused'); } })")
    keep_a_result(page)
    assert len(stored()) == 1


@in_both_ways
def test_a_double_click_on_send_keeps_one_result(page: Page, answer: Answer) -> None:
    page.goto("/quiz/take/")
    answer(page)
    page.get_by_role("button", name=KEEPING).dblclick()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    assert len(stored()) == 1


def correct_the_last(page: Page) -> None:
    page.get_by_role("button", name="Back").click()
    page.get_by_role("radio", name="1").click()


def correct_on_the_whole_page(page: Page) -> None:
    question(page, STATEMENTS).get_by_label("1", exact=True).check()


@pytest.mark.parametrize(
    ("answer", "correct"),
    [(press_through, correct_the_last), pytest.param(answer_all, correct_on_the_whole_page, marks=without_javascript)],
    ids=["with JavaScript", "without"],
)
def test_back_corrected_and_sent_again_corrects_the_one_result(page: Page, answer: Answer, correct: Callable[[Page], None]) -> None:
    keep_a_result(page, answer)
    link = page.url
    page.go_back()
    correct(page)
    page.get_by_role("button", name=KEEPING).click()
    expect(page).to_have_url(link)
    [answers] = stored()
    assert sorted(answers.values()) == [1, *[5] * (STATEMENTS - 1)]


@in_both_ways
def test_a_kept_result_gives_its_link_and_is_deleted_at_once(page: Page, answer: Answer) -> None:
    keep_a_result(page, answer)
    link = page.url
    expect(page.get_by_label("Your secret link")).to_have_value(link)
    page.get_by_role("link", name="Delete now").click()
    page.get_by_role("button", name="Delete it for good").click()
    assert stored() == []
    page.goto(link)
    expect(page.get_by_role("heading", name="Nothing is under this link any more")).to_be_visible()


@in_both_ways
def test_a_kept_result_opens_in_another_browser_and_is_handed_out_as_json(
    page: Page, new_context: CreateContextCallback, answer: Answer
) -> None:
    keep_a_result(page, answer)
    elsewhere = new_context().new_page()
    elsewhere.goto(page.url)
    with elsewhere.expect_download() as download:
        elsewhere.get_by_role("link", name="Your data (JSON)").click()
    assert download.value.suggested_filename == "answers.json"
    assert json.loads(download.value.path().read_text())["answers"] == stored()[0]


@in_both_ways
def test_a_kept_result_is_renewed_for_another_year(page: Page, answer: Answer) -> None:
    keep_a_result(page, answer)
    link = page.url
    tomorrow = timezone.now().date() + timedelta(days=1)
    Result.objects.update(day=date(2020, 2, 1), expires_on=tomorrow)
    page.get_by_role("button", name="Keep for 12 months from today").click()
    expect(page).to_have_url(link)
    assert Result.objects.get().expires_on == year_after(timezone.now().date())


def test_the_secret_link_is_copied_by_a_button(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keep_a_result(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_each_line_says_which_answers_it_rests_on(page: Page) -> None:
    keep_a_result(page)
    first = page.get_by_role("article").first
    expect(first.get_by_text("You answered 5 of 7.").first).to_be_hidden()
    first.get_by_text("Why you see this").click()
    expect(first.get_by_text("You answered 5 of 7.").first).to_be_visible()


def test_the_plane_is_read_out_in_words(page: Page) -> None:
    keep_a_result(page)
    plane = page.get_by_role("img", name="Your place on the plane")
    expect(plane).to_have_accessible_description(re.compile(r"Anxiety is \d\.\d, .+Avoidance is \d\.\d, .+"))


@in_both_ways
def test_on_paper_there_is_neither_the_secret_link_nor_anything_to_press(page: Page, answer: Answer) -> None:
    keep_a_result(page, answer)
    page.emulate_media(media="print")
    main = page.get_by_role("main")
    assert page.url not in main.inner_text()
    for pressed in (page.get_by_role("button"), page.get_by_role("textbox"), page.get_by_text("Why you see this")):
        expect(pressed.filter(visible=True)).to_have_count(0)
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))
    assert len(pages) <= 2


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_to_mend_on_any_page_of_the_quiz(page: Page, colours: str) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.goto("/quiz/")
    assert complaints(page) == ""
    page.goto("/quiz/take/")
    assert complaints(page) == ""
    page.get_by_role("button", name="Next").click()
    page.get_by_role("radio", name="4").check()
    assert complaints(page) == ""
    keep_a_result(page)
    assert complaints(page) == ""
    page.get_by_role("link", name="Delete now").click()
    assert complaints(page) == ""
    page.get_by_role("button", name="Delete it for good").click()
    assert complaints(page) == ""


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_to_mend_where_answers_are_missing(page: Page, colours: str) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.goto("/quiz/take/")
    for _ in range(STATEMENTS + 1):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name=WITHOUT_KEEPING).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert complaints(page) == ""


def complaints(page: Page) -> str:
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


@pytest.mark.browser_context_args(viewport={"width": 320, "height": 640})
def test_a_small_phone_never_scrolls_sideways_in_the_quiz(page: Page) -> None:
    for address in ("/quiz/", "/quiz/take/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    keep_a_result(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.browser_context_args(viewport={"width": 360, "height": 640})
def test_on_a_phone_each_answer_is_as_large_as_a_thumb(page: Page) -> None:
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


def test_nothing_jumps_when_the_script_arrives_after_the_page(page: Page) -> None:
    late: list[Route] = []
    page.route(SCRIPT, lambda route: late.append(route))
    page.goto("/quiz/take/", wait_until="commit")
    expect(page.get_by_label("a close friend")).to_be_visible()
    page.evaluate(WATCH_SHIFTS)
    late[0].continue_()
    expect(page.get_by_text("First of all")).to_be_visible()
    assert page.evaluate(SHIFTS) == 0


def test_where_the_script_never_arrives_every_statement_is_shown_all_the_same(page: Page) -> None:
    page.route(SCRIPT, lambda route: route.abort())
    page.goto("/quiz/take/")
    expect(question(page, STATEMENTS)).to_be_visible()
    expect(page.get_by_role("button", name=WITHOUT_KEEPING)).to_be_visible()
