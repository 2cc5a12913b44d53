"""An editor changes the quiz in a browser: a statement is broken, corrected, and shown to the next visitor."""

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from quiz.models import Instrument
from tests.browser.admin_pages import log_in, save, text_field
from tests.browser.common import axe_violations, in_both_color_schemes
from tests.support.library import create_shipped_library, save_text

STATEMENT = "- alarm-2: I watch for small signs that they care less about me."


@pytest.fixture
def quiz(transactional_db: None) -> Instrument:
    return create_shipped_library()


@pytest.fixture
def editor(page: Page, quiz: Instrument, console_errors: list[str]) -> Page:
    """Ines, logged in, at the quiz's form with its preview rendered."""
    log_in(page, Permission.objects.filter(content_type__app_label="quiz"))
    page.get_by_role("link", name="Quizzes").first.click()
    page.get_by_role("link", name=quiz.title).click()
    expect(page.locator("document-preview")).to_contain_text("The check finds nothing to mend.")
    return page


def test_an_editor_sees_the_line_of_a_broken_statement_corrects_it_and_visitors_see_it(editor, quiz, browser, base_url, console_errors):
    text = text_field(editor).input_value()
    line = text.split(STATEMENT)[0].count("\n") + 1
    text_field(editor).fill(text.replace(STATEMENT, "- alarm two: I watch."))
    save(editor)
    expect(editor.get_by_text(f'Line {line}: "alarm two: I watch." can').first).to_be_visible()
    assert "- alarm two: I watch." in text_field(editor).input_value()
    text_field(editor).fill(text.replace(STATEMENT, "- alarm-2: I look out for small signs that they care less about me."))
    save(editor)
    expect(editor.get_by_text("was changed successfully")).to_be_visible()
    visitor = browser.new_page(base_url=base_url)
    visitor.goto("/quiz/take/")
    expect(visitor.get_by_role("group", name="I look out for small signs", include_hidden=True)).to_have_count(1)
    editor.get_by_role("link", name="History").click()
    expect(editor.get_by_role("rowheader")).to_have_text(["Revision 2", "Revision 1"])
    editor.get_by_role("link", name="Revision 2").click()
    expect(editor.get_by_text("+- alarm-2: I look out for small signs")).to_be_visible()
    assert console_errors == []


def test_the_preview_follows_the_typing_and_its_radio_buttons_are_not_saved(editor, quiz, console_errors):
    text = text_field(editor).input_value()
    text_field(editor).fill(text.replace("I watch for small signs", "I keep watch for small signs"))
    question = editor.locator("document-preview").get_by_role("group", name="I keep watch for small signs")
    question.get_by_role("radio", name="7").check()
    expect(editor.locator("document-preview").get_by_role("heading", name="A reply that does not come")).to_be_visible()
    save(editor)
    expect(editor.get_by_text("was changed successfully")).to_be_visible()
    assert "I keep watch for small signs" in Instrument.objects.get(pk=quiz.pk).source
    assert console_errors == []


@in_both_color_schemes
@pytest.mark.parametrize("place", ["", "change/", "add/", "history/", "revisions/2/"])
def test_axe_finds_no_violation_on_the_editors_pages_of_quizzes(editor, quiz, color_scheme, place, console_errors):
    save_text(quiz, quiz.source.replace("sd: 1.21", "sd: 1.3"))
    editor.emulate_media(color_scheme=color_scheme)
    own = f"{quiz.pk}/{place}" if place not in {"", "add/"} else place
    editor.goto(f"/admin/quiz/instrument/{own}")
    editor.wait_for_load_state("networkidle")
    assert console_errors == []
    assert axe_violations(editor) == []
