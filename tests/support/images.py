"""Images for tests."""

from io import BytesIO
from typing import Any

from PIL import Image

RED = (200, 30, 30)


def image_bytes(form: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    """Returns an image file of one color: red in mode RGB, otherwise black and transparent. `options` are Pillow's."""
    file = BytesIO()
    Image.new(mode, size, RED if mode == "RGB" else 0).save(file, form, **options)
    return file.getvalue()
