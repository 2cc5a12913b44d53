"""Pictures are imported and exported with the texts that show them."""

import hashlib

import pytest

from documents.image_files import MAX_IMAGE_BYTES
from documents.images import Picture
from tests.support.builders import guide_text
from tests.support.images import image_bytes

TOO_LARGE = image_bytes("WEBP").ljust(MAX_IMAGE_BYTES + 1, b"\0")


def shown(path):
    return f"### Rest\n\n![A blue field](/images/{path.name}) "


def test_a_picture_is_imported_and_exported_with_its_guide(write, run, image_file, tmp_path):
    path = write()
    path.write_text(path.read_text().replace("### Rest\n\n", shown(image_file)))
    assert run("check_content") == ""
    assert run("import_content") == "new: guides/waiting.md\n1 text imported: 1 new.\n"
    kept = Picture.objects.get()
    assert (bytes(kept.content), kept.width, kept.height) == (image_file.read_bytes(), 40, 20)
    run("export_content", str(tmp_path / "copy"))
    assert (tmp_path / "copy/images" / image_file.name).read_bytes() == image_file.read_bytes()


def test_importing_a_picture_twice_stores_it_once(write, run, image_file):
    write()
    run("import_content")
    run("import_content")
    assert Picture.objects.count() == 1


def test_a_picture_that_no_text_shows_is_not_exported(write, run, image_file, tmp_path):
    write()
    run("import_content")
    run("export_content", str(tmp_path / "copy"))
    assert not (tmp_path / "copy/images").exists()


def test_a_missing_picture_is_an_error_with_its_line(write, run, image_file):
    path = write()
    path.write_text(path.read_text().replace("### Rest\n\n", shown(image_file)))
    image_file.unlink()
    expected = f"guides/waiting.md:69: error image-missing: There is no picture /images/{image_file.name}."
    assert expected in run("check_content")
    assert expected in run("import_content")


def test_a_picture_in_the_database_needs_no_file(write, run, image_file):
    write()
    run("import_content")
    image_file.unlink()
    write("other").write_text(guide_text("other").replace("### Rest\n\n", shown(image_file)))
    assert "image-missing" not in run("import_content")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("0" * 64, image_bytes("WEBP"), "is not named after its bytes"),
        ("lamp", image_bytes("WEBP"), "is not named after its bytes"),
        (hashlib.sha256(b"<svg/>").hexdigest(), b"<svg/>", "is not a WebP picture"),
        pytest.param(hashlib.sha256(TOO_LARGE).hexdigest(), TOO_LARGE, "is larger than 10 MB", id="too large"),
    ],
)
def test_a_file_that_is_not_one_of_our_pictures_stops_the_import(write, run, folder, name, content, said):
    write()
    (folder / "images").mkdir()
    (folder / f"images/{name}.webp").write_bytes(content)
    printed = run("import_content")
    assert f"images/{name}.webp:1: error text-unreadable: This file {said}" in printed
    assert "refused: Nothing was imported" in printed
    assert not Picture.objects.exists()
