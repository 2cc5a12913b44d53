"""An editor at work on the quiz, in a real browser: a statement is broken, mended, and read by the next visitor."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission, User
from playwright.sync_api import Page, expect

from quiz.models import Instrument
from tests.support.library import create_shipped_library, save_text

PASSWORD = "only for this test"
STATEMENT = "- alarm-2: I watch for small signs that they care less about me."


@pytest.fixture
def quiz(transactional_db: None) -> Instrument:
    """The quiz that we ship, published, with the guides that it leads to."""
    return create_shipped_library()


@pytest.fixture
def writing(page: Page, quiz: Instrument, complaints: list[str]) -> Page:
    """Ines, logged in by the login page, at the quiz's form with its preview drawn. Her rights are her own."""
    user = User.objects.create_user("ines", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="quiz"))
    page.goto("/admin/")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Quizzes").first.click()
    page.get_by_role("link", name=quiz.title).click()
    expect(page.locator("document-preview")).to_contain_text("The check finds nothing to mend.")
    return page


def body(page):
    return page.get_by_role("textbox", name="Text:", exact=True)


def save(page):
    page.get_by_role("button", name="Save and continue editing").first.click()


def test_a_broken_statement_is_refused_with_its_line_mended_and_read_by_visitors(writing, quiz, browser, base_url, complaints):
    text = body(writing).input_value()
    line = text.split(STATEMENT)[0].count("\n") + 1
    body(writing).fill(text.replace(STATEMENT, "- alarm two: I watch."))
    save(writing)
    expect(writing.get_by_text(f'Line {line}: "alarm two: I watch." can').first).to_be_visible()
    assert "- alarm two: I watch." in body(writing).input_value()
    body(writing).fill(text.replace(STATEMENT, "- alarm-2: I look out for small signs that they care less about me."))
    save(writing)
    expect(writing.get_by_text("was changed successfully")).to_be_visible()
    visitor = browser.new_page(base_url=base_url)
    visitor.goto("/quiz/take/")
    expect(visitor.get_by_role("group", name="I look out for small signs", include_hidden=True)).to_have_count(1)
    writing.get_by_role("link", name="History").click()
    expect(writing.get_by_role("rowheader")).to_have_text(["Revision 2", "Revision 1"])
    writing.get_by_role("link", name="Revision 2").click()
    expect(writing.get_by_text("+- alarm-2: I look out for small signs")).to_be_visible()
    assert complaints == []


def test_the_preview_follows_what_is_typed_and_sends_nothing_of_its_own(writing, quiz, complaints):
    text = body(writing).input_value()
    body(writing).fill(text.replace("I watch for small signs", "I keep watch for small signs"))
    question = writing.locator("document-preview").get_by_role("group", name="I keep watch for small signs")
    question.get_by_role("radio", name="7").check()
    expect(writing.locator("document-preview").get_by_role("heading", name="A reply that does not come")).to_be_visible()
    save(writing)
    expect(writing.get_by_text("was changed successfully")).to_be_visible()
    assert "I keep watch for small signs" in Instrument.objects.get(pk=quiz.pk).source
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "change/", "add/", "history/", "revisions/2/"])
def test_no_page_of_the_quizzes_editor_has_a_barrier_that_axe_finds(writing, quiz, scheme, place, complaints):
    save_text(quiz, quiz.source.replace("sd: 1.21", "sd: 1.3"))
    writing.emulate_media(color_scheme=scheme)
    own = f"{quiz.pk}/{place}" if place not in {"", "add/"} else place
    writing.goto(f"/admin/quiz/instrument/{own}")
    writing.wait_for_load_state("networkidle")
    assert complaints == []
    found = Axe().run(writing)
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]] == []
