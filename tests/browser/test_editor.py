"""An editor at work, in a real browser: what she types, what she is told, what a reader sees afterwards."""

from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission, User
from PIL import Image
from playwright.sync_api import Page, expect

from guides.models import Guide
from tests.support.builders import guide_text
from tests.support.library import create_guide

PASSWORD = "only for this test"
MISTAKE = "A <b>mistake</b> stands here."


def picture(name="lamp.png"):
    file = BytesIO()
    Image.new("RGB", (60, 40), "orange").save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


@pytest.fixture
def guide(transactional_db: None) -> Guide:
    return create_guide(text=guide_text().replace("related: []\n", ""))


@pytest.fixture
def ines(page: Page, guide: Guide, complaints: list[str]) -> Page:
    """Ines, logged in by the login page. Her rights are her own: the tests before may have emptied the groups."""
    user = User.objects.create_user("ines", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="guides"))
    page.goto("/admin/")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.fixture
def writing(ines: Page, guide: Guide) -> Page:
    """Ines at the guide's form, her preview drawn."""
    ines.goto("/admin/guides/guide/")
    ines.get_by_role("link", name=guide.title).click()
    expect(ines.locator("document-preview")).to_contain_text("The check finds nothing to mend.")
    return ines


def body(page):
    return page.get_by_role("textbox", name="Text:", exact=True)


def save(page):
    page.get_by_role("button", name="Save and continue editing").first.click()


def test_a_mistake_is_shown_with_its_line_mended_and_read(writing, guide, browser, base_url, complaints):
    text = body(writing).input_value()
    body(writing).fill(f"{MISTAKE}\n\n{text}")
    save(writing)
    expect(writing.get_by_text('Line 1: "<b>" is HTML.').first).to_be_visible()
    assert body(writing).input_value().startswith(MISTAKE)
    body(writing).fill(f"No mistake stands here.\n\n{text}")
    save(writing)
    expect(writing.get_by_text("was changed successfully")).to_be_visible()
    reader = browser.new_page(base_url=base_url)
    reader.goto(guide.get_absolute_url())
    expect(reader.get_by_text("No mistake stands here.")).to_be_visible()
    assert complaints == []


def test_the_preview_follows_what_is_typed_and_looks_like_the_site(writing, complaints):
    body(writing).fill("### Out of place\n\nA sentence of the preview.")
    preview = writing.locator("document-preview")
    expect(preview.get_by_text("A sentence of the preview.")).to_be_visible()
    expect(preview.get_by_text('The guide has no "## Steps".')).to_be_visible()
    face = preview.get_by_role("heading", name="Common questions").evaluate("element => getComputedStyle(element).fontFamily")
    assert "Young Serif" in face
    title = writing.get_by_role("heading", name="Change guide")
    assert "Young Serif" not in title.evaluate("element => getComputedStyle(element).fontFamily")
    assert complaints == []


def test_a_picture_goes_into_the_text_with_words_for_who_can_not_see_it(writing, guide, browser, base_url, complaints):
    body(writing).press("Control+Home")
    writing.get_by_label("Picture", exact=True).set_input_files(picture())
    add = writing.get_by_role("button", name="Put it into the text")
    add.click()
    expect(writing.get_by_text("Say what the picture shows.")).to_be_visible()
    writing.get_by_label("What does it show?").fill("A lamp on a table")
    add.click()
    expect(writing.get_by_text("The picture is in the text")).to_be_visible()
    assert body(writing).input_value().startswith("![A lamp on a table](/images/")
    body(writing).press("Enter")
    body(writing).press("Enter")
    expect(writing.locator("document-preview").get_by_alt_text("A lamp on a table")).to_be_visible()
    save(writing)
    expect(writing.get_by_text("was changed successfully")).to_be_visible()
    reader = browser.new_page(base_url=base_url)
    reader.goto(guide.get_absolute_url())
    shown = reader.get_by_alt_text("A lamp on a table")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 60
    assert complaints == []


def test_a_picture_dropped_into_the_text_waits_for_its_words(writing):
    before = body(writing).input_value()
    data = writing.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'lamp.png', {type: 'image/png'})); return data; }"
    )
    body(writing).dispatch_event("drop", {"dataTransfer": data})
    expect(writing.get_by_text("Now say what the picture shows")).to_be_visible()
    expect(writing.get_by_label("What does it show?")).to_be_focused()
    assert body(writing).input_value() == before


def test_a_file_that_is_no_picture_is_refused_in_words_and_the_text_stays(writing):
    before = body(writing).input_value()
    drawing = {"name": "lamp.png", "mimeType": "image/png", "buffer": b"<svg/>"}
    writing.get_by_label("Picture", exact=True).set_input_files(drawing)
    writing.get_by_label("What does it show?").fill("A lamp")
    writing.get_by_label("What does it show?").press("Enter")
    expect(writing.get_by_text("The file can't be read as a picture.")).to_be_visible()
    assert body(writing).input_value() == before


def test_the_line_of_a_problem_is_found_by_its_number(writing):
    body(writing).fill("First line.\nSecond line.\nThird line.")
    line = writing.get_by_label("Line of the text")
    line.fill("2")
    line.press("Enter")
    expect(body(writing)).to_be_focused()
    assert body(writing).evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)") == "Second line."
    body(writing).press("ArrowDown")
    body(writing).press("End")
    expect(line).to_have_value("3")


def test_the_tab_key_leaves_the_editor(writing):
    before = body(writing).input_value()
    body(writing).press("Tab")
    expect(body(writing)).not_to_be_focused()
    assert body(writing).input_value() == before


def test_every_page_of_the_editors_keeps_the_content_security_policy(ines, guide, complaints):
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
    assert complaints == []


def test_the_form_has_no_barrier_that_axe_finds(writing):
    found = Axe().run(writing)
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]] == []
