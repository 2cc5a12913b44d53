"""The SQLSTATE of an error distinguishes an outage of the database from an error of ours."""

import psycopg
import pytest
from django.db import Error, OperationalError, connection, transaction
from psycopg_pool import ConnectionPool

from web.database_errors import is_outage, sqlstate_of

OUTAGES = {
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
@pytest.mark.parametrize("name", OUTAGES)
def test_it_is_an_outage(name):
    error = raised(OUTAGES[name])
    assert (is_outage(error), sqlstate_of(error)) == (True, OUTAGES[name])


@pytest.mark.django_db
@pytest.mark.parametrize("name", OURS)
def test_it_is_an_error_of_ours(name):
    error = raised(OURS[name])
    assert (is_outage(error), sqlstate_of(error)) == (False, OURS[name])


def test_a_database_that_can_not_be_reached_is_an_outage_without_sqlstate(tmp_path):
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(host=str(tmp_path))
    assert (is_outage(caught.value), sqlstate_of(caught.value)) == (True, None)


def test_a_pool_that_gets_no_connection_in_time_is_an_outage(tmp_path):
    pool = ConnectionPool(kwargs={"host": str(tmp_path)}, min_size=0, max_size=1, open=True)
    with pool, pytest.raises(psycopg.OperationalError) as caught:
        pool.getconn(timeout=0.01)
    assert is_outage(caught.value)


@pytest.mark.django_db(transaction=True)
def test_a_connection_ended_by_the_server_is_an_outage():
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_outage(caught.value)
    connection.close()


def test_errors_of_other_libraries_are_no_outage():
    assert not is_outage(ValueError("no answer"))
    assert not is_outage(psycopg.InterfaceError("the cursor is closed"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["25006", "40P01", "57014"])
def test_a_connection_is_not_used_again_after_an_error_of_the_server(state):
    raised(state)
    link = connection.connection
    connection.close()
    assert link.closed


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_used_again_after_an_error_in_the_data():
    raised("23505")
    link = connection.connection
    connection.close()
    assert not link.closed
