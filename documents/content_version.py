"""Version of the published content, the same for all workers and hosts; each refreshes it at most once a second."""

from __future__ import annotations

import logging
from datetime import date, datetime
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from documents.models import PUBLISHED_SQL
from web.failure_log import FailureLog

# The one-row table of migration 0003, incremented by its triggers, and the last time of publishing that has passed.
DatabaseVersion = tuple[int, datetime | None]
# With the day, because helplines and reviews become due at midnight (UTC).
ContentVersion = tuple[DatabaseVersion, date]

REFRESH_INTERVAL = 1.0  # seconds; after this everybody sees an edit
MAX_CONNECTION_AGE = 60.0  # seconds; the address may lead to another server by then, and the old one would still answer with old data
SET_TIMEOUT = "SET LOCAL statement_timeout = 2000"  # in the transaction: connection poolers refuse it as a startup parameter
# A time of publishing that passes changes pages as an edit does. It is compared with this process's clock, by which pages are rendered
# too. With the database's clock, which may be ahead, the version could change before this process shows the text: a page rendered in
# between would be cached without the text under the new version, until the next edit. With one clock a page is never older than its
# version: rendered a little later it may show more, and is rendered again after a second.
SELECT_VERSION = f"""
SELECT version, (SELECT max(publish_at) FROM documents_document WHERE {PUBLISHED_SQL})
FROM documents_site
"""  # noqa: S608 (all of it is our own)


class PublishedContent:
    """Knows the version of the published content. While the database is down the version stays as it was last seen."""

    def __init__(self) -> None:
        self.database_version: DatabaseVersion | None = None
        self.last_version: ContentVersion | None = None
        self.refreshed_at = -REFRESH_INTERVAL
        self.refreshing = Lock()
        self.connection: psycopg.Connection[DatabaseVersion] | None = None
        self.connected_at = 0.0
        self.log = FailureLog(logging.getLogger(__name__), "Looking up the version of the published content")

    def version(self) -> ContentVersion | None:
        """Returns a value that changes whenever a public page may have changed; None until the database has been reached once."""
        if monotonic() - self.refreshed_at >= REFRESH_INTERVAL and self.refreshing.acquire(blocking=False):
            try:
                self.refresh(timezone.now())
            finally:
                self.refreshing.release()
        return self.last_version

    def refresh(self, now: datetime) -> None:
        self.refreshed_at = monotonic()
        self.refresh_database_version(now)
        self.last_version = None if self.database_version is None else (self.database_version, now.date())

    def refresh_database_version(self, now: datetime) -> None:
        """Refreshes the database's version; keeps it while the database is down."""
        try:
            self.database_version = self.select_version(now)
        except psycopg.Error as error:
            self.disconnect()
            self.log.record_failure(error)
        else:
            self.log.record_success()

    def select_version(self, now: datetime) -> DatabaseVersion | None:
        """Asks on a connection of this object, because Django's pool would delay cached pages by seconds while the database is down."""
        if monotonic() - self.connected_at >= MAX_CONNECTION_AGE:
            self.disconnect()
        if self.connection is None:
            parameters: dict[str, Any] = {**connection.get_connection_params(), "prepare_threshold": None}
            self.connection = psycopg.connect(**parameters, autocommit=True)
            self.connected_at = monotonic()
        with self.connection.transaction():
            self.connection.execute(SET_TIMEOUT)
            return self.connection.execute(SELECT_VERSION, {"now": now}).fetchone()

    def disconnect(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None
