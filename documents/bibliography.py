"""The works that texts may cite, from content/references.json."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from documents.files.bounded_read import MAX_TEXT_BYTES, FileRefusedError, read_bounded
from documents.text.references import Reference, read_references


def references() -> Mapping[str, Reference]:
    """The works that our texts may cite."""
    path = settings.CONTENT_DIR / "references.json"
    try:
        return read_works(path, path.stat().st_mtime_ns)
    except OSError:
        return {}


@cache
def read_works(path: Path, changed: int) -> Mapping[str, Reference]:
    """Depends on `changed` so that a new version of the file is read. What is wrong with the file, the check says."""
    return read_references(works_in(path).decode(errors="replace"))[0]


def works_in(path: Path) -> bytes:
    """The list of works as a file; nothing where it can't be read."""
    try:
        return read_bounded(path, path.parent, MAX_TEXT_BYTES)
    except FileRefusedError:
        return b""
