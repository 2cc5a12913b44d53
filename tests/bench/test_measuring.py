"""The benchmark measures CPU time, reads responses and judges targets correctly."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench import nginx, plot
from tests.bench.client import AT_ONCE, Client, WrongResponseError
from tests.bench.findings import Finding
from tests.bench.http_messages import Response, fetch, get_request
from tests.bench.processes import cpu_seconds, resident_bytes
from tests.bench.servers import Server, gunicorn

CPU_TIME = 0.3  # seconds
BUSY_PROGRAM = f"import time\nwhile time.process_time() < {CPU_TIME}: pass"
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY_PROGRAM!r}])\nprint('done', flush=True)\ninput()"
PAGE = Response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "5")], b"Hello")
UNCHANGED = Response("304 Not Modified", [("ETag", '"a"')], b"")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads Linux's /proc")


@pytest.fixture
def bare(tmp_path) -> Iterator[Server]:
    """A server that has two responses in memory."""
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"/page": PAGE.recorded(), "/304": UNCHANGED.recorded()}))
    with gunicorn("tests.bench.targets.bare:application", {"RESPONSES": str(file)}) as server:
        yield server


@pytest.mark.processes
def test_the_cpu_time_of_an_ended_child_counts():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    assert cpu_seconds((parent.pid,)) >= CPU_TIME
    parent.communicate(b"\n")


def test_a_bare_server_sends_the_recorded_response(bare):
    page = fetch(bare.port, "/page")
    assert (page.status, page.body, page.header("content-type")) == ("200 OK", b"Hello", "text/html")


def drive(server: Server, status: int, number: int, request: bytes) -> float:
    with Client(server.port, status) as client:
        return client.drive(repeat(request, number))


def test_every_request_is_answered_and_its_cpu_time_counts(bare):
    fetch(bare.port, "/page")
    before = cpu_seconds((bare.process,))
    assert drive(bare, 200, 2000, get_request("/page")) > 0
    assert drive(bare, 304, 2000, get_request("/304")) > 0
    assert cpu_seconds((bare.process,)) > before
    assert [resident_bytes(worker) > 0 for worker in bare.workers] == [True]


def test_a_response_with_another_status_is_an_error(bare):
    with pytest.raises(WrongResponseError, match="Instead of 304 the server answered:"):
        drive(bare, 304, 1, get_request("/page"))


def test_a_server_may_close_a_connection_after_each_response(bare):
    assert drive(bare, 200, 50, get_request("/page", Connection="close")) > 0


def test_connections_stay_open_between_two_series_of_requests(bare):
    with Client(bare.port, 200) as client:
        requests = repeat(get_request("/page"))
        client.drive(islice(requests, AT_ONCE))
        sockets = {connection.socket for connection in client.connections}
        client.drive(islice(requests, AT_ONCE))
        assert {connection.socket for connection in client.connections} == sockets


def test_the_configuration_of_nginx_keeps_its_cache_and_gets_other_ports():
    text = nginx.adapt(nginx.CONFIGURATION.read_text(), Path("folder"), site_port=8001, port=8002)
    assert "server 127.0.0.1:8001;" in text
    assert "listen 127.0.0.1:8002;" in text
    assert "proxy_cache_background_update on;" in text


def test_a_line_missing_from_the_configuration_is_an_error():
    with pytest.raises(nginx.ChangedConfigurationError, match=r"change tests/bench/nginx\.py along with it"):
        nginx.adapt("http {}", Path("folder"), site_port=8001, port=8002)


@pytest.mark.parametrize(
    ("found", "at_least", "passes"), [(0.95, True, True), (0.94, True, False), (0.95, False, True), (0.96, False, False)]
)
def test_a_value_equal_to_its_bound_meets_the_target(found, at_least, passes):
    assert Finding("a page", found, 0.95, at_least=at_least).passes is passes


def test_the_chart_has_a_label_for_each_line_and_size():
    picture = plot.draw("Costs", [["10 guides", "3 results"], ["100 guides"]], {"a page & more": [1.0, 1.04], "a result": [1.0, 2.5]}, 1.1)
    words = [element.text for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 (our own)
    assert {"Costs", "10 guides", "3 results", "100 guides", "a page & more", "a result", "1.1", "2.5"} <= set(words)
