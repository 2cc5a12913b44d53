"""A Postgres server that a test can crash, and a copy of the site to serve on it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops.embedded_postgres import address, postmaster, running, start
from tests.support.checkout import Template
from tests.support.waiting import wait_until


class Database:
    """A server for one test, with the site's tables and content. It syncs to disk, so a crash loses no committed transaction."""

    def __init__(self, home: Path) -> None:
        self.home, self.url = home, address(home)

    def stop(self) -> None:
        """Stops at once, as in a power failure: open transactions are lost, committed ones are in the write-ahead log."""
        pid = int(postmaster(self.home)[0])
        os.kill(pid, signal.SIGQUIT)
        wait_until(lambda: has_ended(pid))

    def start(self) -> None:
        start(self.home, ())

    def crash_and_restart(self) -> None:
        self.stop()
        self.start()

    def disconnect_clients(self) -> None:
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")

    def ask(self, query: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()


def has_ended(pid: int) -> bool:
    """Whether the process has ended, even if its parent has not waited for it yet (a zombie)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def folder(release_template: Template, tmp_path: Path) -> Path:
    return release_template.copy_site(tmp_path / "site")


@pytest.fixture
def database(release_template: Template, tmp_path: Path) -> Iterator[Database]:
    home = release_template.copy_database(tmp_path / "postgres")
    with running(home):
        yield Database(home)
