"""A result in a browser: kept, opened elsewhere, renewed, deleted, explained and printed."""

import json
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_playwright.pytest_playwright import CreateContextCallback

from quiz.models import Result, year_after
from tests.browser.quiz_form import Answer, keep_result, kept_answers, with_and_without_javascript

pytestmark = pytest.mark.usefixtures("library")


@with_and_without_javascript
def test_a_kept_result_shows_its_link_and_can_be_deleted(page: Page, answer: Answer) -> None:
    keep_result(page, answer)
    link = page.url
    expect(page.get_by_label("Your secret link")).to_have_value(link)
    page.get_by_role("link", name="Delete now").click()
    page.get_by_role("button", name="Delete it for good").click()
    assert kept_answers() == []
    page.goto(link)
    expect(page.get_by_role("heading", name="Nothing is under this link any more")).to_be_visible()


@with_and_without_javascript
def test_a_kept_result_opens_in_another_browser_and_downloads_as_json(
    page: Page, new_context: CreateContextCallback, answer: Answer
) -> None:
    keep_result(page, answer)
    elsewhere = new_context().new_page()
    elsewhere.goto(page.url)
    with elsewhere.expect_download() as download:
        elsewhere.get_by_role("link", name="Your data (JSON)").click()
    assert download.value.suggested_filename == "answers.json"
    assert json.loads(download.value.path().read_text())["answers"] == kept_answers()[0]


@with_and_without_javascript
def test_a_kept_result_is_renewed_for_another_year(page: Page, answer: Answer) -> None:
    keep_result(page, answer)
    link = page.url
    tomorrow = timezone.now().date() + timedelta(days=1)
    Result.objects.update(day=date(2020, 2, 1), expires_on=tomorrow)
    page.get_by_role("button", name="Keep for 12 months from today").click()
    expect(page).to_have_url(link)
    assert Result.objects.get().expires_on == year_after(timezone.now().date())


def test_the_secret_link_is_copied_by_a_button(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keep_result(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_each_finding_shows_the_answers_behind_it(page: Page) -> None:
    keep_result(page)
    first = page.get_by_role("article").first
    expect(first.get_by_text("You answered 5 of 7.").first).to_be_hidden()
    first.get_by_text("Why you see this").click()
    expect(first.get_by_text("You answered 5 of 7.").first).to_be_visible()


def test_the_chart_has_a_description_for_screen_readers(page: Page) -> None:
    keep_result(page)
    plane = page.get_by_role("img", name="Your place on the plane")
    expect(plane).to_have_accessible_description(re.compile(r"Anxiety is \d\.\d, .+Avoidance is \d\.\d, .+"))


@with_and_without_javascript
def test_the_printed_result_has_no_secret_link_and_no_controls(page: Page, answer: Answer) -> None:
    keep_result(page, answer)
    page.emulate_media(media="print")
    main = page.get_by_role("main")
    assert page.url not in main.inner_text()
    for pressed in (page.get_by_role("button"), page.get_by_role("textbox"), page.get_by_text("Why you see this")):
        expect(pressed.filter(visible=True)).to_have_count(0)
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))
    assert len(pages) <= 2
