"""Identifies the build of the site that is running: columns that depend on more than their text are valid for one build only."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from documents.bibliography import read_file, references_file

UNSERVED_PACKAGES = {"tests"}  # not in the image


def build_id() -> str:
    """Returns a digest of code, templates, requirements and works cited: the same in each process and on each host that runs them."""
    return digest(settings.BASE_DIR, *references_file())


@cache
def digest(checkout: Path, works: Path, modified: int) -> str:
    """Cached by `modified`, so that a new version of the works is read."""
    whole = sha256()
    for path in source_files(checkout):
        whole.update(f"{path.relative_to(checkout)} {path.stat().st_size}\n".encode())
        whole.update(path.read_bytes())
    whole.update(read_file(works))
    return whole.hexdigest()


def source_files(checkout: Path) -> list[Path]:
    """Returns our code and templates, and the locked requirements.

    Searches the checkout instead of imported packages, whose paths may go through a symbolic link and then be outside BASE_DIR.
    """
    packages = [file.parent for file in checkout.glob("*/__init__.py") if file.parent.name not in UNSERVED_PACKAGES]
    code = [path for package in packages for path in package.rglob("*.py")]
    return sorted([*checkout.glob("requirements/production.txt"), *checkout.glob("templates/**/*.html"), *code])
