"""An editor writes a guide in a browser: the preview, the messages, and what readers see afterwards."""

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from guides.models import Guide
from tests.browser.admin_pages import log_in, save, text_field
from tests.browser.common import axe_violations
from tests.support.builders import guide_text
from tests.support.images import image_bytes
from tests.support.library import create_guide

MISTAKE = "A <b>mistake</b> is here."


@pytest.fixture
def guide(transactional_db: None) -> Guide:
    return create_guide(text=guide_text().replace("related: []\n", ""))


@pytest.fixture
def ines(page: Page, guide: Guide, console_errors: list[str]) -> Page:
    """Ines, logged in."""
    log_in(page, Permission.objects.filter(content_type__app_label="guides"))
    return page


@pytest.fixture
def editor(ines: Page, guide: Guide) -> Page:
    """Ines at the guide's form, with its preview rendered."""
    ines.goto("/admin/guides/guide/")
    ines.get_by_role("link", name=guide.title).click()
    expect(ines.locator("document-preview")).to_contain_text("The check finds nothing to mend.")
    return ines


def test_an_editor_sees_the_line_of_a_mistake_corrects_it_and_readers_see_the_text(editor, guide, browser, base_url, console_errors):
    text = text_field(editor).input_value()
    text_field(editor).fill(f"{MISTAKE}\n\n{text}")
    save(editor)
    expect(editor.get_by_text('Line 1: "<b>" is HTML.').first).to_be_visible()
    assert text_field(editor).input_value().startswith(MISTAKE)
    text_field(editor).fill(f"No mistake is here.\n\n{text}")
    save(editor)
    expect(editor.get_by_text("was changed successfully")).to_be_visible()
    reader = browser.new_page(base_url=base_url)
    reader.goto(guide.get_absolute_url())
    expect(reader.get_by_text("No mistake is here.")).to_be_visible()
    assert console_errors == []


def test_the_preview_follows_the_typing_in_the_style_of_the_site(editor, console_errors):
    text_field(editor).fill("### Out of place\n\nA sentence of the preview.")
    preview = editor.locator("document-preview")
    expect(preview.get_by_text("A sentence of the preview.")).to_be_visible()
    expect(preview.get_by_text('The guide has no "## Steps".')).to_be_visible()
    face = preview.get_by_role("heading", name="Common questions").evaluate("element => getComputedStyle(element).fontFamily")
    assert "Young Serif" in face
    title = editor.get_by_role("heading", name="Change guide")
    assert "Young Serif" not in title.evaluate("element => getComputedStyle(element).fontFamily")
    assert console_errors == []


def test_an_uploaded_picture_is_inserted_with_its_alternative_text(editor, guide, browser, base_url, console_errors):
    text_field(editor).press("Control+Home")
    editor.get_by_label("Picture", exact=True).set_input_files(
        {"name": "lamp.png", "mimeType": "image/png", "buffer": image_bytes(size=(60, 40))}
    )
    add = editor.get_by_role("button", name="Put it into the text")
    add.click()
    expect(editor.get_by_text("Say what the picture shows.")).to_be_visible()
    editor.get_by_label("What does it show?").fill("A lamp on a table")
    add.click()
    expect(editor.get_by_text("The picture is in the text")).to_be_visible()
    assert text_field(editor).input_value().startswith("![A lamp on a table](/images/")
    text_field(editor).press("Enter")
    text_field(editor).press("Enter")
    expect(editor.locator("document-preview").get_by_alt_text("A lamp on a table")).to_be_visible()
    save(editor)
    expect(editor.get_by_text("was changed successfully")).to_be_visible()
    reader = browser.new_page(base_url=base_url)
    reader.goto(guide.get_absolute_url())
    shown = reader.get_by_alt_text("A lamp on a table")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 60
    assert console_errors == []


def test_a_picture_dropped_into_the_text_waits_for_its_alternative_text(editor):
    before = text_field(editor).input_value()
    data = editor.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'lamp.png', {type: 'image/png'})); return data; }"
    )
    text_field(editor).dispatch_event("drop", {"dataTransfer": data})
    expect(editor.get_by_text("Now say what the picture shows")).to_be_visible()
    expect(editor.get_by_label("What does it show?")).to_be_focused()
    assert text_field(editor).input_value() == before


def test_a_file_that_is_not_a_picture_is_refused_and_the_text_stays(editor):
    before = text_field(editor).input_value()
    drawing = {"name": "lamp.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    editor.get_by_label("Picture", exact=True).set_input_files(drawing)
    editor.get_by_label("What does it show?").fill("A lamp")
    editor.get_by_label("What does it show?").press("Enter")
    expect(editor.get_by_text("The file can't be read as a picture.")).to_be_visible()
    assert text_field(editor).input_value() == before


def test_a_line_is_selected_by_its_number(editor):
    text_field(editor).fill("First line.\nSecond line.\nThird line.")
    line = editor.get_by_label("Line of the text")
    line.fill("2")
    line.press("Enter")
    expect(text_field(editor)).to_be_focused()
    assert text_field(editor).evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "Second line."
    text_field(editor).press("ArrowDown")
    text_field(editor).press("End")
    expect(line).to_have_value("3")


def test_the_tab_key_leaves_the_editor(editor):
    before = text_field(editor).input_value()
    text_field(editor).press("Tab")
    expect(text_field(editor)).not_to_be_focused()
    assert text_field(editor).input_value() == before


def test_no_page_of_the_editors_breaches_the_content_security_policy(ines, guide, console_errors):
    address = f"/admin/guides/guide/{guide.pk}"
    for path in (
        "/admin/",
        "/admin/guides/guide/",
        "/admin/guides/guide/add/",
        f"{address}/history/",
        f"{address}/revisions/1/",
    ):
        assert ines.goto(path).status == 200
        ines.wait_for_load_state("networkidle")
    assert console_errors == []


def test_axe_finds_no_violation_in_the_form(editor):
    assert axe_violations(editor) == []
