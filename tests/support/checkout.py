"""Copies of the project to run its scripts in, as a person would."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from ops.embedded_postgres import THROWAWAY, running

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_OURS = (".git", ".venv", ".postgres", ".static", ".*_cache", "__pycache__", ".hypothesis", ".coverage*")
SETTINGS = {
    *(
        "DATABASE_URL",
        "SECRET_KEY",
        "OLD_SECRET_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "PORT",
        "PLAIN_HTTP",
        "PROXIES",
        "POOLER",
        "METRICS_PORT",
        "METRICS_HOST",
    ),
    *("DEBUG", "HSTS_SUBDOMAINS", "HSTS_PRELOAD", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"),
}


def copied(folder: Path) -> Path:
    return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_OURS))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in a path with spaces, never served before, with the packages of this very run."""
    folder = copied(tmp_path_factory.mktemp("installed") / "a safe haven")
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


@dataclass(frozen=True)
class Released:
    """A copy of the checkout, and a database of its own that `manage.py release` has brought up to date. Ready to be served."""

    folder: Path
    home: Path
    url: str

    def ask(self, question: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as link:
            told = link.execute(question)
            return told.fetchall() if told.description else []


@dataclass(frozen=True)
class Template:
    """A checkout with all static files collected, and a stopped database that is up to date. Made once for all workers, and only copied."""

    home: Path

    def copy_site(self, to: Path) -> Path:
        return shutil.copytree(self.home / "site", to)

    def copy_database(self, to: Path) -> Path:
        """To a folder in which the embedded Postgres can be started."""
        shutil.copytree(self.home / "postgres/data", to / "data")
        return to


@pytest.fixture(scope="session")
def release_template(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Template:
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    home, unfinished = shared / "template", shared / "template.new"
    with (shared / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
            folder = copied(unfinished / "site")
            with running(unfinished / "postgres", *THROWAWAY) as url:
                manage(folder, url, "release")
                manage(folder, url, "collectstatic", "--no-input")
            unfinished.rename(home)
    return Template(home)


@pytest.fixture(scope="module")
def released(release_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    folder = release_template.copy_site(tmp_path_factory.mktemp("released") / "site")
    home = release_template.copy_database(tmp_path_factory.mktemp("postgres"))
    with running(home, *THROWAWAY) as url:
        yield Released(folder, home, url)


def manage(folder: Path, url: str, *command: str) -> None:
    env = {**os.environ, "DATABASE_URL": url, "PLAIN_HTTP": "1", "DEBUG": "0"}
    subprocess.run([sys.executable, "manage.py", *command, "--verbosity=0"], cwd=folder, env=env, check=True, capture_output=True)
