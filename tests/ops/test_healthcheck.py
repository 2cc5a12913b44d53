"""The image's health check asks the process beside it only, by IPv4 or IPv6."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.support.checkout import ROOT

pytestmark = pytest.mark.processes


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site_at() -> Iterator[Callable[[str], int]]:
    servers: list[HTTPServer] = []

    def serve(host: str) -> int:
        family = {"address_family": socket.AF_INET6 if ":" in host else socket.AF_INET}
        server = type("Server", (HTTPServer,), family)((host, 0), Site)
        servers.append(server)
        threading.Thread(target=server.serve_forever).start()
        return int(server.server_address[1])

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def check(port: int) -> int:
    nowhere = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:1")
    command = [sys.executable, "-m", "ops.healthcheck"]
    return subprocess.run(command, cwd=ROOT, env={"PORT": str(port), **nowhere}, check=False).returncode


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_site_that_answers_is_healthy_whatever_proxy_is_set(site_at, host):
    assert check(site_at(host)) == 0


def test_a_site_that_does_not_answer_is_unhealthy():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert check(closed.getsockname()[1]) == 1
