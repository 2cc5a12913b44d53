"""An uploaded file becomes a plain WebP picture, or is refused with a reason."""

import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from documents.files.bounded_read import FileRefusedError
from documents.image_files import MAX_IMAGE_BYTES, reencode
from tests.support.images import image_bytes


def png_that_claims(width, height):
    """A PNG with this size in its header and hardly any data."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def shown(encoded):
    image = Image.open(BytesIO(encoded.content))
    assert image.format == "WEBP"
    assert image.size == (encoded.width, encoded.height)
    return image


def refusal(upload):
    with pytest.raises(FileRefusedError) as refused:
        reencode(upload)
    return str(refused.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_common_format_is_accepted(form):
    red, green, blue = shown(reencode(image_bytes(form))).convert("RGB").getpixel((20, 10))
    assert red > 150
    assert green < 80
    assert blue < 80


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_color_mode_is_accepted(mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert shown(reencode(image_bytes(form, mode=mode))).size == (40, 20)


def test_transparency_is_kept():
    assert shown(reencode(image_bytes(mode="RGBA"))).getchannel("A").getextrema() == (0, 0)


def test_an_animation_becomes_its_first_frame():
    later = [Image.new("RGB", (40, 20), "blue")]
    image = shown(reencode(image_bytes("GIF", save_all=True, append_images=later)))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((20, 10))[0] > 150


def test_a_large_picture_is_scaled_to_1600_pixels():
    assert shown(reencode(image_bytes("JPEG", size=(3200, 800)))).size == (1600, 400)


def test_a_small_picture_keeps_its_size():
    assert shown(reencode(image_bytes(size=(40, 20)))).size == (40, 20)


def test_a_sideways_photograph_is_rotated_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: rotated by 90 degrees
    assert shown(reencode(image_bytes("JPEG", exif=exif))).size == (20, 40)


def test_the_metadata_of_a_photograph_is_removed():
    exif = Image.Exif()
    exif[0x013B] = "Ines Secret"  # artist
    exif.get_ifd(0x8825)[29] = "2026:11:24"  # GPS: day
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upload = image_bytes("JPEG", exif=exif, comment=b"taken at home", icc_profile=profile, xmp=b"<xmp>Secret</xmp>")
    assert all(trace in upload for trace in (b"Ines Secret", b"2026:11:24", b"taken at home", b"acsp", b"<xmp>"))
    kept = reencode(upload).content
    assert not any(trace in kept for trace in (b"Ines", b"2026:", b"taken", b"acsp", b"<xmp>", b"EXIF", b"ICCP", b"XMP"))


def test_text_chunks_of_a_png_are_removed():
    words = PngInfo()
    words.add_text("Author", "Ines Secret")
    words.add_itxt("XML:com.adobe.xmp", "<xmp>Secret</xmp>")
    upload = image_bytes(pnginfo=words)
    assert b"Ines Secret" in upload
    assert b"Secret" not in reencode(upload).content


def test_data_behind_a_picture_is_removed():
    assert b"<script>" not in reencode(image_bytes("GIF") + b"<script>alert(1)</script>").content


def test_the_same_file_becomes_the_same_bytes():
    assert reencode(image_bytes()) == reencode(image_bytes())


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"not a picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        image_bytes("BMP"),
        image_bytes("TIFF"),
        image_bytes()[:60],
        image_bytes("JPEG")[:300],
    ],
    ids=["nothing", "words", "SVG", "SVG as XML", "BMP", "TIFF", "half a PNG", "half a JPEG"],
)
def test_anything_but_a_raster_picture_is_refused_with_what_to_do(upload):
    assert "Choose a PNG, JPEG, WebP or GIF" in refusal(upload)


def test_a_file_above_ten_megabytes_is_refused():
    assert "larger than 10 MB" in refusal(image_bytes().ljust(MAX_IMAGE_BYTES + 1, b"\0"))


@pytest.mark.parametrize("size", [(8000, 5001), (20000, 20000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_with_too_many_pixels_is_refused_before_it_is_decoded(size):
    assert "more than 40 million pixels" in refusal(png_that_claims(*size))


@given(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]), st.integers(0, 400), st.binary(min_size=1, max_size=40))
def test_a_broken_file_is_accepted_or_refused_and_never_raises_anything_else(form, at, noise):
    whole = image_bytes(form)
    broken = whole[:at] + noise + whole[at + len(noise) :]
    with suppress(FileRefusedError):
        shown(reencode(broken))


DRAW = """
import resource, sys
from documents.image_files import reencode
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
image = reencode(sys.stdin.buffer.read())
print(image.width, image.height)
"""


@pytest.mark.parametrize(
    ("upload", "size"),
    [(lambda: image_bytes("PNG", (6300, 6300), "RGBA"), "1600 1600"), (lambda: image_bytes("GIF", (6300, 6300), "P"), "1600 1600")],
    ids=["PNG", "GIF"],
)
@pytest.mark.processes
def test_the_largest_accepted_picture_is_encoded_within_limits_of_time_and_memory(upload, size):
    done = subprocess.run([sys.executable, "-c", DRAW], input=upload(), capture_output=True, cwd=settings.BASE_DIR, check=False)
    assert done.stdout.decode().strip() == size, done.stderr.decode()[-300:]


def test_a_picture_of_many_frames_is_encoded_from_its_first():
    frames = [Image.new("P", (400, 400), number) for number in range(200)]
    assert shown(reencode(image_bytes("GIF", save_all=True, append_images=frames))).size == (40, 20)


def test_a_text_chunk_that_decompresses_to_50_megabytes_is_refused_or_left_out():
    words = b"zTXt" + b"a\0\0" + zlib.compress(b"a" * 50_000_000, 9)
    chunk = struct.pack(">I", len(words) - 4) + words + struct.pack(">I", zlib.crc32(words))
    whole = image_bytes()
    with suppress(FileRefusedError):
        assert len(reencode(whole[:33] + chunk + whole[33:]).content) < 1000


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(noise):
    assert "Choose a PNG" in refusal(noise)
