"""The site served by gunicorn as in production, and visitors who try again when no answer comes."""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

from documents.models import sha256_of
from tests.support.quiz_taker import Taker

AT_ONCE = 8
MAX_ATTEMPTS = 40
FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Response:
    status_code: int
    content: bytes
    headers: dict[str, str]

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")


class Site:
    """A running server, and a client for it that retries.

    After every `fault_interval` acknowledged results the next of `faults` is called, in rotation.
    """

    def __init__(self, port: int, master: int) -> None:
        self.port, self.master = port, master
        self.timeout, self.max_attempts = 30, MAX_ATTEMPTS  # seconds for an answer, and requests until the client gives up
        self.fault_interval = 0
        self.faults: list[Callable[[], object]] = []
        self.lock, self.acknowledged, self.fault_count, self.unanswered = Lock(), 0, 0, 0
        self.refusals: list[bytes] = []  # pages that asked a visitor to send the form again later

    def get(self, path: str) -> Response:
        return self.request_until_answered("GET", path)

    def post(self, path: str, form: dict[str, str], headers: None = None) -> Response:
        response = self.request_until_answered("POST", path, urlencode(form))
        assert response.status_code == 303
        self.acknowledge()
        return response

    def request_until_answered(self, method: str, path: str, body: str | None = None) -> Response:
        for _ in range(self.max_attempts):
            try:
                response = self.ask(method, path, body)
            except (OSError, HTTPException):
                self.unanswered += 1
            else:
                if response.status_code < 500:
                    return response
                if body:
                    self.refusals.append(response.content)
        raise AssertionError(f"{self.max_attempts} times no answer to {method} {path}")

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Response:
        """Sends one request, as a proxy would for a visitor with another address each time."""
        address = ".".join(str(random.randrange(256)) for _ in range(4))  # noqa: S311 (any will do)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, {"X-Forwarded-For": address, **(FORM_HEADERS if body else {}), **headers})
            response = connection.getresponse()
            return Response(response.status, response.read(), dict(response.headers))
        finally:
            connection.close()

    def acknowledge(self) -> None:
        with self.lock:
            self.acknowledged += 1
            if self.fault_interval and self.acknowledged % self.fault_interval == 0:
                self.faults[self.fault_count % len(self.faults)]()
                self.fault_count += 1

    def kill_worker(self) -> None:
        workers = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        with suppress(IndexError, ProcessLookupError):  # no worker is alive, or this one has just died
            os.kill(int(random.choice(workers)), signal.SIGKILL)  # noqa: S311 (any will do)


@contextmanager
def serve(
    folder: Path, database: str, workers: int = 2, application: str = "config.wsgi", command_prefix: Sequence[str] = (), **settings: str
) -> Iterator[Site]:
    """Serves the checkout, whose static files are collected. `settings` are environment variables; `command_prefix` runs gunicorn."""
    defaults = {"DATABASE_URL": database, "DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1", "PLAIN_HTTP": "1", "PROXIES": "1"}
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        scheme = "https" if settings.get("PLAIN_HTTP") == "0" else "http"
        env = {**os.environ, **defaults, "SITE_URL": f"{scheme}://127.0.0.1:{port}", **settings}
        bind, log = f"--bind=fd://{listener.fileno()}", "--log-level=critical"
        gunicorn = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py"]
        command = [*command_prefix, *gunicorn, bind, f"--workers={workers}", log, application]
        server = subprocess.Popen(command, cwd=folder, env=env, pass_fds=[listener.fileno()], start_new_session=True)
    try:
        yield Site(port, server.pid)
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the master and every worker
        server.wait()


def take_quiz_concurrently(site: Site, takers: int) -> dict[bytes, dict[str, int]]:
    """Returns the answers that each acknowledged result has to hold in the end, by its digest."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        return dict(pool.map(lambda number: take(site, number), range(takers)))
    finally:
        pool.shutdown(cancel_futures=True)  # the first failure ends the test


def take(site: Site, number: int) -> tuple[bytes, dict[str, int]]:
    """Returns the digest of a taker's key and the final answers. Every fifth sends twice at once, every seventh corrects an answer."""
    rng = random.Random(number)  # noqa: S311 (simulated people)
    taker = Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does
    answers = {item: rng.randint(1, 7) for item in taker.items}
    with ThreadPoolExecutor() as pool:
        responses = list(pool.map(lambda _: send(taker, answers), range(1 + (number % 5 == 0))))
    if number % 7 == 0:
        answers[rng.choice(taker.items)] = rng.randint(1, 7)
        responses.append(send(taker, answers))
    assert {response.location for response in responses} == {taker.address}
    return sha256_of(taker.key), answers


def send(taker: Taker, answers: dict[str, int]) -> Response:
    response: Response = taker.send(**{item.replace("-", "_"): answer for item, answer in answers.items()})
    return response
