"""A Postgres of a test's own that may fall at any moment, and a copy of the site to serve on it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops.embedded_postgres import address, postmaster, running, start
from tests.support.checkout import copied
from tests.support.waiting import wait_until


class Database:
    """A Postgres of this test's own, with the site's tables and texts, that keeps its promises when it is stopped."""

    def __init__(self, home: Path) -> None:
        self.home, self.url = home, address(home)

    def stop(self) -> None:
        """At once, as after a loss of power: open transactions are gone, committed ones are in the journal."""
        number = int(postmaster(self.home)[0])
        os.kill(number, signal.SIGQUIT)
        wait_until(lambda: has_ended(number))

    def start(self) -> None:
        start(self.home, ())

    def fall(self) -> None:
        self.stop()
        self.start()

    def cut(self) -> None:
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")

    def ask(self, question: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as link:
            return link.execute(question).fetchall()


def has_ended(number: int) -> bool:
    """Also a process that nobody has waited for yet (a zombie) has."""
    try:
        return Path(f"/proc/{number}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def folder(tmp_path) -> Path:
    return copied(tmp_path / "site")


@pytest.fixture
def database(folder, tmp_path) -> Iterator[Database]:
    with running(tmp_path / "postgres") as url:
        env = {**os.environ, "DATABASE_URL": url, "PLAIN_HTTP": "1"}
        subprocess.run([sys.executable, "manage.py", "release", "--verbosity=0"], cwd=folder, env=env, check=True, capture_output=True)
        yield Database(tmp_path / "postgres")
