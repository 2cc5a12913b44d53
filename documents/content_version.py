"""In what state the published texts are: one answer for all workers and hosts, looked up at most once a second in each."""

from __future__ import annotations

import logging
from datetime import date, datetime
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from web.failure_log import FailureLog

EVERY = 1.0  # seconds; an edit is seen by all after this long at the latest
RENEWAL = 60.0  # seconds; by then the address may lead to another server, and the old one would go on answering what it knew
PATIENCE = "SET LOCAL statement_timeout = 2000"  # in the transaction: poolers in front of Postgres refuse it as a parameter of the start
# A moment of publishing that has passed changes pages as an edit does. "Now" is this process's own, by which it makes pages too. With
# the clock of the database, which may be ahead of it, the state would move before this process shows the text: a page made in between
# would be kept without the text under the new state, until the next edit. With one clock a page is never older than its state: made a
# little later it may show more, and is made once more in a second.
QUESTION = """
SELECT version, (SELECT max(publish_at) FROM documents_document WHERE state = 'published' AND publish_at <= %(now)s)
FROM documents_site
"""


class Site:
    """The state as it was last seen. With the database gone that stays what it was; it is None until it was seen once."""

    def __init__(self) -> None:
        self.seen: Any = None  # in the database
        self.known: tuple[Any, date] | None = None
        self.asked_at = -EVERY
        self.asking = Lock()
        self.link: psycopg.Connection[Any] | None = None
        self.linked_at = 0.0
        self.log = FailureLog(logging.getLogger(__name__), "Asking the database in what state the published texts are")

    def state(self) -> tuple[Any, date] | None:
        """What pages depend on beside their addresses: a value that is equal as long as they stay the same."""
        if monotonic() - self.asked_at >= EVERY and self.asking.acquire(blocking=False):
            try:
                self.look_up(timezone.now())
            finally:
                self.asking.release()
        return self.known

    def look_up(self, now: datetime) -> None:
        self.asked_at = monotonic()
        self.renew(now)
        self.known = None if self.seen is None else (self.seen, now.date())  # helplines and reviews age at midnight (UTC)

    def renew(self, now: datetime) -> None:
        """Renews what is seen; nothing, while the database is away."""
        try:
            self.seen = self.ask(now)
        except psycopg.Error as error:
            self.unlink()
            self.log.failed(error)
        else:
            self.log.worked()

    def ask(self, now: datetime) -> Any:
        """On a connection apart from Django's pool, which would hold cached pages up for seconds while the database is gone."""
        if monotonic() - self.linked_at >= RENEWAL:
            self.unlink()
        if self.link is None:
            self.link = psycopg.connect(**{**connection.get_connection_params(), "prepare_threshold": None}, autocommit=True)
            self.linked_at = monotonic()
        with self.link.transaction():
            self.link.execute(PATIENCE)
            return self.link.execute(QUESTION, {"now": now}).fetchone()

    def unlink(self) -> None:
        if self.link is not None:
            self.link.close()
        self.link = None
