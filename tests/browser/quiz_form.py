"""A taker of the quiz in a browser, with JavaScript and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from quiz.models import Result
from tests.browser.common import without_javascript

SHOW_ONLY = "Show it without keeping"
KEEP = "Show my result and keep it under a secret link"
STATEMENTS = 18
MAX_TABS = 200
Answer = Callable[[Page], None]


def question(page: Page, number: int) -> Locator:
    """Question 0 asks whom the taker has in mind; then come the statements."""
    return page.get_by_role("group", include_hidden=True).nth(number)


def answer_whole_page(page: Page, answer: int = 5) -> None:
    """Ticks the radio buttons of the whole form, whether they are shown or not."""
    question(page, 0).get_by_label("a close friend").check()
    for number in range(1, STATEMENTS + 1):
        question(page, number).get_by_label(str(answer), exact=True).check()


def answer_by_keyboard(page: Page, answer: str = "5") -> None:
    """Answers each statement on its own screen, from the first question to the two buttons."""
    expect(page.get_by_text("First of all")).to_be_visible()
    page.get_by_label("a close friend").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    for number in range(1, STATEMENTS + 1):
        expect(page.get_by_text(f"Statement {number} of {STATEMENTS}")).to_be_visible()
        page.keyboard.press(answer)


def press_tab_until_focused(page: Page, wanted: Locator) -> None:
    for _ in range(MAX_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MAX_TABS} times Tab, and {wanted} has no focus")


def answer_whole_page_by_keyboard(page: Page) -> None:
    """Answers by keyboard where all questions are on one page."""
    press_tab_until_focused(page, question(page, 0).get_by_role("radio").first)
    page.keyboard.press("Space")
    for number in range(1, STATEMENTS + 1):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        expect(question(page, number).get_by_label("5", exact=True)).to_be_checked()


with_and_without_javascript = pytest.mark.parametrize(
    "answer", [answer_by_keyboard, pytest.param(answer_whole_page, marks=without_javascript)], ids=["with JavaScript", "without"]
)


def keep_result(page: Page, answer: Answer = answer_by_keyboard) -> None:
    page.goto("/quiz/take/")
    answer(page)
    page.get_by_role("button", name=KEEP).click()
    expect(page.get_by_role("heading", name="Your result")).to_be_visible()


def kept_answers() -> list[dict[str, int]]:
    return list(Result.objects.values_list("answers", flat=True))
