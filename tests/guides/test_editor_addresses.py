"""The two URLs that the Markdown editor uses: preview and upload."""

import re
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from documents.images import Picture
from documents.text.source import parse_source
from tests.support.builders import VALID

ADDRESSES = ["/admin/guides/guide/preview/", "/admin/guides/guide/upload/"]
PREVIEW, UPLOAD = ADDRESSES


def png():
    file = BytesIO()
    Image.effect_noise((40, 20), 50).save(file, "PNG")
    return SimpleUploadedFile("lamp.svg", file.getvalue(), "image/svg+xml")  # neither name nor type is trusted


def parts_of(html):
    """Returns the words of a page without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("address", ADDRESSES)
def test_people_who_may_not_write_are_refused(address, stranger, onlooker):
    reader = Client()
    former = stranger.client
    for client in (reader, former, onlooker.client):
        answer = client.post(address, {"content": "Hello.", "image": png()})
        assert answer.status_code == 403
        assert "Log in again" in answer.json()["error"]
    assert Picture.objects.count() == 0


@pytest.mark.parametrize("address", ADDRESSES)
def test_former_staff_are_refused(address, rui):
    rui.user.is_staff = False
    rui.user.save()
    assert rui.client.post(address, {"content": "Hello.", "image": png()}).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_post_is_allowed(address, ines):
    assert ines.client.get(address).status_code == 405


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_request_without_its_data_is_refused_with_a_reason(address, ines):
    for data in ({}, {"wrong": "field"}, {"image": "words"}):
        answer = ines.client.post(address, data)
        assert answer.status_code == 400
        assert "Send it as" in answer.json()["error"]
    assert ines.client.post(address, "{}", content_type="application/json").status_code == 400
    assert ines.client.post(address, b"broken", content_type="multipart/form-data; boundary=x").status_code == 400
    assert ines.client.post(address, b"broken", content_type="multipart/form-data").status_code == 400


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_request_without_a_csrf_token_is_refused(address, ines):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ines.user)
    assert strict.post(address, {"content": "Hello.", "image": png()}).status_code == 403


def test_the_urls_of_markdownx_do_not_exist(ines):
    assert ines.client.post("/markdownx/upload/", {"image": png()}).status_code == 404
    assert ines.client.post("/markdownx/markdownify/", {"content": "Hello."}).status_code == 404


def test_the_form_uses_our_urls(ines):
    page = ines.page("add")
    assert f'data-markdownx-urls-path="{PREVIEW}"' in page
    assert f'data-markdownx-upload-urls-path="{UPLOAD}"' in page


def test_a_picture_is_kept_and_comes_back_as_markdown(rui):
    code = rui.client.post(UPLOAD, {"image": png(), "alt": "A lamp\non a [small] table"}).json()["image_code"]
    kept = Picture.objects.get()
    assert code == f"![A lamp on a (small) table]({kept.get_absolute_url()})"
    assert (kept.width, kept.height, kept.uploaded_by) == (40, 20, rui.user)
    assert Client().get(kept.get_absolute_url()).status_code == 200


def test_a_file_that_is_not_a_picture_is_refused_with_advice(ines):
    drawing = SimpleUploadedFile("lamp.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")
    answer = ines.client.post(UPLOAD, {"image": drawing, "alt": "A lamp"})
    assert answer.status_code == 400
    assert "Choose a PNG, JPEG, WebP or GIF" in answer.json()["error"]
    assert Picture.objects.count() == 0


def test_the_preview_shows_a_body_as_its_page_does(ines, guide):
    guide("anxious")
    document = guide(text=VALID)
    preview = ines.client.post(f"{PREVIEW}?document={document.pk}", {"content": parse_source(VALID).body}).content.decode()
    page = Client().get(document.get_absolute_url()).content.decode()
    for part in ("guide__introduction", "takeaways", "step__body", "strategy ", "pull-quote", "sources", "guide-card"):
        pieces = re.findall(rf'<(\w+) class="{part}[^>]*>(.*?)</\1>', page, re.DOTALL)
        assert pieces
        assert all(parts_of(text) in parts_of(preview) for _, text in pieces)


def test_the_preview_names_each_problem_with_its_line(ines, guide):
    document = guide(text=VALID.replace("[anxious]", "[]"))
    body = parse_source(VALID).body.replace("Silence has many reasons.", "Silence <b>has</b> many reasons.")
    preview = parts_of(ines.client.post(f"{PREVIEW}?document={document.pk}", {"content": body}).content.decode())
    assert 'Line 5: "<b>" is HTML.' in preview


def test_the_preview_of_a_text_without_problems_says_so(ines, guide):
    document = guide(text=VALID.replace("[anxious]", "[]"))
    preview = ines.client.post(f"{PREVIEW}?document={document.pk}", {"content": parse_source(VALID).body}).content.decode()
    assert "The check finds nothing to mend." in preview


def test_the_preview_does_not_compare_a_guide_with_itself(ines, guide):
    body = parse_source(guide().source).body
    assert "(warning, sentence-shared)" in ines.client.post(PREVIEW, {"content": body}).content.decode()


def test_the_preview_of_a_new_guide_shows_what_is_typed_so_far(rui):
    preview = parts_of(rui.client.post(PREVIEW, {"content": "Hello there."}).content.decode())
    assert "Hello there." in preview
    assert '"## Steps"' in preview
    assert "is missing" not in preview


@pytest.mark.parametrize("number", ["0", "nobody", "9" * 40])
def test_the_preview_of_a_guide_that_does_not_exist_is_that_of_a_new_one(ines, number):
    assert ines.client.post(f"{PREVIEW}?document={number}", {"content": "Hello."}).status_code == 200


def test_nothing_that_is_typed_runs_in_the_preview(ines):
    typed = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    preview = ines.client.post(PREVIEW, {"content": typed}).content.decode()
    assert "<script" not in preview
    assert "<img" not in preview
    assert 'href="javascript' not in preview
