"""Starts and stops the servers that are measured."""

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

HOST = {"ALLOWED_HOSTS": "127.0.0.1", "SITE_URL": "http://127.0.0.1"}
SITE = {**HOST, "PLAIN_HTTP": "1", "PROXIES": "1", "DEBUG": "0", "WEB_CONCURRENCY": "1", "MALLOC_ARENA_MAX": "1"}
SECRET = {"SECRET_KEY": "only-for-the-benchmark-and-worth-nothing-anywhere-else"}
TIMEOUT, PAUSE = 30, 0.02  # seconds


# The servers share one CPU and the client has another. Where the system moves them between CPUs, the cost of the same request varies by
# up to a fifth from one minute to the next, because threads of one server that run in parallel slow each other down.
CLIENT_CPU, *_, SERVER_CPU = sorted(os.sched_getaffinity(0)) * 2


@dataclass(frozen=True)
class Server:
    port: int
    process: int

    @property
    def workers(self) -> list[int]:
        return children_of(self.process)


def pin(cpu: int, process: int) -> None:
    """Runs the process and its descendants on one CPU; processes that they start later inherit it."""
    with suppress(ProcessLookupError):
        os.sched_setaffinity(process, {cpu})
    for child in children_of(process):
        pin(cpu, child)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    """Waits until a server listens on the port."""
    deadline = monotonic() + TIMEOUT
    while monotonic() < deadline:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        sleep(PAUSE)
    raise TimeoutError(f"No server listened within {TIMEOUT} seconds; its output is above.")


@contextmanager
def gunicorn(application: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """Serves `application` with one worker, as ops/gunicorn_conf.py configures it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py", f"--bind=fd://{listener.fileno()}", application]
        env = {**os.environ, **SECRET, **SITE, **settings}
        server = subprocess.Popen(command, env=env, pass_fds=[listener.fileno()], start_new_session=True)
    pin(SERVER_CPU, server.pid)
    try:
        yield Server(port, server.pid)
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # the master and its worker
        server.wait()
