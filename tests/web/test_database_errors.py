"""What an error of the database means is read from its SQLSTATE: away for a while, or something wrong on our side."""

import psycopg
import pytest
from django.db import Error, OperationalError, connection, transaction
from psycopg_pool import ConnectionPool

from web.database_errors import is_away, sqlstate_of

AWAY = {
    "connection_failure": "08006",
    "read_only_sql_transaction": "25006",
    "idle_in_transaction_session_timeout": "25P03",
    "transaction_timeout": "25P04",
    "serialization_failure": "40001",
    "too_many_connections": "53300",
    "lock_not_available": "55P03",
    "query_canceled": "57014",
    "admin_shutdown": "57P01",
    "crash_shutdown": "57P02",
    "cannot_connect_now": "57P03",
    "database_dropped": "57P04",
    "idle_session_timeout": "57P05",
}
OURS = {
    "feature_not_supported": "0A000",
    "character_not_in_repertoire": "22021",
    "unique_violation": "23505",
    "in_failed_sql_transaction": "25P02",
    "invalid_sql_statement_name": "26000",
    "deadlock_detected": "40P01",
    "insufficient_privilege": "42501",
    "undefined_column": "42703",
    "undefined_table": "42P01",
    "disk_full": "53100",
    "out_of_memory": "53200",
    "program_limit_exceeded": "54000",
    "io_error": "58030",
    "internal_error": "XX000",
}


def raised(state: str) -> Error:
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '{state}'; END $$")
    return caught.value


@pytest.mark.django_db
@pytest.mark.parametrize("name", AWAY)
def test_the_database_is_away_when(name):
    error = raised(AWAY[name])
    assert (is_away(error), sqlstate_of(error)) == (True, AWAY[name])


@pytest.mark.django_db
@pytest.mark.parametrize("name", OURS)
def test_something_is_wrong_on_our_side_when(name):
    error = raised(OURS[name])
    assert (is_away(error), sqlstate_of(error)) == (False, OURS[name])


def test_a_database_that_can_not_be_reached_is_away_and_has_no_sqlstate(tmp_path):
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(host=str(tmp_path))
    assert (is_away(caught.value), sqlstate_of(caught.value)) == (True, None)


def test_so_is_one_that_no_connection_of_the_pool_reaches_in_time(tmp_path):
    pool = ConnectionPool(kwargs={"host": str(tmp_path)}, min_size=0, max_size=1, open=True)
    with pool, pytest.raises(psycopg.OperationalError) as caught:
        pool.getconn(timeout=0.01)
    assert is_away(caught.value)


@pytest.mark.django_db(transaction=True)
def test_so_is_one_that_ended_the_connection():
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_away(caught.value)
    connection.close()


def test_an_error_that_is_not_the_databases_is_not_its_absence():
    assert not is_away(ValueError("no answer"))
    assert not is_away(psycopg.InterfaceError("the cursor is closed"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["25006", "40P01", "57014"])
def test_a_connection_that_met_an_error_of_the_server_is_not_used_again(state):
    raised(state)
    link = connection.connection
    connection.close()
    assert link.closed


@pytest.mark.django_db(transaction=True)
def test_one_that_only_met_wrong_data_is():
    raised("23505")
    link = connection.connection
    connection.close()
    assert not link.closed
