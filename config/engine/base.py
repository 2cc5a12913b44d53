"""Django's engine for Postgres, but a connection of the pool is looked at before it is used, where Django asks the server by a query."""

from select import POLLIN, poll
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        while hung_up(connection):
            connection.close()
            self.pool.putconn(connection)  # which makes another in its place
            connection = super().get_new_connection(conn_params)
        return connection


def hung_up(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has ended it. To one that lies idle it sends little else: at most that a setting has changed, and a new
    connection does no harm then."""
    looked = poll()
    looked.register(connection.fileno(), POLLIN)
    return bool(looked.poll(0))
