"""The quiz is taken in a browser: by keyboard, without JavaScript, with interruptions, twice by mistake, and corrected."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.common import without_javascript
from tests.browser.quiz_form import (
    KEEP,
    SHOW_ONLY,
    STATEMENTS,
    Answer,
    answer_by_keyboard,
    answer_whole_page,
    answer_whole_page_by_keyboard,
    keep_result,
    kept_answers,
    question,
    with_and_without_javascript,
)

pytestmark = pytest.mark.usefixtures("library")


def test_the_quiz_can_be_taken_by_keyboard(page: Page) -> None:
    page.goto("/quiz/")
    page.get_by_role("link", name="Begin", exact=True).press("Enter")
    answer_by_keyboard(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=SHOW_ONLY)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    expect(page.get_by_text("You had in mind: a close friend.")).to_be_visible()
    assert kept_answers() == []


def test_arrow_keys_select_an_answer_without_going_to_the_next_statement(page: Page) -> None:
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
def test_without_javascript_the_quiz_is_one_page_that_can_be_answered_by_keyboard(page: Page) -> None:
    page.goto("/quiz/")
    page.get_by_role("link", name="Begin", exact=True).press("Enter")
    answer_whole_page_by_keyboard(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=SHOW_ONLY)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    [answers] = kept_answers()
    assert [*answers.values()] == [5] * STATEMENTS


@without_javascript
def test_missing_answers_are_listed_with_links_and_given_answers_stay(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_whole_page(page)
    for number in (2, 3, 4):
        question(page, number).get_by_role("radio", checked=True).evaluate("radio => { radio.checked = false; }")
    missing = [question(page, number).locator("legend").inner_text() for number in (2, 3, 4)]
    page.get_by_role("button", name=KEEP).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert summary.get_by_role("link").all_inner_texts() == missing
    summary.get_by_role("link").first.click()
    expect(question(page, 2).get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("radio", checked=True)).to_have_count(STATEMENTS + 1 - len(missing))
    assert kept_answers() == []


def test_with_javascript_the_link_to_a_missing_answer_shows_its_statement(page: Page) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    for _ in range(STATEMENTS):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name=SHOW_ONLY).click()
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


def start_again(page: Page) -> None:
    page.goto("/quiz/take/")


@pytest.mark.parametrize("interrupt", [refresh, leave_and_come_back, start_again])
def test_an_interruption_loses_no_answer(page: Page, interrupt: Callable[[Page], None]) -> None:
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    page.get_by_role("radio", name="6").click()
    page.get_by_role("radio", name="2").click()
    interrupt(page)
    expect(page.get_by_text("Statement 3 of 18")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("radio", name="2")).to_be_checked()


@without_javascript
def test_without_javascript_the_browser_restores_the_answers(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_whole_page(page)
    leave_and_come_back(page)
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    assert len(kept_answers()) == 1


@without_javascript
def test_without_javascript_a_reload_clears_the_form_and_one_result_is_kept(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_whole_page(page, 2)
    refresh(page)
    answer_whole_page(page)
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    [answers] = kept_answers()
    assert [*answers.values()] == [5] * STATEMENTS


def test_no_answer_is_sent_before_the_form_is_submitted(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto("/quiz/take/")
    answer_by_keyboard(page)
    assert set(sent) == {"GET"}
    assert kept_answers() == []


def test_the_answers_are_removed_from_the_tab_once_they_are_sent(page: Page) -> None:
    keep_result(page)
    assert page.evaluate("sessionStorage.length") == 0


def test_the_quiz_works_where_session_storage_is_refused(page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('refused'); } })")
    keep_result(page)
    assert len(kept_answers()) == 1


@with_and_without_javascript
def test_a_double_click_on_the_submit_button_keeps_one_result(page: Page, answer: Answer) -> None:
    page.goto("/quiz/take/")
    answer(page)
    page.get_by_role("button", name=KEEP).dblclick()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()
    assert len(kept_answers()) == 1


def correct_last_answer(page: Page) -> None:
    page.get_by_role("button", name="Back").click()
    page.get_by_role("radio", name="1").click()


def correct_last_answer_on_whole_page(page: Page) -> None:
    question(page, STATEMENTS).get_by_label("1", exact=True).check()


@pytest.mark.parametrize(
    ("answer", "correct"),
    [
        (answer_by_keyboard, correct_last_answer),
        pytest.param(answer_whole_page, correct_last_answer_on_whole_page, marks=without_javascript),
    ],
    ids=["with JavaScript", "without"],
)
def test_going_back_and_correcting_an_answer_changes_the_same_result(page: Page, answer: Answer, correct: Callable[[Page], None]) -> None:
    keep_result(page, answer)
    link = page.url
    page.go_back()
    correct(page)
    page.get_by_role("button", name=KEEP).click()
    expect(page).to_have_url(link)
    [answers] = kept_answers()
    assert sorted(answers.values()) == [1, *[5] * (STATEMENTS - 1)]
