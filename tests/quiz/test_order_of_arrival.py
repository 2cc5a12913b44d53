"""What a visitor did last is what counts, also where something that they did before was cut off and reaches the table only later."""

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
SECONDS = 30  # until something has to have happened
ADDRESS = "192.0.2.1"  # of the visitor whose requests are cut off
# What keeps a statement from being carried out: before it sees what is in the database, or after.
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
def stalled(site: Site, released: Released) -> Callable[..., object]:
    """A request whose sender gave up while its statement waited, and which goes on only when the block ends."""

    @contextmanager
    def stalled(path: str, form: dict[str, str], by: str = TABLE) -> Iterator[None]:
        with psycopg.connect(released.url) as holder:
            holder.execute(by)
            cut_off(site.port, path, form)
            [[number]] = seen(released, BLOCKED)
            os.kill(number, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(number, signal.SIGCONT)
        seen(released, IDLE.format(number))

    return stalled


def cut_off(port: int, path: str, form: dict[str, str]) -> None:
    body = urlencode(form).encode()
    head = {"Host": "127.0.0.1", "X-Forwarded-For": ADDRESS, "Content-Type": "application/x-www-form-urlencoded"}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), f"Content-Length: {len(body)}", "", ""]
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall("\r\n".join(lines).encode() + body)


def seen(released: Released, question: str) -> list[tuple[int]]:
    """The answer, once there is one."""
    return wait_until(lambda: released.ask(question), SECONDS)


def form_of(taker: Taker, answer: int) -> dict[str, str]:
    fields = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes"}
    return {**fields, **dict.fromkeys(taker.items, str(answer))}


def answers_of(site: Site, taker: Taker) -> set[str]:
    """What the link shows: the different answers in the file that it hands out."""
    return set(re.findall(r'-\d": (\d)', site.get(f"{taker.address}answers.json").content.decode()))


def send(taker: Taker, answer: int) -> None:
    taker.usual = answer
    assert taker.send().status_code == 303


def delete(site: Site, taker: Taker) -> int:
    return site.request_until_answered("POST", f"{taker.address}deletion/", "sure=yes").status_code


@pytest.fixture(params=[TABLE, COUNT], ids=["before it looked", "after it looked"])
def block(site: Site, request: pytest.FixtureRequest) -> str:
    """What submissions from ADDRESS wait for: the whole table, or the count of that address, which is there then."""
    site.ask("POST", "/quiz/take/", urlencode(form_of(Taker(site), 4)), **{"X-Forwarded-For": ADDRESS})  # type: ignore[arg-type]
    return str(request.param)


def test_a_submission_that_was_cut_off_does_not_overwrite_a_later_one(site, taker, stalled, block):
    with stalled("/quiz/take/", form_of(taker, 1), block):
        send(taker, 6)
    assert answers_of(site, taker) == {"6"}


def test_a_deleted_result_stays_deleted_when_a_submission_from_before_arrives(site, taker, stalled, block):
    with stalled("/quiz/take/", form_of(taker, 1), block):
        send(taker, 6)
        assert delete(site, taker) == 200
    assert site.get(taker.address).status_code == 404


def test_a_deletion_that_was_cut_off_leaves_what_was_sent_after_it(site, taker, stalled):
    send(taker, 1)
    with stalled(f"{taker.address}deletion/", {"sure": "yes"}):
        send(taker, 6)
    assert answers_of(site, taker) == {"6"}


def test_a_result_that_was_deleted_and_is_sent_again_is_kept(site, taker):
    send(taker, 1)
    assert delete(site, taker) == 200
    send(taker, 6)
    assert answers_of(site, taker) == {"6"}


# The same in the database alone: each of these is a request, and the first arrived first.
EARLY = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.just(UTC))
Acts = list[int | None]  # an answer that is sent, or a deletion


def carry_out(acts: Acts, order: Sequence[int], version: Revision) -> tuple[int, int] | None:
    """The answer that is kept in the end, and when it arrived; `order` is that in which the acts reach the database."""
    key = fresh_key()
    for number in order:
        arrived, answer = EARLY + timedelta(seconds=number), acts[number]
        if answer is None:
            Result.objects.delete_for_key(key, arrived)
        else:
            keep({item.key: answer for item in instrument_of(version).items}, version, arrived, key)
    found = Result.objects.filter(digest=key_digest(key)).first()
    return (found.answers["alarm-1"], found.arrival_number - arrival_number(key, EARLY)) if found else None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the texts stay what they are, and each example has its own key
@given(st.data())
def test_whatever_is_sent_and_deleted_under_one_key_ends_as_if_it_was_done_in_the_order_of_arrival(library, data):
    version = library.revisions.get()
    acts = data.draw(st.lists(st.integers(1, 7) | st.none(), min_size=1, max_size=5))
    order = data.draw(st.permutations(range(len(acts))))
    assert carry_out(acts, order, version) == carry_out(acts, range(len(acts)), version)


def test_whose_submission_was_overtaken_is_led_to_the_result_all_the_same(library, client):
    taker = Taker(client)
    taker.send(alarm_1=1)
    Result.objects.update(arrival_number=2**63 - 1)
    assert taker.send(alarm_1=7)["Location"] == taker.address
    assert Result.objects.get().answers["alarm-1"] == 1


def test_whose_submission_was_overtaken_is_led_to_the_result_though_others_of_the_network_use_up_the_limit_meanwhile(library, client):
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


def test_whose_deletion_was_overtaken_is_led_to_the_result(library, client):
    taker = Taker(client)
    taker.send()
    Result.objects.update(arrival_number=2**63 - 1)
    answer = client.post(f"{taker.address}deletion/")
    assert (answer.status_code, answer["Location"]) == (303, taker.address)


def test_what_a_release_without_numbers_has_written_is_corrected_by_the_next_submission(library, client):
    taker = Taker(client)
    taker.send(alarm_1=1)
    Result.objects.update(arrival_number=0)
    taker.send(alarm_1=7)
    assert Result.objects.get().answers["alarm-1"] == 7


def test_a_deletion_leaves_a_digest_a_number_and_a_day_for_two_days(library, client):
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


def test_an_older_deletion_does_not_shorten_what_a_newer_one_left(db):
    for arrived in (EARLY + timedelta(days=1), EARLY):
        Result.objects.delete_for_key("k" * 43, arrived)
    noted = DeletedResult.objects.get()
    assert noted.arrival_number == arrival_number("k" * 43, EARLY + timedelta(days=1))
    assert noted.forget_on == (EARLY + timedelta(days=3)).date()


def test_the_database_refuses_a_deletion_of_no_digest(db):
    with pytest.raises(IntegrityError, match="deleted_result_digest_sha256"), transaction.atomic():
        DeletedResult.objects.create(digest=b"short", arrival_number=1, forget_on=EARLY.date())


@given(st.text(min_size=1), MOMENTS, MOMENTS)
def test_the_numbers_of_a_key_grow_with_the_time_and_fit_into_a_bigint(key, one, other):
    assert (arrival_number(key, one) < arrival_number(key, other)) == (one < other)
    assert -(2**63) <= arrival_number(key, one) < 2**63


def test_without_the_key_a_number_says_nothing_of_the_time():
    """At one time the numbers of many keys are spread over all that there are, far wider than the years of any calendar."""
    numbers = sorted(arrival_number(fresh_key(), EARLY) for _ in range(1000))
    assert numbers[0] < 2**56
    assert numbers[-1] > 2**62 - 2**56
    assert all(later - earlier < 2**57 for earlier, later in pairwise(numbers))
