"""Which release of the site this process is: columns that depend on more than their text are good for the release that made them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from documents.bibliography import read_file

NOT_SERVED = {"tests"}  # our packages that an image leaves out


def release() -> str:
    """The same for the same code, templates and works cited, whichever process or host asks, and however it reaches them."""
    works = settings.CONTENT_DIR / "references.json"
    try:
        changed = works.stat().st_mtime_ns
    except OSError:
        changed = 0
    return digest(settings.BASE_DIR, works, changed)


@cache
def digest(checkout: Path, works: Path, changed: int) -> str:
    """Depends on `changed` so that a new version of the works is read."""
    whole = sha256()
    for path in own_files(checkout):
        whole.update(f"{path.relative_to(checkout)} {path.stat().st_size}\n".encode())
        whole.update(path.read_bytes())
    whole.update(read_file(works))
    return whole.hexdigest()


def own_files(checkout: Path) -> list[Path]:
    """Our code and templates, and the list of what they are built with.

    Found from the checkout down: the path of an imported package may go through a symbolic link, and is then no part of BASE_DIR.
    """
    packages = [file.parent for file in checkout.glob("*/__init__.py") if file.parent.name not in NOT_SERVED]
    code = [path for package in packages for path in package.rglob("*.py")]
    return sorted([*checkout.glob("requirements/production.txt"), *checkout.glob("templates/**/*.html"), *code])
