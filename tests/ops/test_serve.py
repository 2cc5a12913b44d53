"""script/serve prints an address, an account, or one sentence when it can't go on, and leaves no process."""

import re
import signal
import socket
import subprocess
from contextlib import contextmanager
from http.client import HTTPConnection
from shutil import rmtree

import pytest


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def serving(installed, unset, port):
    @contextmanager
    def serve(**settings):
        env = {**unset, **settings}
        command = [installed / "script/serve", "--port", str(port)]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
            try:
                yield server, read_until_served(server)
            finally:
                server.terminate()

    return serve


@pytest.fixture
def refused(installed, unset, port):
    def run(**settings):
        command = [installed / "script/serve", "--port", str(port)]
        return subprocess.run(command, env={**unset, **settings}, capture_output=True, text=True, check=False)

    return run


def read_until_served(server):
    lines = []
    for line in server.stdout:
        lines.append(line)
        if line.startswith("Safe Haven is at "):
            break
    return "".join(lines)


def get(port, path, host="127.0.0.1"):
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    body = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, body


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_printed_address_answers_and_its_end_leaves_no_process(serving, installed, port, ending):
    with serving() as (server, said):
        assert f"http://127.0.0.1:{port}/" in said
        assert get(port, "/healthz")[0] == 200
        server.send_signal(ending)
        server.communicate(timeout=20)  # returns when the last process that writes to this terminal has gone
        assert server.returncode == 128 + ending
    assert not (installed / ".postgres/serve/data/postmaster.pid").exists()
    with pytest.raises(ConnectionRefusedError):
        get(port, "/")


def test_the_editors_password_is_shown_on_the_first_run_only(serving, installed):
    rmtree(installed / ".postgres", ignore_errors=True)
    shown = 'Created an editor account: "editor", password "'
    with serving() as (_, said):
        assert shown in said
    with serving() as (_, said):
        assert shown not in said


def test_a_text_that_can_not_be_imported_is_named_and_the_site_is_served(serving, installed, port):
    broken = installed / "content/guides/unfinished.md"
    broken.write_text("Only a beginning.\n")
    try:
        with serving() as (_, said):
            assert "unfinished.md:1" in said
            assert "The site shows what the database has" in said
            assert get(port, "/healthz")[0] == 200
    finally:
        broken.unlink()


def test_a_port_in_use_is_one_sentence(refused, port):
    with socket.create_server(("127.0.0.1", port)):
        answer = refused()
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"CommandError: Port {port} can't be used (Address already in use)")
    assert answer.stderr.count("\n") == 1


def test_an_unreachable_database_is_one_sentence(refused):
    answer = refused(DATABASE_URL="postgresql://nobody:hidden@127.0.0.1:1/nothing")
    assert answer.returncode == 1
    assert answer.stderr.startswith("CommandError: The database can't be reached")
    assert answer.stderr.count("\n") == 1
    assert "hidden" not in answer.stderr


def test_without_debug_it_serves_this_machine_with_hashed_files(serving, port):
    with serving(DEBUG="0"):
        status, page = get(port, "/admin/login/", host="localhost")
        assert status == 200
        style = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
        assert style
        assert get(port, style[1])[0] == 200
        assert get(port, "/", host="elsewhere.example")[0] == 400
        assert f'<link rel="canonical" href="http://127.0.0.1:{port}/">' in get(port, "/", host="localhost")[1]
