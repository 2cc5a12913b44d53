"""Rate limits are counted for all workers together, and no address is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from web.throttle.models import Limit, Tally

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
THREE = Limit("three an hour", max_count=3, seconds=3600)


def tries(number, who="192.0.2.1", now=NOON, limit=THREE):
    return [limit.count_and_check(who, now) for _ in range(number)]


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
