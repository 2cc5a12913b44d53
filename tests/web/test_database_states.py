"""A database that runs but can't do what is asked: no answers are lost, and nothing has to be restarted when it can again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlencode

import psycopg
import pytest

from ops.embedded_postgres import THROWAWAY, start, stop
from tests.support.checkout import Released
from tests.support.gunicorn import Site, serve
from tests.support.quiz_taker import Taker
from tests.support.waiting import wait_until
from tests.support.write_errors import hidden_fields

PATIENT = "&options=-c%20deadlock_timeout%3D5s"  # long enough for a test to wait on the other side
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%quiz_result%'"


@pytest.fixture
def site(released: Released) -> Iterator[Site]:
    with serve(released.folder, f"{released.url}{PATIENT}", workers=1) as site:
        yield site


@pytest.fixture
def taker(site: Site) -> Taker:
    return Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does


def send_once(site: Site, form: dict[str, str]):
    return site.ask("POST", "/quiz/take/?sent", urlencode(form))


def answered(taker: Taker, usual: str = "5") -> dict[str, str]:
    return {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes", **dict.fromkeys(taker.items, usual)}


def assert_given_back(answer, taker: Taker, status: int = 503) -> None:
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "10" if status == 503 else None)
    assert answer.content.count(b" checked") == 19
    assert taker.key in answer.content.decode()


@contextmanager
def read_only(released: Released) -> Iterator[None]:
    set_default(released, "on")
    try:
        yield
    finally:
        set_default(released, "off")


def set_default(released: Released, value: str) -> None:
    with psycopg.connect(released.url, autocommit=True) as link:
        link.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        link.execute("SELECT pg_reload_conf()")
    wait_until(lambda: released.ask("SHOW default_transaction_read_only") == [(value,)])


def restart(released: Released, *settings: str) -> None:
    stop(released.home)
    start(released.home, (*THROWAWAY, *settings))


def test_a_read_only_server_keeps_nothing_and_is_not_ready(released, site, taker):
    with read_only(released):
        for _ in range(6):  # more than the pool has connections
            assert_given_back(send_once(site, answered(taker)), taker)
        assert (site.ask("GET", "/readyz").status_code, site.ask("GET", "/readyz").content) == (503, b"read-only\n")
        assert site.ask("GET", "/guides/anxious/").status_code == 200
    assert send_once(site, answered(taker)).status_code == 303
    assert site.ask("GET", "/readyz").status_code == 200


def test_a_standby_keeps_nothing_until_it_is_promoted(released, site, taker):
    stop(released.home)
    (released.home / "data/standby.signal").touch()
    start(released.home, THROWAWAY)
    wait_until(lambda: site.ask("GET", "/readyz").content == b"read-only\n")
    assert_given_back(send_once(site, answered(taker)), taker)
    released.ask("SELECT pg_promote()")
    assert taker.send().location == taker.address


@pytest.mark.parametrize("ending", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_cancelled_statement_gives_the_answers_back(released, site, taker, ending):
    with psycopg.connect(released.url) as link, ThreadPoolExecutor() as people:
        link.execute("LOCK quiz_result")
        sending = people.submit(send_once, site, answered(taker))
        wait_until(lambda: released.ask(WAITING))
        released.ask(f"SELECT {ending}(pid) FROM ({WAITING}) AS waiting")  # noqa: S608 (both are our own)
        assert_given_back(sending.result(), taker)
    assert send_once(site, answered(taker)).status_code == 303


def test_a_deadlock_is_an_error_of_ours_and_gives_the_answers_back(released, site, taker):
    assert send_once(site, answered(taker)).status_code == 303
    released.ask("DELETE FROM throttle_tally")
    with psycopg.connect(released.url) as link, ThreadPoolExecutor() as people:
        link.execute("SET deadlock_timeout = '1h'")  # so that it is the site's statement that is ended
        link.execute("UPDATE quiz_result SET relation = relation")
        sending = people.submit(send_once, site, answered(taker, "4"))
        wait_until(lambda: released.ask(WAITING))
        link.execute("LOCK throttle_tally")
        assert_given_back(sending.result(), taker, status=500)


def test_a_process_that_never_loaded_the_quiz_gives_the_answers_back_without_the_questions(released):
    with serve(released.folder, released.url, workers=1) as site:
        form = answered(Taker(site))  # type: ignore[arg-type]  # as above
    restart(released, "max_connections=8", "superuser_reserved_connections=0", "max_wal_senders=0")
    try:
        with serve(released.folder, released.url, workers=1) as site, ExitStack() as others:
            with suppress(psycopg.OperationalError):
                for _ in range(9):
                    others.enter_context(psycopg.connect(released.url))
            answer = send_once(site, form)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
            assert hidden_fields(answer.content.decode()) == form
            others.close()
            assert send_once(site, form).status_code == 303
    finally:
        restart(released)
