"""A content folder for each test, the commands that work on it, and documents in the database."""

import hashlib
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from documents.models import Document, State
from guides.models import Guide
from tests.support.builders import guide_text
from tests.support.images import image_bytes
from tests.support.library import create_guide, save_text

Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """A content folder without guides, in place of the project's."""
    works = (settings.CONTENT_DIR / "references.json").read_text()
    content = settings.CONTENT_DIR = tmp_path / "content"
    (content / "guides").mkdir(parents=True)
    (content / "references.json").write_text(works)
    return content


@pytest.fixture
def write(folder: Path) -> Callable[..., Path]:
    """Writes a guide as a file."""

    def write(slug: str = "waiting", where: str = "guides", **changes: Any) -> Path:
        path = folder / where / f"{slug}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(guide_text(slug, **changes))
        return path

    return write


@pytest.fixture
def image_file(folder: Path) -> Path:
    """An image in the content folder, named as an export names it."""
    content = image_bytes("WEBP")
    path = folder / "images" / f"{hashlib.sha256(content).hexdigest()}.webp"
    path.parent.mkdir()
    path.write_bytes(content)
    return path


@pytest.fixture
def run(db) -> Run:
    """Runs a command and returns its output, followed by its error message or exit code if it fails."""

    def run(*command: str) -> str:
        output = StringIO()
        try:
            call_command(*command, stdout=output)
        except CommandError as error:
            return f"{output.getvalue()}refused: {error}"
        except SystemExit as end:
            return f"{output.getvalue()}exit {end.code}"
        return output.getvalue()

    return run


@pytest.fixture
def edit(db) -> Callable[..., Guide]:
    """Saves a guide's text, and creates the guide if there is none."""

    def edit(slug: str = "waiting", text: str = "", state: str = State.PUBLISHED) -> Guide:
        guide = Guide.objects.filter(slug=slug).first()
        return save_text(guide, text or guide_text(slug)) if guide else create_guide(slug, state, text)

    return edit


@pytest.fixture
def texts(db) -> Callable[[], dict[str, str]]:
    """Returns a function that reads the sources of all documents, by slug."""
    return lambda: dict(Document.objects.values_list("slug", "source"))
