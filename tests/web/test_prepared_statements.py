"""`prepared_cursor` uses private parts of Django, so these tests fail where an upgrade of Django changes them."""

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from web.prepared_statements import prepared_cursor

pytestmark = pytest.mark.django_db(transaction=True)
STATEMENT = "SELECT %s::bigint + 20261127"


def prepared_statements() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def test_a_statement_is_prepared_the_first_time_with_its_parameters_apart():
    with prepared_cursor() as cursor:
        for number in (1, 2):
            cursor.execute(STATEMENT, [number])
            assert cursor.fetchone() == (20261127 + number,)
    assert prepared_statements().count("SELECT $1::bigint + 20261127") == 1


def test_djangos_own_cursor_prepares_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint + 20261128", [1])
    assert not any("20261128" in statement for statement in prepared_statements())


def test_errors_are_djangos():
    with pytest.raises(ProgrammingError), prepared_cursor() as cursor:
        cursor.execute("SELECT no_such_column")


def test_queries_are_logged_as_django_logs_its_own():
    with CaptureQueriesContext(connection) as captured, prepared_cursor() as cursor:
        cursor.execute(STATEMENT, [1])
    assert len(captured) == 1


def test_a_closed_connection_is_opened():
    connection.close()
    with prepared_cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
