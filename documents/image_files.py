"""Turns an uploaded file into a picture that is safe to serve: decided by its bytes and drawn anew. Pure: Pillow only."""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")  # raster only: an SVG is a program
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1600  # twice the width of our text, for dense screens
QUALITY = 82


class RefusedError(Exception):
    """Why a file is not taken, in a sentence for the person who chose it."""


@dataclass(frozen=True)
class Raster:
    """A picture as WebP, with its size in pixels."""

    content: bytes
    width: int
    height: int


def redrawn(upload: bytes) -> Raster:
    """The first frame of a picture, upright and at most 1600 pixels long. Raises `RefusedError` for whatever else it is given."""
    if len(upload) > MOST_BYTES:
        raise RefusedError("The file is larger than 10 MB. Make the picture smaller, then try again.")
    pillow = loaded()
    try:
        with pillow.open(BytesIO(upload), formats=FORMATS) as image:
            return as_webp(image)
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning):
        raise RefusedError("The picture has more than 40 million pixels. Make it smaller, then try again.") from None
    except Exception:  # on a broken or hostile file decoders raise whatever they meet
        raise RefusedError(
            "The file can't be read as a picture. Choose a PNG, JPEG, WebP or GIF; open and save it anew if it is one."
        ) from None


def measured(name: str, content: bytes) -> Raster:
    """A WebP that was redrawn before, as it is. Raises `RefusedError` for whatever else it is given."""
    if name != f"{hashlib.sha256(content).hexdigest()}.webp":
        raise RefusedError("This file is not named after its bytes. Upload the picture in the editor, then export.")
    try:
        with loaded().open(BytesIO(content), formats=["WEBP"]) as image:
            image.load()
            return Raster(content, *image.size)
    except Exception:  # as above
        raise RefusedError("This file is not a WebP picture. Upload the picture in the editor, which makes one.") from None


def loaded() -> Any:
    """Pillow's `Image`, from when somebody brings a picture: it takes 5 MB, which workers that serve readers never need.

    It reads the size in the header before it decodes, and warns. Small files that unfold to gigabytes end there.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    return Image


def as_webp(image: "Image") -> Raster:
    """Pillow writes a WebP from the pixels alone: profiles, Exif, comments and what hangs behind a picture are not asked for."""
    from PIL import ImageOps

    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    content = BytesIO()
    plain.save(content, "WEBP", quality=QUALITY)
    return Raster(content.getvalue(), *plain.size)
