"""Django's Postgres backend with two more rules for the connections of its pool.

A connection is checked without a query before it is used, where Django's check is a round trip to the server. And it is closed after an
error that may be the server's fault, so that the next request gets a new one.
"""

from functools import cached_property
from select import POLLIN, poll
from types import TracebackType
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper


class DatabaseWrapper(base.DatabaseWrapper):
    has_failed = False  # whether the connection met an error that may be the server's fault

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return FailureRecordingErrorWrapper(self)

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        while is_closed_by_server(connection):
            connection.close()
            self.pool.putconn(connection)  # the pool replaces a closed connection
            connection = super().get_new_connection(conn_params)
        self.has_failed = False
        return connection

    def _close(self) -> None:
        """Closes a failed connection before the pool takes it back, so that the pool looks its host up again: it may be another server."""
        if self.has_failed and self.connection is not None:
            self.connection.close()
        super()._close()  # type: ignore[misc]  # the stubs lack it


class FailureRecordingErrorWrapper(DatabaseErrorWrapper):
    """Sees every psycopg error before Django converts it to its own class."""

    wrapper: DatabaseWrapper

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            return  # the common case, kept fast
        if isinstance(error, psycopg.Error) and not isinstance(error, (psycopg.DataError, psycopg.IntegrityError)):
            self.wrapper.has_failed = True
        super().__exit__(kind, error, trace)


def is_closed_by_server(connection: psycopg.Connection[Any]) -> bool:
    """Whether there is something to read on an idle connection.

    That is nearly always its end. The server rarely sends anything else to an idle client, such as a changed setting, and replacing the
    connection does no harm then.
    """
    poller = poll()
    poller.register(connection.fileno(), POLLIN)
    return bool(poller.poll(0))
