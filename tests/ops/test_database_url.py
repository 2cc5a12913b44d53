"""Every connection of the site has the same timeouts, unless its address sets others."""

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from config.settings import database
from documents.content_version import PublishedContent
from ops.backup import RESTORE_TIMEOUTS, dbname_option
from ops.database_url import TIMEOUTS, with_timeouts

PLAIN = "postgresql://ines@one,two/site?target_session_attrs=read-write"
PATIENT = f"{PLAIN}&tcp_user_timeout=60000&connect_timeout=20"


def test_an_address_without_timeouts_gets_all_of_them():
    parameters = conninfo_to_dict(with_timeouts(PLAIN))
    assert (
        parameters.items()
        >= {"user": "ines", "host": "one,two", "dbname": "site", "target_session_attrs": "read-write", **TIMEOUTS}.items()
    )


def test_timeouts_in_the_address_win():
    parameters = conninfo_to_dict(with_timeouts(PATIENT))
    assert parameters.items() >= {**TIMEOUTS, "tcp_user_timeout": "60000", "connect_timeout": "20"}.items()


def test_djangos_connections_have_the_timeouts():
    assert database(PLAIN)["OPTIONS"].items() >= TIMEOUTS.items()
    assert database(PATIENT)["OPTIONS"]["connect_timeout"] == "20"


@pytest.mark.django_db
def test_connections_are_replaced_after_a_minute():
    connection.ensure_connection()
    assert connection.connection._pool.max_lifetime <= 60


@pytest.mark.django_db
def test_the_connection_for_the_content_version_has_the_timeouts():
    connection.ensure_connection()
    content = PublishedContent()
    content.refresh(timezone.now())
    for link in (connection.connection, content.connection):
        assert isinstance(link, psycopg.Connection)
        assert link.info.get_parameters().items() >= TIMEOUTS.items()
    content.disconnect()


def test_pg_dump_and_psql_have_the_timeouts():
    assert conninfo_to_dict(dbname_option(PLAIN).removeprefix("--dbname=")).items() >= TIMEOUTS.items()
    assert conninfo_to_dict(dbname_option(PATIENT).removeprefix("--dbname="))["tcp_user_timeout"] == "60000"


def test_a_restore_waits_longer_for_a_busy_server_unless_the_address_sets_it():
    assert conninfo_to_dict(with_timeouts(PLAIN, **RESTORE_TIMEOUTS))["tcp_user_timeout"] == "60000"
    assert conninfo_to_dict(with_timeouts(f"{PLAIN}&tcp_user_timeout=7000", **RESTORE_TIMEOUTS))["tcp_user_timeout"] == "7000"
