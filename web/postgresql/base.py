"""Django's engine for Postgres, but a connection of the pool is looked at before it is used, where Django asks the server by a query,
and is not used again after it met an error that may be the server's and not our data's."""

from functools import cached_property
from select import POLLIN, poll
from types import TracebackType
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper


class DatabaseWrapper(base.DatabaseWrapper):
    is_doubtful = False  # whether the connection met such an error

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        return DoubtingErrorWrapper(self)

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        while hung_up(connection):
            connection.close()
            self.pool.putconn(connection)  # which makes another in its place
            connection = super().get_new_connection(conn_params)
        self.is_doubtful = False
        return connection

    def _close(self) -> None:
        """A closed connection is not kept by the pool, which then asks the address again: by now it may lead to another server."""
        if self.is_doubtful and self.connection is not None:
            self.connection.close()
        super()._close()  # type: ignore[misc]  # the stubs lack it


class DoubtingErrorWrapper(DatabaseErrorWrapper):
    """Sees every error of the database library before Django makes its own of it."""

    wrapper: DatabaseWrapper

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            return  # as nearly always
        if isinstance(error, psycopg.Error) and not isinstance(error, (psycopg.DataError, psycopg.IntegrityError)):
            self.wrapper.is_doubtful = True
        super().__exit__(kind, error, trace)


def hung_up(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has ended it. To one that lies idle it sends little else: at most that a setting has changed, and a new
    connection does no harm then."""
    looked = poll()
    looked.register(connection.fileno(), POLLIN)
    return bool(looked.poll(0))
