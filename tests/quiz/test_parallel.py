"""Hundreds of concurrent takers, a real web server whose workers are killed: each acknowledged result is kept exactly once."""

import os
import sys
from collections.abc import Iterator

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from quiz.models import Result
from tests.support.gunicorn import Site, serve, take_quiz_concurrently

TAKERS = 500
KILL_INTERVAL = 100  # acknowledged results, repeatedly

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the workers to kill are looked up in Linux's /proc")


@pytest.fixture
def site(committed_library, db, release_template, tmp_path) -> Iterator[Site]:
    """A site on the database of this test."""
    database = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with serve(release_template.copy_site(tmp_path / "site"), database) as site:
        yield site


def test_each_acknowledged_result_is_kept_exactly_once_while_workers_are_killed(site):
    site.fault_interval, site.faults = KILL_INTERVAL, [site.kill_worker]
    acknowledged = take_quiz_concurrently(site, TAKERS)
    assert {bytes(result.digest): result.answers for result in Result.objects.all()} == acknowledged
    assert Result.objects.count() == len(acknowledged) == TAKERS
    assert site.fault_count
    assert site.unanswered  # some responses were lost
