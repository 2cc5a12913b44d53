"""Checks that the database can be written to and has every migration of this release."""

from functools import cache

from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader

from web.database_errors import sqlstate_of

Migration = tuple[str, str]  # app and name
UNDEFINED_TABLE = "42P01"
# Whether the server is read-only is in each row, so that one query is enough.
APPLIED = "SELECT app, name, current_setting('transaction_read_only') = 'on' FROM django_migrations"


def not_ready_reason() -> str:
    """Returns "read-only" or "migrations", or "" where the database is ready. One query."""
    rows = applied_rows()
    if any(is_read_only for _, _, is_read_only in rows):
        return "read-only"
    applied = {(app, name) for app, name, _ in rows}
    return "" if all(is_applied(key, replaced, applied) for key, replaced in release_migrations().items()) else "migrations"


def applied_rows() -> list[tuple[str, str, bool]]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(APPLIED)
            rows: list[tuple[str, str, bool]] = cursor.fetchall()
            return rows
    except ProgrammingError as error:
        if sqlstate_of(error) == UNDEFINED_TABLE:  # `migrate` was never run
            return []
        raise


def is_applied(migration: Migration, replaced: frozenset[Migration], applied: set[Migration]) -> bool:
    return migration in applied or (bool(replaced) and replaced <= applied)


@cache
def release_migrations() -> dict[Migration, frozenset[Migration]]:
    """Returns each migration with those it replaces. Read once a process, because its files don't change while it runs."""
    graph = MigrationLoader(None).graph
    return {key: frozenset(migration.replaces) for key, migration in graph.nodes.items()}
