"""Requests that no browser sends are refused, store nothing and open nothing."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.urls import reverse

import quiz.urls
from quiz.models import KEEP_LIMIT
from tests.support.gunicorn import Response, serve
from tests.support.quiz_taker import Taker
from tests.support.security_headers import assert_security_headers
from tests.web.conftest import Visitor
from web.middleware import MAX_FORM_BYTES, MAX_UPLOAD_BYTES

CHUNKS = {"Transfer-Encoding": "chunked"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=kit"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("a=" + "x" * 10_000_000, {}, 413),
        ("&".join(f"f{number}=1" for number in range(5000)), {}, 400),
        ("&".join(["key=1"] * 5000), {}, 400),
        ("--kit\r\n" + "x" * 10_000_000, MULTIPART, 413),
        ("--kit\r\nContent-Disposition\r\n\r\nx\r\n--kit--\r\n", MULTIPART, 400),
        ("x", {"Content-Type": "multipart/form-data"}, 400),
        ("\r\n".join(f'--kit\r\nContent-Disposition: form-data; name="f"; filename="{n}"\r\n\r\nx' for n in range(9)), MULTIPART, 400),
        ("5\r\nkey=1\r\n0\r\n\r\n", CHUNKS, 411),
        ("zz\r\nabc\r\n", CHUNKS, 411),
        ("key=%00&relation=%00&version=%00&keep=yes", {}, 200),
        ("key=%ff%fe&%ff=%fe&keep=yes", {}, 200),
        ("key=1", {"Content-Type": ""}, 200),
        ("key=1", {"Content-Type": "text/plain"}, 200),
        ('{"key": ' + "[" * 5000, {"Content-Type": "application/json"}, 200),
        ("key=1&keep=yes", {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}, 400),
        ("key=1&keep=yes", {"Content-Type": "application/x-www-form-urlencoded; charset=latin-1"}, 400),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, (str, dict)) else None,
)
def test_a_hostile_form_is_answered_with_a_page_and_stores_nothing(visitor, deployed, body, headers, status):
    before = stored_results(deployed)
    answer = visitor.post("/quiz/take/", body, headers)
    assert answer.status_code == status
    assert b"<h1" in answer.content
    assert stored_results(deployed) == before


def test_of_repeated_fields_the_last_counts(visitor, deployed):
    taker = Taker(visitor)
    once = urlencode({"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes"})
    answer = visitor.post("/quiz/take/", "&".join([once, *(f"{item}=1&{item}=6" for item in taker.items)]))
    assert answer.location == taker.address
    assert set(json.loads(visitor.get(f"{taker.address}answers.json").content)["answers"].values()) == {6}


def stored_results(deployed: tuple[Path, str]) -> int:
    with psycopg.connect(deployed[1]) as link:
        return len(link.execute("SELECT FROM quiz_result").fetchall())


RESULT_PAGES = [str(page.name) for page in quiz.urls.urlpatterns if "key" in page.pattern.converters]


def open_result_page(visitor: Visitor, name: str, key: str) -> Response:
    """Asks for a page of a result, by the method that the page is for."""
    known = "k" * 22
    address = reverse(f"quiz:{name}", args=[known]).replace(known, key)
    answer = visitor.get(address)
    return visitor.post(address, {}) if answer.status_code == 405 else answer


@pytest.mark.parametrize(
    "key",
    ["a" * 21, "a" * 22, "a" * 65, "a" * 3000, "%00" * 22, "%ff" * 22, "%C3%A9" * 22, "a" * 22 + "%0a", "..%2f" * 22, "%E2%80%AE" * 22],
)
@pytest.mark.parametrize("name", RESULT_PAGES)
def test_an_unknown_key_opens_nothing(visitor, key, name):
    assert open_result_page(visitor, name, key).status_code in {400, 404}


def test_a_key_opens_each_page_of_its_result(visitor):
    taker = Taker(visitor)
    taker.send()
    statuses = {name: open_result_page(visitor, name, taker.key).status_code for name in RESULT_PAGES}
    assert statuses == {**dict.fromkeys(RESULT_PAGES, 200), "renewal": 303}


TOO_LARGE = "This is too large"


@pytest.mark.parametrize(
    ("path", "most"),
    [("/quiz/take/", MAX_FORM_BYTES), ("/admin/login/", MAX_FORM_BYTES), ("/admin/guides/guide/upload/", MAX_UPLOAD_BYTES)],
)
def test_a_body_larger_than_the_address_takes_is_refused(visitor, path, most):
    assert TOO_LARGE in visitor.post(path, "a=" + "x" * (most - 1)).content.decode()


def test_a_body_of_the_largest_size_is_read(visitor):
    assert TOO_LARGE not in visitor.post("/quiz/take/", "a=" + "x" * (MAX_FORM_BYTES - 2)).content.decode()


@pytest.mark.parametrize(
    ("request_line", "headers"),
    [("/" + "a" * 60_000, {}), ("/?" + "a" * 60_000, {}), ("/", {"X-Long": "a" * 100_000}), ("/", {f"X-{n}": "1" for n in range(300)})],
    ids=["path", "query", "header", "headers"],
)
def test_a_request_with_too_long_a_head_is_refused(visitor, request_line, headers):
    assert 400 <= visitor.get(request_line, **headers).status_code < 500


def test_the_limit_for_one_network_holds_for_all_workers_and_gives_the_answers_back(deployed):
    with serve(*deployed, PLAIN_HTTP="0") as site:
        visitor = Visitor(site)
        taker = Taker(visitor)  # type: ignore[arg-type]  # the site answers as Django's client does
        form = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes", **dict.fromkeys(taker.items, "5")}
        network = {"X-Forwarded-For": "203.0.113.9"}

        def send(_: int) -> Response:
            return visitor.post("/quiz/take/", form, network)

        [one, other] = [int(number) for number in Path(f"/proc/{site.master}/task/{site.master}/children").read_text().split()]
        sent: list[Response] = []
        with ThreadPoolExecutor(4) as hands:
            for resting in (one, other):  # what a worker that is stopped does not take, the other one does
                os.kill(resting, signal.SIGSTOP)
                try:
                    sent += hands.map(send, range(KEEP_LIMIT.max_count // 2 + 5))
                finally:
                    os.kill(resting, signal.SIGCONT)
        another_network = visitor.post("/quiz/take/", form, {"X-Forwarded-For": "203.0.113.10"})
    taken = [answer for answer in sent if answer.status_code == 303]
    refused = [answer for answer in sent if answer.status_code == 429]
    with psycopg.connect(deployed[1]) as link:  # two stretches where the clock strikes meanwhile
        counts = [number for (number,) in link.execute("SELECT number FROM throttle_tally WHERE number > 1").fetchall()]
    assert sum(counts) == len(sent) == len(taken) + len(refused)
    assert len(taken) == sum(min(number, KEEP_LIMIT.max_count) for number in counts)
    for answer in refused:
        assert answer.headers["Retry-After"] == str(KEEP_LIMIT.seconds)
        assert answer.content.count(b" checked") == len(taker.items) + 1
        assert_security_headers(answer, "a refusal", referrer="strict-origin")
    assert another_network.status_code == 303
