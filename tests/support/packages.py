"""The site's packages, found rather than listed: all at the top of the checkout except the tests."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = tuple(sorted(file.parent.name for file in ROOT.glob("*/__init__.py") if file.parent.name != "tests"))
