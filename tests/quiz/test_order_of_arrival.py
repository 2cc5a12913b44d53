"""The last action of a visitor prevails, even if an earlier request was delayed and reaches the table after it."""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlencode

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.models import Revision
from quiz.instrument_cache import instrument_of
from quiz.models import KEEP_LIMIT, DeletedResult, Result, arrival_number, key_digest
from quiz.submission import fresh_key
from tests.support.checkout import Released, released
from tests.support.gunicorn import Site, serve
from tests.support.quiz_taker import Taker, keep
from tests.support.waiting import wait_until
from web.throttle.models import Tally

__all__ = ["released"]  # a fixture
TIMEOUT = 30  # seconds
ADDRESS = "192.0.2.1"  # of the visitor whose requests are delayed
# Locks that delay a statement before it has read the table, or after.
TABLE = "LOCK TABLE quiz_result IN ACCESS EXCLUSIVE MODE"
COUNT = "SELECT FROM throttle_tally FOR UPDATE"
BLOCKED = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'"
)
IDLE = "SELECT pid FROM pg_stat_activity WHERE pid = {} AND state = 'idle'"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process of Postgres is stopped by its number")


@pytest.fixture(scope="module")
def site(released: Released) -> Iterator[Site]:
    with serve(released.folder, released.url) as site:
        yield site


@pytest.fixture
def taker(site: Site) -> Taker:
    return Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does


@pytest.fixture
def delayed(site: Site, released: Released) -> Callable[..., object]:
    """A request whose client disconnected while its statement waited, and which continues when the block ends."""

    @contextmanager
    def delayed(path: str, form: dict[str, str], lock: str = TABLE) -> Iterator[None]:
        with psycopg.connect(released.url) as holder:
            holder.execute(lock)
            send_and_disconnect(site.port, path, form)
            [[pid]] = rows_when_any(released, BLOCKED)
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)
        rows_when_any(released, IDLE.format(pid))

    return delayed


def send_and_disconnect(port: int, path: str, form: dict[str, str]) -> None:
    body = urlencode(form).encode()
    head = {"Host": "127.0.0.1", "X-Forwarded-For": ADDRESS, "Content-Type": "application/x-www-form-urlencoded"}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), f"Content-Length: {len(body)}", "", ""]
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall("\r\n".join(lines).encode() + body)


def rows_when_any(released: Released, query: str) -> list[tuple[int]]:
    """The rows of a query, once there are any."""
    return wait_until(lambda: released.ask(query), TIMEOUT)


def form_of(taker: Taker, answer: int) -> dict[str, str]:
    fields = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes"}
    return {**fields, **dict.fromkeys(taker.items, str(answer))}


def answers_of(site: Site, taker: Taker) -> set[str]:
    """The different answers in the file that the link offers for download."""
    return set(re.findall(r'-\d": (\d)', site.get(f"{taker.address}answers.json").content.decode()))


def send(taker: Taker, answer: int) -> None:
    taker.usual = answer
    assert taker.send().status_code == 303


def delete(site: Site, taker: Taker) -> int:
    return site.request_until_answered("POST", f"{taker.address}deletion/", "sure=yes").status_code


@pytest.fixture(params=[TABLE, COUNT], ids=["before it has read the table", "after it has read the table"])
def lock(site: Site, request: pytest.FixtureRequest) -> str:
    """The lock that submissions from ADDRESS wait for: of the whole table, or of the count of that address, which exists then."""
    site.ask("POST", "/quiz/take/", urlencode(form_of(Taker(site), 4)), **{"X-Forwarded-For": ADDRESS})  # type: ignore[arg-type]
    return str(request.param)


def test_a_delayed_submission_does_not_overwrite_a_later_one(site, taker, delayed, lock):
    with delayed("/quiz/take/", form_of(taker, 1), lock):
        send(taker, 6)
    assert answers_of(site, taker) == {"6"}


def test_a_delayed_submission_does_not_restore_a_deleted_result(site, taker, delayed, lock):
    with delayed("/quiz/take/", form_of(taker, 1), lock):
        send(taker, 6)
        assert delete(site, taker) == 200
    assert site.get(taker.address).status_code == 404


def test_a_delayed_deletion_keeps_a_later_submission(site, taker, delayed):
    send(taker, 1)
    with delayed(f"{taker.address}deletion/", {"sure": "yes"}):
        send(taker, 6)
    assert answers_of(site, taker) == {"6"}


def test_a_result_that_is_submitted_after_its_deletion_is_kept(site, taker):
    send(taker, 1)
    assert delete(site, taker) == 200
    send(taker, 6)
    assert answers_of(site, taker) == {"6"}


# The same in the database only: each act is a request, in the order of arrival.
EARLY = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
TIMES = st.datetimes(timezones=st.just(UTC))
Acts = list[int | None]  # a submitted answer, or None for a deletion


def carry_out(acts: Acts, order: Sequence[int], version: Revision) -> tuple[int, int] | None:
    """Returns the answer that is kept in the end and its time of arrival. `order` is that in which the acts reach the database."""
    key = fresh_key()
    for number in order:
        arrived, answer = EARLY + timedelta(seconds=number), acts[number]
        if answer is None:
            Result.objects.delete_for_key(key, arrived)
        else:
            keep({item.key: answer for item in instrument_of(version).items}, version, arrived, key)
    found = Result.objects.filter(digest=key_digest(key)).first()
    return (found.answers["alarm-1"], found.arrival_number - arrival_number(key, EARLY)) if found else None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the texts do not change, and each example has its own key
@given(st.data())
def test_submissions_and_deletions_in_any_order_have_the_result_of_their_order_of_arrival(library, data):
    version = library.revisions.get()
    acts = data.draw(st.lists(st.integers(1, 7) | st.none(), min_size=1, max_size=5))
    order = data.draw(st.permutations(range(len(acts))))
    assert carry_out(acts, order, version) == carry_out(acts, range(len(acts)), version)


def test_an_overtaken_submission_redirects_to_the_result(library, client):
    taker = Taker(client)
    taker.send(alarm_1=1)
    Result.objects.update(arrival_number=2**63 - 1)
    assert taker.send(alarm_1=7)["Location"] == taker.address
    assert Result.objects.get().answers["alarm-1"] == 1


def test_an_overtaken_submission_redirects_to_the_result_although_the_limit_is_reached_meanwhile(library, client):
    taker = Taker(client)
    taker.send()
    Result.objects.update(arrival_number=2**63 - 1)

    def use_up(execute: Callable[..., object], sql: str, *rest: object) -> object:
        done = execute(sql, *rest)
        if "INSERT INTO quiz_result" in sql:
            Tally.objects.update(number=KEEP_LIMIT.max_count + 1)
        return done

    with connection.execute_wrapper(use_up):
        assert taker.send()["Location"] == taker.address
    assert taker.send().status_code == 429


def test_an_overtaken_deletion_redirects_to_the_result(library, client):
    taker = Taker(client)
    taker.send()
    Result.objects.update(arrival_number=2**63 - 1)
    answer = client.post(f"{taker.address}deletion/")
    assert (answer.status_code, answer["Location"]) == (303, taker.address)


def test_a_submission_corrects_a_row_of_a_release_without_arrival_numbers(library, client):
    taker = Taker(client)
    taker.send(alarm_1=1)
    Result.objects.update(arrival_number=0)
    taker.send(alarm_1=7)
    assert Result.objects.get().answers["alarm-1"] == 7


def test_a_deletion_leaves_a_digest_a_number_and_a_date_for_two_days(library, client):
    taker = Taker(client)
    taker.send()
    client.post(f"{taker.address}deletion/")
    [left] = DeletedResult.objects.values()
    assert left.keys() == {"digest", "arrival_number", "forget_on"}
    DeletedResult.objects.update(forget_on=timezone.now().date() + timedelta(days=1))
    call_command("purge_expired")
    assert DeletedResult.objects.exists()
    DeletedResult.objects.update(forget_on=timezone.now().date())
    call_command("purge_expired")
    assert not DeletedResult.objects.exists()


def test_an_older_deletion_does_not_replace_the_note_of_a_newer_one(db):
    for arrived in (EARLY + timedelta(days=1), EARLY):
        Result.objects.delete_for_key("k" * 43, arrived)
    noted = DeletedResult.objects.get()
    assert noted.arrival_number == arrival_number("k" * 43, EARLY + timedelta(days=1))
    assert noted.forget_on == (EARLY + timedelta(days=3)).date()


def test_the_database_refuses_a_deletion_without_a_digest(db):
    with pytest.raises(IntegrityError, match="deleted_result_digest_sha256"), transaction.atomic():
        DeletedResult.objects.create(digest=b"short", arrival_number=1, forget_on=EARLY.date())


@given(st.text(min_size=1), TIMES, TIMES)
def test_the_numbers_of_a_key_grow_with_time_and_fit_into_a_bigint(key, one, other):
    assert (arrival_number(key, one) < arrival_number(key, other)) == (one < other)
    assert -(2**63) <= arrival_number(key, one) < 2**63


def test_without_the_key_a_number_reveals_no_time():
    """The numbers of many keys at one time are spread over the whole range, which is far wider than any span of years."""
    numbers = sorted(arrival_number(fresh_key(), EARLY) for _ in range(1000))
    assert numbers[0] < 2**56
    assert numbers[-1] > 2**62 - 2**56
    assert all(later - earlier < 2**57 for earlier, later in pairwise(numbers))
