"""The works that texts may cite, from content/references.json."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from documents.files.bounded_read import MAX_TEXT_BYTES, FileRefusedError, read_bounded
from documents.text.references import REFERENCES_FILE, Reference, read_references


def references() -> Mapping[str, Reference]:
    """Returns the works by key. Empty while the file can't be opened; `check_content` reports why, unless there is no such file."""
    return load_references(*references_file())


def references_file() -> tuple[Path, int]:
    """Returns the path of the file, and its time of modification in nanoseconds, 0 if there is no such file."""
    path = settings.CONTENT_DIR / REFERENCES_FILE
    try:
        return path, path.stat().st_mtime_ns
    except OSError:
        return path, 0


@cache
def load_references(path: Path, modified: int) -> Mapping[str, Reference]:
    """Parses the file once for each `modified`, its time of modification."""
    return read_references(read_file(path).decode(errors="replace"))[0]


def read_file(path: Path) -> bytes:
    """Returns the bytes of the file, and none where it can't be read."""
    try:
        return read_bounded(path, path.parent, MAX_TEXT_BYTES)
    except FileRefusedError:
        return b""
