"""The log has a line for each failure, and nothing that a visitor sent."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.json_log import JsonFormatter, redact
from quiz.submission import fresh_key
from tests.support.checkout import Released
from tests.support.waiting import wait_until

KEY = "Zq3" + "kW8_mB-" * 6
NAME = {"ALLOWED_HOSTS": "site.example", "SITE_URL": "http://site.example"}
SOMEBODY = {"X-Forwarded-For": "203.0.113.77", "User-Agent": "A very special browser", "Cookie": "sessionid=confidential"}
FORM = "anxious-1=7&relation=my-neighbour&words=what+nobody+may+read"
FIELDS, EXCEPTION_FIELDS = {"time", "level", "logger", "message"}, {"exception", "cause", "sqlstate", "trace"}
SECRETS = ("Zq3", "kW8_mB", "203.0.113", "127.0.0.1", "special", "confidential", "neighbour", "nobody", "%20read", "someone@")


class Server:
    """A server as production starts it; everything that it prints goes to a file."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> int:
        asking = HTTPConnection("127.0.0.1", self.port, timeout=20)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        asking.request(method, path, body, {"Host": "site.example", **SOMEBODY, **form, **headers})
        status = asking.getresponse().status
        asking.close()
        return status

    def send(self, words: bytes) -> int:
        with socket.create_connection(("127.0.0.1", self.port)) as link:
            link.sendall(words)
            answer = link.makefile("rb").read()
        return int(answer.split()[1])

    def lines(self) -> list[dict[str, str]]:
        """Returns the lines, each a JSON object; none may contain a secret."""
        log = self.log.read_text()
        assert not [secret for secret in SECRETS if secret in log]
        lines = [json.loads(line) for line in log.splitlines()]
        assert all(FIELDS <= set(line) <= FIELDS | EXCEPTION_FIELDS for line in lines)
        return lines


@pytest.fixture
def server(released: Released, tmp_path: Path) -> Iterator[Server]:
    settings = {"DEBUG": "0", "PLAIN_HTTP": "1", "PROXIES": "1", "DATABASE_URL": released.url, **NAME}
    with socket.create_server(("127.0.0.1", 0)) as listener, (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py", f"--bind=fd://{listener.fileno()}"]
        running = subprocess.Popen(
            command,
            cwd=released.folder,
            env={**os.environ, **settings},
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
        try:
            yield Server(listener.getsockname()[1], tmp_path / "log")
        finally:
            running.terminate()
            running.wait()


def test_nothing_is_logged_while_nothing_fails(server):
    assert [server.ask("GET", path) for path in ("/healthz", "/robots.txt", "/quiz/take/")] == [200, 200, 200]
    assert server.lines() == []


def test_an_error_is_logged_with_its_type_and_stack_and_without_key_query_or_fields(server, released):
    released.ask("ALTER TABLE quiz_result RENAME TO elsewhere")
    try:
        assert server.ask("GET", f"/quiz/results/{KEY}/?for=someone@example.org") == 500
        assert server.ask("POST", f"/quiz/results/{KEY}/renewal/", FORM) == 500
    finally:
        released.ask("ALTER TABLE elsewhere RENAME TO quiz_result")
    first, second = (line for line in server.lines() if line["logger"] == "django.request")
    assert (first["level"], first["logger"]) == ("ERROR", "django.request")
    assert first["message"] == "Internal Server Error: /quiz/results/[key]/"
    assert first["exception"] == "django.db.utils.ProgrammingError"
    assert (first["cause"], first["sqlstate"]) == ("psycopg.errors.UndefinedTable", "42P01")
    assert any("quiz/views.py" in place for place in first["trace"])
    assert second["message"] == "Internal Server Error: /quiz/results/[key]/renewal/"


def test_an_outage_of_the_database_is_logged_with_its_sqlstate_and_without_a_stack(server, released):
    with psycopg.connect(released.url) as link, ThreadPoolExecutor() as threads:
        link.execute("LOCK quiz_result")
        asking = threads.submit(server.ask, "GET", f"/quiz/results/{KEY}/")
        wait_until(lambda: released.ask("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        assert asking.result() == 503
    [line] = (line for line in server.lines() if line["logger"] == "django.request")
    assert line["message"] == "Service Unavailable: /quiz/results/[key]/"
    assert (line["exception"], line["cause"]) == ("django.db.utils.OperationalError", "psycopg.errors.QueryCanceled")
    assert (line["sqlstate"], line.get("trace")) == ("57014", None)


@pytest.mark.parametrize(
    "path",
    [
        f"/quiz/results/{KEY}/?a=someone@example.org",
        f"/quiz/result/{KEY}",
        f"/{KEY}",
        f"/quiz/results/{KEY[:20]}",
        f"/quiz%2Fresults%2F{KEY}%2F",
        f"/guides/anxious/{KEY}%20read",
        f"/quiz/results/{KEY}/answers.json",
    ],
)
def test_a_missing_page_is_logged_without_the_key(server, path):
    assert server.ask("GET", path) == 404
    [line] = server.lines()
    assert (line["level"], line["logger"]) == ("WARNING", "django.request")
    assert line["message"].startswith("Not Found: /")
    assert "[key]" in line["message"]


def test_the_address_of_a_missing_text_is_logged(server):
    assert server.ask("GET", "/guides/loving-someone-avoidant/?page=2") == 404
    [line] = server.lines()
    assert line["message"] == "Not Found: /guides/loving-someone-avoidant/"


def test_a_foreign_host_is_logged(server):
    assert server.ask("GET", f"/quiz/results/{KEY}/", Host="elsewhere.example") == 400
    [line] = server.lines()
    assert line["exception"] == "django.core.exceptions.DisallowedHost"


def test_a_refused_form_is_logged_without_its_fields(server):
    assert server.ask("POST", "/admin/login/?next=/confidential/", FORM) == 403
    [line] = server.lines()
    assert line["message"] == "Forbidden (CSRF cookie not set.): /admin/login/"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (FORM.encode() + b"\r\n\r\n", "InvalidRequestLine"),
        (f"GET /quiz/results/{KEY}/ HTTP/9\r\n\r\n".encode(), "InvalidHTTPVersion"),
        (f"GET /{KEY} HTTP/1.1\r\nHost: site.example\r\n{FORM} {KEY}: x\r\n\r\n".encode(), "InvalidHeaderName"),
        (b"GET / HTTP/1.1\r\nHost: site.example\r\n" + b"A: confidential\r\n" * 90 + b"\r\n", "LimitRequestHeaders"),
        (b"\x16\x03\x01\x02confidential\r\n\r\n", "InvalidRequestLine"),
    ],
)
def test_an_invalid_request_is_logged_by_its_kind_alone(server, words, kind):
    assert 400 <= server.send(words) < 500
    [line] = server.lines()
    assert (line["level"], line["logger"]) == ("WARNING", "gunicorn.error")
    assert line["message"] == "Invalid HTTP request."
    assert line["exception"] == f"gunicorn.http.errors.{kind}"


def test_an_error_of_gunicorn_is_logged_without_the_query():
    record = logging.LogRecord(
        "gunicorn.error", logging.ERROR, "", 0, "Error handling request %s %s", ("GET", f"/quiz/?to={KEY[:9]}&me=x"), None
    )
    assert json.loads(JsonFormatter().format(record))["message"] == "Error handling request GET /quiz/?[query]"


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_key_is_logged_whatever_surrounds_it_or_breaks_it(before, after):
    key = fresh_key()
    assert key not in redact(f"{before}{key}{after}")
    broken = redact(f"{before}/{key[:20]}\n{key[20:]}/{after}")
    assert key[:20] not in broken
    assert key[20:] not in broken


def test_a_site_that_can_not_start_prints_why(released):
    env = {**os.environ, "DATABASE_URL": released.url, "SECRET_KEY": "short", "PLAIN_HTTP": "1"}
    command = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py", "--bind=127.0.0.1:0"]
    process = subprocess.run(command, cwd=released.folder, env=env, capture_output=True, text=True, check=False)
    assert process.returncode
    assert process.stderr.startswith("SECRET_KEY has 5 characters and needs 50 or more.")
    assert process.stderr.count("\n") == 1
