"""Hundreds of takers at once at a real web server whose workers are killed: what was acknowledged is kept, exactly once."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Lock
from urllib.parse import urlencode

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from documents.models import digest_of
from quiz.models import Result
from tests.house.conftest import copied
from tests.quiz.conftest import Taker

TAKERS = 500
AT_ONCE = 8
KILLED_AFTER = 100  # acknowledged results, again and again
ATTEMPTS = 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the workers to kill are looked up in Linux's /proc")


@dataclass(frozen=True)
class Answer:
    status_code: int
    content: bytes
    location: str | None


class Site:
    """The site as visitors reach it, who try again when nothing comes back, and as somebody sees it who kills its workers."""

    def __init__(self, port: int, master: int) -> None:
        self.port, self.master = port, master
        self.lock, self.acknowledged, self.killed, self.unanswered = Lock(), 0, 0, 0

    def get(self, path: str) -> Answer:
        return self.insist("GET", path)

    def post(self, path: str, form: dict[str, str], headers: None = None) -> Answer:
        answer = self.insist("POST", path, urlencode(form))
        assert answer.status_code == 303
        self.acknowledge()
        return answer

    def insist(self, method: str, path: str, body: str | None = None) -> Answer:
        for _ in range(ATTEMPTS):
            try:
                answer = self.ask(method, path, body)
            except (OSError, HTTPException):
                self.unanswered += 1
            else:
                if answer.status_code < 500:
                    return answer
        raise AssertionError(f"{ATTEMPTS} times no answer to {method} {path}")

    def ask(self, method: str, path: str, body: str | None) -> Answer:
        asking = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asking.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
            answer = asking.getresponse()
            return Answer(answer.status, answer.read(), answer.headers["Location"])
        finally:
            asking.close()

    def acknowledge(self) -> None:
        with self.lock:
            self.acknowledged += 1
            if self.acknowledged % KILLED_AFTER == 0:
                self.kill_a_worker()

    def kill_a_worker(self) -> None:
        workers = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        if workers:
            os.kill(int(random.choice(workers)), signal.SIGKILL)  # noqa: S311 (any will do)
            self.killed += 1


@pytest.fixture
def site(open_library, db, tmp_path) -> Iterator[Site]:
    """gunicorn as `manage.py serve` starts it without DEBUG, with a second worker, on this test's database."""
    folder = copied(tmp_path / "site")  # its static files are collected without touching ours
    database = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    env = {**os.environ, "DATABASE_URL": database, "DEBUG": "0", "ALLOWED_HOSTS": "127.0.0.1"}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0", "--ignore=admin", "--ignore=markdownx"]
    subprocess.run(collect, cwd=folder, env=env, check=True)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=fd://{listener.fileno()}", "--worker-class=gthread"]
        command += ["--workers=2", "--threads=4", "--log-level=critical", "--no-control-socket"]
        server = subprocess.Popen(command, cwd=folder, env=env, pass_fds=[listener.fileno()], start_new_session=True)
    try:
        yield Site(port, server.pid)
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the master and every worker
        server.wait()


def take(site: Site, number: int) -> tuple[str, dict[str, int]]:
    """The key and the final answers of one taker. Every fifth sends twice at once, every seventh corrects an answer afterwards."""
    chance = random.Random(number)  # noqa: S311 (made-up people)
    taker = Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does
    answers = {item: chance.randint(1, 7) for item in taker.items}
    with ThreadPoolExecutor() as hands:
        sent = list(hands.map(lambda _: send(taker, answers), range(1 + (number % 5 == 0))))
    if number % 7 == 0:
        answers[chance.choice(taker.items)] = chance.randint(1, 7)
        sent.append(send(taker, answers))
    assert {answer.location for answer in sent} == {taker.address}
    return taker.key, answers


def send(taker: Taker, answers: dict[str, int]) -> Answer:
    answer: Answer = taker.send(**{item.replace("-", "_"): answer for item, answer in answers.items()})
    return answer


def test_every_acknowledged_result_is_kept_exactly_once_while_workers_are_killed(site):
    with crowd() as people:
        acknowledged = dict(people.map(lambda number: take(site, number), range(TAKERS)))
    kept = {bytes(result.digest): result.answers for result in Result.objects.all()}
    assert kept == {digest_of(key): answers for key, answers in acknowledged.items()}
    assert Result.objects.count() == len(acknowledged) == TAKERS
    assert site.killed
    assert site.unanswered  # somebody did lose an answer on the way
    for key in list(acknowledged)[::50]:
        assert re.search(rb"<h1[^>]*>Your result</h1>", site.get(f"/quiz/results/{key}/").content)


@contextmanager
def crowd() -> Iterator[ThreadPoolExecutor]:
    """People who all go home when one of them meets a failure."""
    people = ThreadPoolExecutor(AT_ONCE)
    try:
        yield people
    finally:
        people.shutdown(cancel_futures=True)
