"""The benchmark's own instruments: what it counts as work, what it takes for an answer, what it says of a target."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench import nginx, plot
from tests.bench.client import AT_ONCE, Client, WrongAnswerError
from tests.bench.findings import Finding
from tests.bench.page import Answer, ask, get
from tests.bench.processes import cpu_of, resident
from tests.bench.servers import Server, gunicorn

WORK = 0.3  # seconds of processor time
HARD_WORKER = f"import time\nwhile time.process_time() < {WORK}: pass"
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {HARD_WORKER!r}])\nprint('done', flush=True)\ninput()"
PAGE = Answer("200 OK", [("Content-Type", "text/html"), ("Content-Length", "5")], b"Hello")
UNCHANGED = Answer("304 Not Modified", [("ETag", '"a"')], b"")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads Linux's /proc")


@pytest.fixture
def bare(tmp_path) -> Iterator[Server]:
    """A server that has two answers, and nothing else, in memory."""
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"/page": PAGE.recorded(), "/304": UNCHANGED.recorded()}))
    with gunicorn("tests.bench.targets.bare:application", {"ANSWERS": str(file)}) as server:
        yield server


@pytest.mark.processes
def test_what_a_child_did_counts_also_when_it_has_ended():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    assert cpu_of((parent.pid,)) >= WORK
    parent.communicate(b"\n")


def test_a_bare_server_says_what_it_was_given(bare):
    page = ask(bare.port, "/page")
    assert (page.status, page.body, page.header("content-type")) == ("200 OK", b"Hello", "text/html")


def asked(server: Server, status: int, number: int, request: bytes) -> float:
    with Client(server.port, status) as client:
        return client.drive(repeat(request, number))


def test_every_request_is_answered_and_their_work_is_counted(bare):
    ask(bare.port, "/page")
    before = cpu_of((bare.process,))
    assert asked(bare, 200, 2000, get("/page")) > 0
    assert asked(bare, 304, 2000, get("/304")) > 0
    assert cpu_of((bare.process,)) > before
    assert [resident(worker) > 0 for worker in bare.workers] == [True]


def test_another_answer_than_what_is_measured_is_an_error(bare):
    with pytest.raises(WrongAnswerError, match="Instead of 304 the server answered:"):
        asked(bare, 304, 1, get("/page"))


def test_a_server_may_close_a_connection_after_each_answer(bare):
    assert asked(bare, 200, 50, get("/page", Connection="close")) > 0


def test_connections_stay_open_from_one_lot_of_requests_to_the_next(bare):
    with Client(bare.port, 200) as client:
        requests = repeat(get("/page"))
        client.drive(islice(requests, AT_ONCE))
        sockets = {line.socket for line in client.lines}
        client.drive(islice(requests, AT_ONCE))
        assert {line.socket for line in client.lines} == sockets


def test_the_configuration_for_nginx_is_the_documented_one_but_for_what_belongs_to_the_machine():
    text = nginx.adapted(nginx.CONFIGURATION.read_text(), Path("folder"), site_port=8001, port=8002)
    assert "server 127.0.0.1:8001;" in text
    assert "listen 127.0.0.1:8002;" in text
    assert "proxy_cache_background_update on;" in text


def test_a_changed_configuration_is_noticed():
    with pytest.raises(nginx.ChangedConfigurationError, match=r"change tests/bench/nginx\.py along with it"):
        nginx.adapted("http {}", Path("folder"), site_port=8001, port=8002)


@pytest.mark.parametrize(
    ("found", "at_least", "passes"), [(0.95, True, True), (0.94, True, False), (0.95, False, True), (0.96, False, False)]
)
def test_a_target_is_met_up_to_its_bound(found, at_least, passes):
    assert Finding("a page", found, 0.95, at_least=at_least).passes is passes


def test_the_plot_names_what_grows_and_how_much_is_stored():
    picture = plot.drawn("Costs", [["10 guides", "3 results"], ["100 guides"]], {"a page & more": [1.0, 1.04], "a result": [1.0, 2.5]}, 1.1)
    words = [element.text for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 (our own)
    assert {"Costs", "10 guides", "3 results", "100 guides", "a page & more", "a result", "1.1", "2.5"} <= set(words)
