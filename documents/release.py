"""Which release of the site this process is: columns that depend on more than their text are good for the release that made them."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.conf import settings


def release() -> str:
    """The same for the same code, templates and works cited, whichever process or host asks."""
    works = settings.CONTENT_DIR / "references.json"
    try:
        changed = works.stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    return digest(works, changed)


@cache
def digest(works: Path, changed: int) -> str:
    """`changed` is there so that a new version of the file is read anew."""
    whole = sha256()
    for path in [*own_files(), *([works] if changed else [])]:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def own_files() -> Iterator[Path]:
    """Our code and templates, and the list of what they are built with."""
    yield from settings.BASE_DIR.glob("requirements.txt")
    yield from sorted(settings.BASE_DIR.glob("templates/**/*.html"))
    for app in sorted(apps.get_app_configs(), key=lambda app: app.name):
        if Path(app.path).parent == settings.BASE_DIR:
            yield from sorted(Path(app.path).glob("*.py"))
