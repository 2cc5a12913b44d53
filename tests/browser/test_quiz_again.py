"""The quiz is taken again in a browser, and the second result is compared with the first."""

import pytest
from playwright.sync_api import Page, expect

from quiz.models import Result
from tests.browser.common import axe_violations, without_javascript
from tests.browser.quiz_form import KEEP, SHOW_ONLY, answer_by_keyboard, answer_whole_page, keep_result, kept_answers

pytestmark = pytest.mark.usefixtures("library")
AGAIN = "Take it again and compare"
BESIDE = "Beside your result of"


def test_the_second_result_is_compared_with_the_first(page: Page) -> None:
    keep_result(page)
    first = page.url
    page.get_by_role("link", name=AGAIN).click()
    expect(page.get_by_text("Answer for how it is now")).to_be_visible()
    answer_by_keyboard(page, answer="2")
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name=BESIDE)).to_be_visible()
    assert page.url != first
    assert len(kept_answers()) == 2
    assert axe_violations(page) == []


def test_going_back_and_correcting_an_answer_changes_the_second_result(page: Page) -> None:
    keep_result(page)
    page.get_by_role("link", name=AGAIN).click()
    answer_by_keyboard(page, answer="2")
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name=BESIDE)).to_be_visible()
    link = page.url
    page.go_back()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("radio", name="7").click()
    page.get_by_role("button", name=KEEP).click()
    expect(page).to_have_url(link)
    assert Result.objects.count() == 2


def test_unfinished_answers_to_the_quiz_are_not_restored_in_the_second_form(page: Page) -> None:
    keep_result(page)
    link = page.url
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    page.get_by_role("radio", name="6").click()
    page.goto(f"{link}again/")
    expect(page.locator("input:checked")).to_have_count(0)


@without_javascript
def test_the_comparison_works_without_javascript(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_whole_page(page)
    page.get_by_role("button", name=KEEP).click()
    page.get_by_role("link", name=AGAIN).click()
    answer_whole_page(page, 3)
    page.get_by_role("button", name=SHOW_ONLY).click()
    expect(page.get_by_role("heading", name=BESIDE)).to_be_visible()
    assert len(kept_answers()) == 1
