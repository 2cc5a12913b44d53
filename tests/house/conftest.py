"""Copies of the project to run its scripts in, as a person would."""

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS = (".git", ".venv", ".postgres", ".static", ".*_cache", "__pycache__", ".hypothesis", ".coverage*")
SETTINGS = ("DATABASE_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "PORT", "PLAIN_HTTP", "PROXIES")


def copied(folder: Path) -> Path:
    return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_OURS))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in a path with spaces, never served before, with the packages of this very run."""
    folder = copied(tmp_path_factory.mktemp("house") / "a safe haven")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture(scope="session")
def unset() -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout in a path with spaces, without packages."""
    return copied(tmp_path / "a safe haven")
