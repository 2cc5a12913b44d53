"""How long we wait for a database that says nothing: the same for every connection of ours, unless its address says otherwise."""

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


def test_an_address_that_sets_no_timeout_gets_every_one_and_loses_nothing():
    told = conninfo_to_dict(with_timeouts(PLAIN))
    assert told.items() >= {"user": "ines", "host": "one,two", "dbname": "site", "target_session_attrs": "read-write", **TIMEOUTS}.items()


def test_what_the_address_sets_counts():
    told = conninfo_to_dict(with_timeouts(PATIENT))
    assert told.items() >= {**TIMEOUTS, "tcp_user_timeout": "60000", "connect_timeout": "20"}.items()


def test_the_connections_of_django_wait_no_longer():
    assert database(PLAIN)["OPTIONS"].items() >= TIMEOUTS.items()
    assert database(PATIENT)["OPTIONS"]["connect_timeout"] == "20"


@pytest.mark.django_db
def test_connections_are_replaced_after_a_minute_for_the_address_may_lead_elsewhere_by_then():
    connection.ensure_connection()
    assert connection.connection._pool.max_lifetime <= 60


@pytest.mark.django_db
def test_nor_do_those_that_are_open():
    connection.ensure_connection()
    content = PublishedContent()
    content.refresh(timezone.now())
    for link in (connection.connection, content.connection):
        assert isinstance(link, psycopg.Connection)
        assert link.info.get_parameters().items() >= TIMEOUTS.items()
    content.disconnect()


def test_nor_do_the_programs_that_read_and_write_backups():
    assert conninfo_to_dict(dbname_option(PLAIN).removeprefix("--dbname=")).items() >= TIMEOUTS.items()
    assert conninfo_to_dict(dbname_option(PATIENT).removeprefix("--dbname="))["tcp_user_timeout"] == "60000"


def test_a_restore_waits_longer_for_a_server_that_is_busy_writing_unless_the_address_says_otherwise():
    assert conninfo_to_dict(with_timeouts(PLAIN, **RESTORE_TIMEOUTS))["tcp_user_timeout"] == "60000"
    assert conninfo_to_dict(with_timeouts(f"{PLAIN}&tcp_user_timeout=7000", **RESTORE_TIMEOUTS))["tcp_user_timeout"] == "7000"
