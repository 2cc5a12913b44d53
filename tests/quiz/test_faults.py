"""Postgres crashes, connections are closed, workers are killed: no acknowledged result is lost, and readers hardly notice.

TAKERS=2000 script/test tests/quiz/test_faults.py runs longer.
"""

import os
import sys
from collections.abc import Iterator

import pytest

from tests.support.crashing_postgres import database, folder
from tests.support.gunicorn import Site, serve, take_quiz_concurrently
from tests.support.quiz_taker import Taker
from tests.support.waiting import wait_until

__all__ = ["database", "folder"]  # fixtures
TAKERS = int(os.environ.get("TAKERS", "200"))
FAULT_INTERVAL = 40  # acknowledged results
CLIENTS = "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the workers to kill are looked up in Linux's /proc"),
    pytest.mark.timeout(120 + TAKERS),
]


def test_no_acknowledged_result_is_lost_or_doubled_by_any_fault(folder, database):
    with serve(folder, database.url) as site:
        site.fault_interval, site.faults = FAULT_INTERVAL, [site.kill_worker, database.crash_and_restart, database.disconnect_clients]
        acknowledged = take_quiz_concurrently(site, TAKERS)
        kept = database.ask("SELECT digest, answers FROM quiz_result")
    assert len(kept) == len(acknowledged) == TAKERS
    assert dict(kept) == acknowledged
    assert site.fault_count >= 3
    for page in site.refusals:  # each came with all answers
        assert page.count(b" checked") == 19


@pytest.fixture
def site(folder, database) -> Iterator[Site]:
    with serve(folder, database.url, workers=1) as site:
        yield site


def test_during_an_outage_cached_pages_are_served_and_answers_come_back_and_afterwards_all_works(site, database):
    page = site.get("/guides/anxious/")
    taker = Taker(site)
    database.stop()
    again = site.ask("GET", "/guides/anxious/")
    assert (again.status_code, again.content, again.headers["ETag"]) == (200, page.content, page.headers["ETag"])
    assert site.ask("GET", "/guides/anxious/", **{"If-None-Match": page.headers["ETag"]}).status_code == 304
    not_cached = site.ask("GET", "/guides/fearful-avoidant/")
    assert (not_cached.status_code, not_cached.headers["Retry-After"]) == (503, "10")
    assert b"back in a moment" in not_cached.content
    assert site.ask("GET", "/quiz/take/").status_code == 200
    assert site.ask("GET", "/readyz").status_code == 503
    refused = send_once(site, taker, keep="yes")
    assert refused.status_code == 503
    assert refused.content.count(b" checked") == 19
    assert taker.key in refused.content.decode()
    assert b"Your answers are all still here." in refused.content
    database.start()
    assert taker.send().location == taker.address  # retried until it works, as visitors do
    assert site.ask("GET", taker.address).status_code == 200
    assert site.ask("GET", "/guides/fearful-avoidant/").status_code == 200
    assert database.ask("SELECT count(*) FROM quiz_result") == [(1,)]


def test_without_keeping_a_result_is_shown_during_an_outage_if_one_was_shown_before(site, database):
    taker = Taker(site)
    assert send_once(site, taker, keep="no").status_code == 200
    database.stop()
    shown = send_once(site, taker, keep="no")
    assert shown.status_code == 200
    assert b"Your result" in shown.content
    database.start()


def test_after_connections_were_closed_the_next_visitor_notices_nothing(site, database):
    taker = Taker(site)
    taker.send()
    for _ in range(5):
        database.disconnect_clients()
        wait_until(lambda: not database.ask(CLIENTS))
        assert site.ask("GET", taker.address).status_code == 200


def test_an_edit_is_served_at_once_although_the_page_was_cached(site, database):
    before = site.get("/guides/").content
    assert b"How to heal anxious attachment" in before
    database.ask("UPDATE documents_document SET title = 'A title of today' WHERE slug = 'anxious' RETURNING 1")
    changed = wait_until(lambda: (page := site.get("/guides/").content) != before and page)
    assert b"A title of today" in changed


def send_once(site: Site, taker: Taker, keep: str):
    answers = dict.fromkeys(taker.items, "5")
    form = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": keep, **answers}
    return site.ask("POST", "/quiz/take/?sent", "&".join(f"{name}={value}" for name, value in form.items()))
