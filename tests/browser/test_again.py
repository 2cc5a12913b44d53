"""The quiz taken again in a real browser: from the first result to the second beside it, with JavaScript and without."""

import pytest
from playwright.sync_api import Page, expect

from quiz.models import Result
from tests.browser.test_quiz import KEEPING, WITHOUT_KEEPING, answer_all, complaints, keep_a_result, library, press_through, stored

__all__ = ["library"]  # a fixture that every test here needs
AGAIN = "Take it again and compare"
BESIDE = "Beside your result of"


def test_the_second_result_stands_beside_the_first(page: Page) -> None:
    keep_a_result(page)
    first = page.url
    page.get_by_role("link", name=AGAIN).click()
    expect(page.get_by_text("Answer for how it is now")).to_be_visible()
    press_through(page, answer="2")
    page.get_by_role("button", name=KEEPING).click()
    expect(page.get_by_role("heading", name=BESIDE)).to_be_visible()
    assert page.url != first
    assert len(stored()) == 2
    assert complaints(page) == ""


def test_back_corrected_and_sent_again_corrects_the_second_result(page: Page) -> None:
    keep_a_result(page)
    page.get_by_role("link", name=AGAIN).click()
    press_through(page, answer="2")
    page.get_by_role("button", name=KEEPING).click()
    expect(page.get_by_role("heading", name=BESIDE)).to_be_visible()
    link = page.url
    page.go_back()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("radio", name="7").click()
    page.get_by_role("button", name=KEEPING).click()
    expect(page).to_have_url(link)
    assert Result.objects.count() == 2


def test_answers_half_given_to_the_quiz_are_not_taken_for_those_of_the_second_time(page: Page) -> None:
    keep_a_result(page)
    link = page.url
    page.goto("/quiz/take/")
    page.get_by_label("a close friend").click()
    page.get_by_role("radio", name="6").click()
    page.goto(f"{link}again/")
    expect(page.locator("input:checked")).to_have_count(0)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_it_works_the_same(page: Page) -> None:
    page.goto("/quiz/take/")
    answer_all(page)
    page.get_by_role("button", name=KEEPING).click()
    page.get_by_role("link", name=AGAIN).click()
    answer_all(page, 3)
    page.get_by_role("button", name=WITHOUT_KEEPING).click()
    expect(page.get_by_role("heading", name=BESIDE)).to_be_visible()
    assert len(stored()) == 1
