"""A text that is too large is refused with a reason, and nothing is saved or lost."""

from django.core.files.uploadedfile import SimpleUploadedFile

from documents.image_files import MAX_IMAGE_BYTES
from documents.models import Revision
from documents.text.source import MAX_CHARACTERS

TOO_LONG = "200,000 are read at most. Split it into several texts."
MUCH = "A door.\r\n\r\n" * (MAX_CHARACTERS // 9 + 1)
TEN_MEGABYTES = "A door.\r\n\r\n" * 1_000_000


def test_a_text_that_is_too_long_comes_back_with_advice(ines, guide):
    text = guide()
    answer = ines.save(text, body=MUCH)
    assert not answer.saved
    assert TOO_LONG in str(answer.errors)
    assert answer.fields["body"] == MUCH
    assert Revision.objects.count() == 1


def test_a_text_of_four_byte_characters_is_not_too_large_to_be_sent(ines, guide):
    answer = ines.save(guide(), body="🚪" * (MAX_CHARACTERS - 1000))
    assert answer.status == 200
    assert "more than 5,000 characters" in str(answer.errors)
    assert TOO_LONG not in str(answer.errors)


def test_the_preview_of_a_text_that_is_too_long_says_so(ines):
    shown = ines.client.post("/admin/guides/guide/preview/", {"content": MUCH}).content.decode()
    assert TOO_LONG in shown


def test_ten_megabytes_are_refused_without_being_parsed(ines, guide):
    text = guide()
    values = {**ines.form(text), "body": TEN_MEGABYTES}
    for address, sent in ((f"/admin/guides/guide/{text.pk}/change/", values), ("/admin/guides/guide/preview/", {"content": TEN_MEGABYTES})):
        answer = ines.client.post(address, sent)
        assert answer.status_code == 413
        assert "This is too large" in answer.content.decode()
    assert Revision.objects.count() == 1


def test_a_picture_that_is_too_large_is_refused_with_the_limit(ines):
    for size, status in ((MAX_IMAGE_BYTES + 1, 400), (MAX_IMAGE_BYTES + 2 * 2**20, 413)):
        file = SimpleUploadedFile("door.png", b"\0" * size, "image/png")
        answer = ines.client.post("/admin/guides/guide/upload/", {"image": file, "alt": "A door"})
        assert answer.status_code == status
        assert "10 MB" in answer.content.decode()
