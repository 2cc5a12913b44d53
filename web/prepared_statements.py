"""A cursor whose statements Postgres plans once for each connection; those of Django's cursors it plans each time, and behind a pooler
that lends connections by transaction (settings.POOLER) these too.

For the few statements that many visitors wait for. Django can be told to do so for all of its own (`server_side_binding`), but then
hands over the numbers of a BigIntegerField in an array as ones of half the size, and finds nothing (seen in 5.2.19).
"""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def prepared() -> CursorWrapper:
    """As `connection.cursor()` makes its own."""
    link = connections[DEFAULT_DB_ALIAS]
    link.ensure_connection()
    cursor = ServerBindingCursor(link.connection)  # type: ignore[call-arg]  # the stubs lack what it inherits of psycopg's
    wrapped: CursorWrapper = link._prepare_cursor(cursor)  # type: ignore[attr-defined]
    return wrapped
