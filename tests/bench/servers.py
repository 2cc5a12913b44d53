"""Starts and ends the servers that are measured."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep

from tests.bench.processes import children_of

NAME = {"ALLOWED_HOSTS": "127.0.0.1", "SITE_URL": "http://127.0.0.1"}
SITE = {**NAME, "PLAIN_HTTP": "1", "PROXIES": "1", "DEBUG": "0", "WEB_CONCURRENCY": "1", "MALLOC_ARENA_MAX": "1"}
SECRET = {"SECRET_KEY": "only-for-the-benchmark-and-worth-nothing-anywhere-else"}
PATIENCE, PAUSE = 30, 0.02  # seconds


# Servers share one processor and the client has another: where the system moves them about, the same request costs up to a fifth
# more or less from one minute to the next, because threads of one server that run side by side get in each other's way.
OF_THE_CLIENT, *_, OF_SERVERS = sorted(os.sched_getaffinity(0)) * 2


@dataclass(frozen=True)
class Server:
    port: int
    process: int

    @property
    def workers(self) -> list[int]:
        return children_of(self.process)


def keep_to(processor: int, process: int) -> None:
    """The process and all that it started; what it starts from now on goes along."""
    with suppress(ProcessLookupError):
        os.sched_setaffinity(process, {processor})
    for child in children_of(process):
        keep_to(processor, child)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def waited_for(port: int) -> None:
    """Until somebody listens there."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        sleep(PAUSE)
    raise TimeoutError(f"Nobody listened within {PATIENCE} seconds: what the server said stands above.")


@contextmanager
def gunicorn(application: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """As ops/gunicorn_conf.py says, with one worker."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py", f"--bind=fd://{listener.fileno()}", application]
        env = {**os.environ, **SECRET, **SITE, **settings}
        server = subprocess.Popen(command, env=env, pass_fds=[listener.fileno()], start_new_session=True)
    keep_to(OF_SERVERS, server.pid)
    try:
        yield Server(port, server.pid)
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the master and its worker
        server.wait()
