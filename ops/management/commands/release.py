"""release: brings the database up to date with this release, also where several start at once: migrates, imports content/, and
makes anew what an older release made of the texts."""

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
LOCK = 7_233_412  # any number, the same in every release
PAUSE = 0.5  # seconds


class Command(BaseCommand):
    help = "Migrates the database, imports content/, rebuilds columns. Of several that start at once, one does it and the others wait."

    def handle(self, **options: Any) -> None:
        with alone():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
            self.attempt("import_content", verbosity=options["verbosity"])
            self.attempt("rebuild_columns", outdated=True, verbosity=0)

    def attempt(self, command: str, **options: Any) -> None:
        """Whatever is wrong with a text must not keep the site from starting. A database that is away does: then nothing was prepared."""
        try:
            call_command(command, **options)
        except CommandError as problems:
            self.stderr.write(f"{problems}\nThe site shows what the database has, without what could not be imported.")
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # a fault of ours, or of the file system
            logger.exception("%s stopped.", command)
            self.stderr.write(f"{command} stopped ({type(error).__name__}), and changed nothing. The site shows what the database has.")


@contextmanager
def alone() -> Iterator[None]:
    """Holds a lock in a transaction on a connection apart. One that belongs to a session would stay with the connection that a pooler
    lends for a transaction only.

    Asks for the lock again and again: who waited inside Postgres would hold up an index that is built concurrently.
    """
    with psycopg.connect(**connection.get_connection_params()) as link:
        while not is_locked(link):
            link.rollback()
            time.sleep(PAUSE)
        link.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def is_locked(link: psycopg.Connection[Any]) -> bool:
    [locked] = link.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK]).fetchone() or [False]
    return bool(locked)
