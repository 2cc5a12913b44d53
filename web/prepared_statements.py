"""A cursor whose statements Postgres parses and plans once for each connection.

For the few statements that many visitors wait for. Django's own cursors have them planned each time, and so does this one behind a
pooler that lends connections by transaction (settings.POOLER). The reasons are in docs/decisions/prepared-statements.md.
"""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """Opens a cursor as `connection.cursor()` does, with the same errors and the same log of queries."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    cursor = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]  # the stubs lack what it inherits of psycopg's
    wrapped: CursorWrapper = connection._prepare_cursor(cursor)  # type: ignore[attr-defined]
    return wrapped
