"""The metrics of several workers are served on another port, and name no visitor."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from tests.support.checkout import ROOT, Released
from tests.support.gunicorn import Site, serve
from tests.support.quiz_taker import Taker
from tests.support.waiting import wait_until

SAMPLE = re.compile(r"^(safehaven_\w+(?:\{[^}]*\})?) (\S+)$", re.MULTILINE)
ONE_TAKER = {"X-Forwarded-For": "203.0.113.77"}


@dataclass(frozen=True)
class Counted:
    site: Site
    port: int

    def text(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
            text: str = answer.read().decode()
        return text

    def numbers(self) -> dict[str, float]:
        return {name: float(number) for name, number in SAMPLE.findall(self.text())}

    def requests(self, method: str, page: str, status: str) -> float:
        return self.numbers().get(f'safehaven_requests_total{{method="{method}",page="{page}",status="{status}"}}', 0)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    return number


@pytest.fixture
def away(released: Released) -> Callable[[], AbstractContextManager[None]]:
    """The site's database lets nobody in; the server stays."""

    @contextmanager
    def closed() -> Iterator[None]:
        with psycopg.connect(released.url, dbname="template1", autocommit=True) as link:
            link.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS false")
            link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
            try:
                yield
            finally:
                link.execute("ALTER DATABASE postgres ALLOW_CONNECTIONS true")

    return closed


@pytest.fixture
def counted(released: Released, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # these servers are killed, and leave behind what they counted
    monkeypatch.setenv("METRICS_PORT", str(port))
    with serve(released.folder, released.url) as site:
        site.get("/healthz")
        yield Counted(site, port)


def test_public_pages_are_counted_and_rendered_ones_separately(counted):
    for _ in range(12):
        counted.site.get("/guides/anxious/")
    numbers = counted.numbers()
    assert numbers["safehaven_public_pages_total"] == 12
    assert 1 <= numbers["safehaven_public_pages_made_total"] <= 2  # each worker remembers for itself
    assert numbers["safehaven_public_pages_made_total"] == counted.requests("GET", "guides:guide", "2xx")


def test_requests_are_counted_by_method_view_and_class_of_status(counted):
    taker = Taker(counted.site)
    taker.send()
    for method, path in [
        ("GET", taker.address),
        ("GET", "/nowhere/"),
        ("HEAD", "/quiz/take/"),
        ("BREW", "/quiz/take/"),
        ("GET", "/static/x"),
    ]:
        counted.site.ask(method, path)
    assert counted.requests("GET", "quiz:take", "2xx") == 1
    assert counted.requests("POST", "quiz:take", "3xx") == 1
    assert counted.requests("GET", "quiz:result", "2xx") == 1
    assert counted.requests("GET", "none", "4xx") == 1
    assert counted.requests("GET", "static", "4xx") == 1
    assert counted.requests("HEAD", "quiz:take", "2xx") == 1
    assert counted.requests("other", "quiz:take", "4xx") == 1
    assert counted.numbers()['safehaven_request_seconds_count{page="quiz:take"}'] == 4
    assert counted.numbers()["safehaven_results_kept_total"] == 1


def test_requests_over_a_limit_are_counted(counted, released):
    taker = Taker(counted.site)
    form = f"key={taker.key}&relation=friend&keep=yes&" + "&".join(f"{item}=4" for item in taker.items)
    assert counted.site.ask("POST", "/quiz/take/", form, **ONE_TAKER).status_code == 303
    released.ask("UPDATE throttle_tally SET number = 100000")  # as if the same address had sent that many
    assert counted.site.ask("POST", "/quiz/take/", form, **ONE_TAKER).status_code == 429
    numbers = counted.numbers()
    assert (numbers["safehaven_results_kept_total"], numbers["safehaven_refused_total"]) == (1, 1)


def test_responses_in_an_outage_of_the_database_are_counted(counted, away):
    assert counted.numbers()["safehaven_database_away_total"] == 0
    with away():
        assert counted.site.ask("GET", f"/quiz/results/{'k' * 43}/").status_code == 503
    assert counted.numbers()["safehaven_database_away_total"] == 1


def test_workers_that_can_not_look_up_the_content_version_are_counted(counted, away):
    counted.site.get("/guides/")
    with away():
        ask_until(counted, 2)
    ask_until(counted, 0)


def ask_until(counted: Counted, workers: int) -> None:
    """Each worker asks at most once a second, when a page is asked for."""

    def asked() -> bool:
        counted.site.ask("GET", "/guides/")
        return counted.numbers().get("safehaven_state_unasked") == workers

    wait_until(asked)


def test_metrics_have_no_key_slug_query_or_address(counted):
    taker = Taker(counted.site)
    taker.send()
    for path in (taker.address, "/guides/anxious/", "/guides/anxious/?steps=open"):
        counted.site.ask("GET", path, **ONE_TAKER)
    text = counted.text()
    assert "guides:guide" in text
    assert not re.search(rf"{taker.key}|anxious|steps|203\.0|127\.0|/", "".join(name for name, _ in SAMPLE.findall(text)))


@pytest.mark.skipif(sys.platform != "linux", reason="the workers to kill are looked up in Linux's /proc")
def test_counters_of_a_killed_worker_stay_and_its_requests_in_progress_go(counted, released):
    for _ in range(6):
        counted.site.get("/guides/")
    with psycopg.connect(released.url) as link, ThreadPoolExecutor() as people:
        link.execute("LOCK quiz_result")
        waiting = people.submit(counted.site.ask, "GET", f"/quiz/results/{'k' * 43}/")
        wait_until(lambda: waiting.done() or counted.numbers()["safehaven_requests_in_progress"] == 1)

        def is_cut_off() -> bool:
            counted.site.kill_worker()
            return waiting.done()

        wait_until(is_cut_off)
        assert isinstance(waiting.exception(), (OSError, HTTPException))
    counted.site.get("/quiz/take/")
    numbers = counted.numbers()
    assert numbers["safehaven_public_pages_total"] == 6
    assert numbers["safehaven_requests_in_progress"] == 0


def started(released, folder, **settings):
    """What a server says that does not start."""
    env = {**os.environ, "DATABASE_URL": released.url, "PLAIN_HTTP": "1", "TMPDIR": str(folder), **settings}
    command = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py", "--bind=127.0.0.1:0"]
    answer = subprocess.run(command, cwd=released.folder, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    return answer


def test_a_site_that_can_not_start_prints_one_sentence_and_leaves_no_files(released, tmp_path, port):
    for wrong in ({"ALLOWED_HOSTS": ""}, {"METRICS_PORT": "many"}):
        answer = started(released, tmp_path, **{"METRICS_PORT": str(port), "ALLOWED_HOSTS": "x.example", **wrong})
        assert answer.stderr.startswith(next(iter(wrong)))
        assert answer.stderr.count("\n") == 1
        assert not list(tmp_path.iterdir())


def test_an_unusable_metrics_port_is_one_sentence_and_leaves_no_files(released, tmp_path, port):
    with socket.create_server(("127.0.0.1", port)):
        taken = started(released, tmp_path, METRICS_PORT=str(port), ALLOWED_HOSTS="x.example", SITE_URL="http://x.example")
    foreign = started(
        released, tmp_path, METRICS_PORT=str(port), METRICS_HOST="192.0.2.1", ALLOWED_HOSTS="x.example", SITE_URL="http://x.example"
    )
    for answer, host, reason in ((taken, "127.0.0.1", "Address already in use"), (foreign, "192.0.2.1", "Cannot assign requested address")):
        assert answer.stderr.startswith(f"METRICS_PORT is {port} at METRICS_HOST {host}, which can't be used ({reason}).")
        assert answer.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_metrics_are_served_to_this_machine_by_default(counted, port):
    with socket.socket() as elsewhere:
        assert elsewhere.connect_ex(("127.0.0.2", port))
    assert "safehaven_public_pages" in counted.text()


def test_metrics_can_be_served_at_another_address(released, port, tmp_path, monkeypatch):
    for name, value in {"TMPDIR": str(tmp_path), "METRICS_PORT": str(port), "METRICS_HOST": "127.0.0.2"}.items():
        monkeypatch.setenv(name, value)
    with serve(released.folder, released.url) as site:
        site.get("/healthz")
        with urlopen(f"http://127.0.0.2:{port}/metrics") as answer:
            assert b"safehaven_public_pages" in answer.read()


@pytest.mark.processes
def test_without_metrics_the_library_is_not_imported():
    loaded = "import sys, config.wsgi; print('prometheus_client' in sys.modules)"
    env = {**os.environ, "ALLOWED_HOSTS": "site.example", "SITE_URL": "http://site.example"}
    asked = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert asked.stdout == "False\n"
