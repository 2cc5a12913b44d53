"""The site served by gunicorn as production serves it, met by visitors who try again when nothing comes back."""

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

from documents.models import digest_of
from tests.support.quiz_taker import Taker

AT_ONCE = 8
ATTEMPTS = 40
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    status_code: int
    content: bytes
    headers: dict[str, str]

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")


class Site:
    """A server and its visitors. After every so many acknowledged results the next trouble comes, one after the other and again."""

    def __init__(self, port: int, master: int) -> None:
        self.port, self.master = port, master
        self.patience, self.attempts = 30, ATTEMPTS  # seconds that a visitor waits for an answer, and how often it is tried
        self.every = 0
        self.troubles: list[Callable[[], object]] = []
        self.lock, self.acknowledged, self.troubled, self.unanswered = Lock(), 0, 0, 0
        self.refused: list[bytes] = []  # pages that said "not now" to a form

    def get(self, path: str) -> Answer:
        return self.insist("GET", path)

    def post(self, path: str, form: dict[str, str], headers: None = None) -> Answer:
        answer = self.insist("POST", path, urlencode(form))
        assert answer.status_code == 303
        self.acknowledge()
        return answer

    def insist(self, method: str, path: str, body: str | None = None) -> Answer:
        for _ in range(self.attempts):
            try:
                answer = self.ask(method, path, body)
            except (OSError, HTTPException):
                self.unanswered += 1
            else:
                if answer.status_code < 500:
                    return answer
                if body:
                    self.refused.append(answer.content)
        raise AssertionError(f"{self.attempts} times no answer to {method} {path}")

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """Once, from an address of its own: all of them behind one proxy."""
        somewhere = ".".join(str(random.randrange(256)) for _ in range(4))  # noqa: S311 (any will do)
        asking = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            asking.request(method, path, body, {"X-Forwarded-For": somewhere, **(FORM if body else {}), **headers})
            answer = asking.getresponse()
            return Answer(answer.status, answer.read(), dict(answer.headers))
        finally:
            asking.close()

    def acknowledge(self) -> None:
        with self.lock:
            self.acknowledged += 1
            if self.every and self.acknowledged % self.every == 0:
                self.troubles[self.troubled % len(self.troubles)]()
                self.troubled += 1

    def kill_a_worker(self) -> None:
        workers = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        with suppress(IndexError, ProcessLookupError):  # there is none at the moment, or this one has just died
            os.kill(int(random.choice(workers)), signal.SIGKILL)  # noqa: S311 (any will do)


@contextmanager
def served(folder: Path, database: str, workers: int = 2) -> Iterator[Site]:
    """The checkout in `folder`, with static files collected, on a database that is migrated."""
    collect(folder, "--ignore=admin", "--ignore=markdownx")
    with started(folder, database, workers) as site:
        yield site


def collect(folder: Path, *options: str) -> None:
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0", *options]
    subprocess.run(command, cwd=folder, env={**os.environ, "DEBUG": "0"}, check=True)


@contextmanager
def started(
    folder: Path, database: str, workers: int = 2, application: str = "config.wsgi", inside: Sequence[str] = (), **settings: str
) -> Iterator[Site]:
    """The same with static files collected before; `settings` go into the environment, `inside` is a command that starts others."""
    usual = {"DATABASE_URL": database, "DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1", "PLAIN_HTTP": "1", "PROXIES": "1"}
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        scheme = "https" if settings.get("PLAIN_HTTP") == "0" else "http"
        env = {**os.environ, **usual, "SITE_URL": f"{scheme}://127.0.0.1:{port}", **settings}
        bind, log = f"--bind=fd://{listener.fileno()}", "--log-level=critical"
        gunicorn = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py"]
        command = [*inside, *gunicorn, bind, f"--workers={workers}", log, application]
        server = subprocess.Popen(command, cwd=folder, env=env, pass_fds=[listener.fileno()], start_new_session=True)
    try:
        yield Site(port, server.pid)
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the master and every worker
        server.wait()


def crowd_takes_the_quiz(site: Site, takers: int) -> dict[bytes, dict[str, int]]:
    """What each acknowledged result has to hold in the end, by its digest."""
    people = ThreadPoolExecutor(AT_ONCE)
    try:
        return dict(people.map(lambda number: take(site, number), range(takers)))
    finally:
        people.shutdown(cancel_futures=True)  # all go home when one of them meets a failure


def take(site: Site, number: int) -> tuple[bytes, dict[str, int]]:
    """The final answers of one taker. Every fifth sends twice at once, every seventh corrects an answer afterwards."""
    chance = random.Random(number)  # noqa: S311 (made-up people)
    taker = Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does
    answers = {item: chance.randint(1, 7) for item in taker.items}
    with ThreadPoolExecutor() as hands:
        sent = list(hands.map(lambda _: send(taker, answers), range(1 + (number % 5 == 0))))
    if number % 7 == 0:
        answers[chance.choice(taker.items)] = chance.randint(1, 7)
        sent.append(send(taker, answers))
    assert {answer.location for answer in sent} == {taker.address}
    return digest_of(taker.key), answers


def send(taker: Taker, answers: dict[str, int]) -> Answer:
    answer: Answer = taker.send(**{item.replace("-", "_"): answer for item, answer in answers.items()})
    return answer
