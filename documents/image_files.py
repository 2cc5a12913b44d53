"""Turns an uploaded file into an image that is safe to serve: recognised by its bytes and encoded again. Files of exports are only checked.

Pure: Pillow only.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from documents.files.bounded_read import FileRefusedError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # raster only: an SVG may hold a script
MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600  # pixels; twice the width of our text, for dense screens
QUALITY = 82


@dataclass(frozen=True)
class EncodedImage:
    """An image as WebP, with its size in pixels."""

    content: bytes
    width: int
    height: int


def reencode(upload: bytes) -> EncodedImage:
    """Returns the first frame of an image as WebP, upright and with sides of at most `MAX_SIDE` pixels.

    Raises `FileRefusedError` for anything that is not an image in one of `FORMATS`.
    """
    if len(upload) > MAX_IMAGE_BYTES:
        raise FileRefusedError("The file is larger than 10 MB. Make the picture smaller, then try again.")
    pillow = load_pillow()
    try:
        with pillow.open(BytesIO(upload), formats=FORMATS) as image:
            return encode_webp(image)
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning):
        raise FileRefusedError("The picture has more than 40 million pixels. Make it smaller, then try again.") from None
    except Exception:  # Pillow's decoders raise many kinds of exceptions for broken and hostile files
        raise FileRefusedError(
            "The file can't be read as a picture. Choose a PNG, JPEG, WebP or GIF; open and save it anew if it is one."
        ) from None


def read_webp(name: str, content: bytes) -> EncodedImage:
    """Returns a WebP unchanged if `name`, that of its file, is the SHA-256 of its bytes.

    Raises `FileRefusedError` for anything else.
    """
    if name != f"{hashlib.sha256(content).hexdigest()}.webp":
        raise FileRefusedError("This file is not named after its bytes. Upload the picture in the editor, then export.")
    try:
        with load_pillow().open(BytesIO(content), formats=["WEBP"]) as image:
            image.load()
            return EncodedImage(content, *image.size)
    except Exception:  # as in `reencode`
        raise FileRefusedError("This file is not a WebP picture. Upload the picture in the editor, which makes one.") from None


def load_pillow() -> Any:
    """Imports Pillow's `Image` on first use, because it takes 5 MB that workers which only serve pages never need.

    With these limits Pillow refuses an image by the size in its header, before small files decode to gigabytes.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    return Image


def encode_webp(image: "Image") -> EncodedImage:
    """Encodes the pixels alone: colour profiles, Exif, comments and trailing data are left out."""
    from PIL import ImageOps

    image.thumbnail((MAX_SIDE, MAX_SIDE))
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    content = BytesIO()
    plain.save(content, "WEBP", quality=QUALITY)
    return EncodedImage(content.getvalue(), *plain.size)
