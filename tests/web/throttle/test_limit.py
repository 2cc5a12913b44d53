"""Rate limits are counted for all workers together, and no address is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from web.throttle.models import Limit, Tally, client_address

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
THREE = Limit("three an hour", max_count=3, seconds=3600)


def tries(number, who="192.0.2.1", now=NOON, limit=THREE):
    return [limit.allows(who, now) for _ in range(number)]


@pytest.fixture(autouse=True)
def _database(db):
    pass


def test_actions_over_the_limit_are_refused():
    assert tries(5) == [True, True, True, False, False]


def test_clients_and_limits_are_counted_separately():
    tries(4)
    assert tries(1, who="192.0.2.2") == [True]
    assert tries(1, limit=Limit("something else", max_count=3, seconds=3600)) == [True]


def test_the_count_starts_again_in_the_next_hour():
    tries(4)
    assert tries(1, now=NOON + timedelta(minutes=59, seconds=59)) == [False]
    assert tries(1, now=NOON + timedelta(hours=1)) == [True]


def test_an_address_is_stored_as_a_digest_that_changes_each_day():
    tries(1)
    tries(1, now=NOON + timedelta(days=1))
    one, other = (bytes(row.digest) for row in Tally.objects.all())
    assert one != other
    assert b"192.0.2.1" not in one


def test_the_digest_depends_on_the_secret_key(settings):
    before = THREE.digest("192.0.2.1", NOON)
    settings.SECRET_KEY = "another-secret-" * 5
    assert THREE.digest("192.0.2.1", NOON) != before


def test_expired_counts_can_be_deleted():
    tries(1)
    tries(1, now=NOON + timedelta(hours=3))
    Tally.objects.expired(NOON + timedelta(hours=1)).delete()
    assert Tally.objects.count() == 1


def test_the_table_is_unlogged():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'throttle_tally'")
        assert cursor.fetchone() == ("u",)


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),  # any client can send that header
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        *(
            (1, "10.0.0.1", f"198.51.100.7, {node}", "203.0.113.9")
            for node in ("203.0.113.9:5555", '"203.0.113.9:_obscured"', "[::ffff:cb00:7109]:80")
        ),
        *(
            (1, "10.0.0.1", node, "2001:0db8:0001:0002")
            for node in ("2001:db8:1:2::3", '"[2001:db8:1:2::4]:4711"', "[2001:db8:1:2::5%eth0]")
        ),
        *(
            (1, "10.0.0.1", nonsense, "10.0.0.1")
            for nonsense in ("unknown", "_hidden", '"', "[", "[]:80", "x, ", "203.0.113.09", "1.2.3", "²", "a:b:c")
        ),
        (1, "", "unknown", ""),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:0db8:0001:0002"),
        (0, "2001:db8:1:2:ffff::1", None, "2001:0db8:0001:0002"),
        (0, "::ffff:192.0.2.1", None, "192.0.2.1"),  # a socket that accepts IPv4 and IPv6
        (0, "", None, ""),  # a Unix socket
    ],
)
def test_only_our_own_proxies_may_name_the_client(settings, proxies, remote, forwarded, address):
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory(REMOTE_ADDR=remote).get("/", headers=headers)) == address
