"""Brings the database up to date with this release, also where several hosts start it at once.

Migrates, imports content/, and rebuilds what an older release derived from the texts.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)
LOCK_ID = 7_233_412  # any number, the same in every release
RETRY_INTERVAL = 0.5  # seconds


class Command(BaseCommand):
    help = "Migrates the database, imports content/, rebuilds columns. Of several that start at once, one does it and the others wait."

    def handle(self, **options: Any) -> None:
        with exclusive_lock():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            self.call_or_report("import_content", verbosity=options["verbosity"])
            self.call_or_report("rebuild_columns", outdated=True, verbosity=0)

    def call_or_report(self, command: str, **options: Any) -> None:
        """Runs a command and reports its errors: no text may keep the site from starting. An outage of the database is raised."""
        try:
            call_command(command, **options)
        except CommandError as problems:
            self.stderr.write(f"{problems}\nThe site shows what the database has, without what could not be imported.")
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # a bug, or an error of the file system
            logger.exception("%s stopped.", command)
            self.stderr.write(f"{command} stopped ({type(error).__name__}), and changed nothing. The site shows what the database has.")


@contextmanager
def exclusive_lock() -> Iterator[None]:
    """Holds an advisory lock during the block, in a transaction on another connection.

    A lock of a session would stay on the connection that a pooler lends for a transaction only. The lock is polled, because a statement
    that waited for it inside Postgres would block an index that is built concurrently.
    """
    with psycopg.connect(**connection.get_connection_params()) as lock_connection:
        while not try_lock(lock_connection):
            lock_connection.rollback()
            time.sleep(RETRY_INTERVAL)
        lock_connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def try_lock(lock_connection: psycopg.Connection[Any]) -> bool:
    """Takes the lock unless another session holds it. Returns whether it did."""
    return lock_connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_ID]).fetchall() == [(True,)]
