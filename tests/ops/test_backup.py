"""A backup restores everything, a broken one changes nothing, and nothing is overwritten by mistake."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from ops.backup import PROGRAMS, backup, dbname_option, restore, without_unknown_settings
from ops.embedded_postgres import MIN_VERSION, THROWAWAY, create, running, tool_folders, version
from tests.support.checkout import Released, manage
from tests.support.gunicorn import serve
from tests.support.quiz_taker import Taker
from tests.support.waiting import wait_until

Script = Callable[..., subprocess.CompletedProcess[str]]
Rows = dict[str, list[tuple[str]]]
LEFT_OUT = ("throttle_tally", "django_session")  # who was there lately is nobody's business later


@pytest.fixture
def script(released: Released) -> Script:
    venv = released.folder / ".venv"
    if not venv.exists():
        venv.symlink_to(sys.prefix)

    def run(name: str, *arguments: str | Path, url: str = released.url) -> subprocess.CompletedProcess[str]:
        command = [released.folder / "script" / name, *arguments]
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def empty(released: Released, request: pytest.FixtureRequest) -> str:
    name = f"for {request.node.name}"[:60]
    with psycopg.connect(released.url, autocommit=True) as link:
        link.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return make_conninfo(released.url, dbname=name)


@pytest.fixture
def taken(released: Released) -> str:
    """The address of a kept result."""
    with serve(released.folder, released.url, workers=1) as site:
        taker = Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does
        taker.send()
    return taker.address


def rows(url: str) -> Rows:
    with psycopg.connect(url) as link:
        tables = [name for [name] in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        return {name: link.execute(SQL("SELECT {0}::text FROM {0} ORDER BY 1").format(Identifier(name))).fetchall() for name in tables}


def test_results_texts_revisions_accounts_and_version_are_restored(released, taken, script, empty, tmp_path, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a password of some length")
    manage(released.folder, released.url, "createsuperuser", "--no-input", "--username=ines", "--email=")
    released.ask("UPDATE documents_document SET title = title || '!' WHERE slug = 'anxious'")
    released.ask("INSERT INTO django_session VALUES ('of ines', 'signed in', now() + interval '1 day')")
    before = rows(released.url)
    there = ("quiz_result", "documents_revision", "auth_user", "documents_site", *LEFT_OUT)
    assert [table for table in there if not before[table]] == []
    assert script("backup", tmp_path / "monday").returncode == 0
    restored = script("restore", tmp_path / "monday", url=empty)
    assert restored.returncode == 0, restored.stderr
    assert rows(empty) == {**before, **{table: [] for table in LEFT_OUT}}
    with serve(released.folder, empty, workers=1) as site:
        assert site.ask("GET", taken).status_code == 200
        assert site.ask("GET", "/readyz").status_code == 200
        Taker(site).send()  # type: ignore[arg-type]  # numbers of new rows go on after those that came back
        assert len(rows(empty)["quiz_result"]) == len(before["quiz_result"]) + 1


def test_a_database_in_use_is_not_overwritten_without_replace(released, taken, script, tmp_path):
    script("backup", tmp_path / "monday")
    monday = rows(released.url)
    released.ask("DELETE FROM quiz_result")
    released.ask("CREATE TABLE of_a_later_release (id int)")
    tuesday = rows(released.url)
    refused = script("restore", tmp_path / "monday")
    assert refused.returncode == 1
    assert refused.stderr.startswith("This database is not empty.")
    assert rows(released.url) == tuesday
    assert script("restore", tmp_path / "monday", "--replace").returncode == 0
    assert rows(released.url) == {**monday, **{table: [] for table in LEFT_OUT}}


def test_a_broken_backup_changes_nothing(released, taken, script, tmp_path):
    script("backup", tmp_path / "monday")
    whole, before = (tmp_path / "monday").read_bytes(), rows(released.url)
    for part in (whole[: len(whole) // 2], whole[:-2000], whole[:40], b"no backup at all"):
        (tmp_path / "half").write_bytes(part)
        refused = script("restore", tmp_path / "half", "--replace")
        assert refused.returncode == 1
        assert refused.stderr.startswith("Nothing was changed")
        assert rows(released.url) == before


def test_a_backup_is_readable_by_its_owner_only_and_replaces_an_older_one(script, tmp_path):
    file = tmp_path / "monday"
    file.write_text("older")
    assert script("backup", file).stdout.startswith(f"{file} holds the whole database.")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"PGDMP")


def test_a_backup_that_fails_leaves_the_older_one_and_says_why(script, tmp_path):
    file = tmp_path / "monday"
    file.write_text("older")
    refused = script("backup", file, url="postgresql://nobody:hidden@127.0.0.1:1/nothing")
    assert refused.returncode == 1
    assert "127.0.0.1" in refused.stderr
    assert "hidden" not in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["monday"]
    assert file.read_text() == "older"
    assert "is not a file" in script("restore", tmp_path / "tuesday").stderr


def test_a_password_is_never_in_the_list_of_processes():
    parameters = conninfo_to_dict(dbname_option("postgresql://ines:hidden@db.example:5433/site?sslmode=require").removeprefix("--dbname="))
    assert parameters.items() >= {"user": "ines", "dbname": "site", "host": "db.example", "port": "5433", "sslmode": "require"}.items()
    assert "hidden" not in parameters.values()


@pytest.mark.parametrize(
    ("name", "said"), [("", "folder or a device"), ("nowhere/monday", "can't be written (No such file"), ("x" * 300, "name too long")]
)
def test_a_path_that_can_not_be_a_file_is_one_sentence_and_leaves_nothing(script, tmp_path, name, said):
    refused = script("backup", f"{tmp_path}/{name}")
    assert refused.returncode == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_backup_replaces_only_a_file(script, tmp_path):
    os.mkfifo(tmp_path / "pipe")  # and never one of the machine's own devices: a fault would replace it
    assert "is not a file but a folder or a device" in script("backup", tmp_path / "pipe").stderr
    assert (tmp_path / "pipe").is_fifo()


@pytest.fixture
def stopped(released: Released, script: Script) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a script until it waits for a table that we hold, then sends it a signal."""

    def run(number: int, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [released.folder / "script" / name, *arguments]
        env = {**os.environ, "DATABASE_URL": released.url}
        with psycopg.connect(released.url) as link:
            link.execute("LOCK quiz_result")
            running = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wait_until(lambda: running.poll() is not None or link.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount)
            assert running.poll() is None
            running.send_signal(number)
            out, err = running.communicate(timeout=60)
        return subprocess.CompletedProcess(command, running.returncode, out, err)

    return run


ENDINGS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", ENDINGS)
def test_a_stopped_restore_leaves_the_database_as_it_was(released, script, stopped, tmp_path, number):
    script("backup", tmp_path / "monday")
    released.ask("UPDATE documents_document SET title = title || '.'")
    before = rows(released.url)
    ended = stopped(number, "restore", tmp_path / "monday", "--replace")
    assert (ended.returncode, ended.stderr) == (128 + number, f"Stopped by {number.name}. The database is as it was before.\n")
    assert rows(released.url) == before


@pytest.mark.parametrize("number", ENDINGS)
def test_a_stopped_backup_leaves_the_older_one(stopped, tmp_path, number):
    (tmp_path / "monday").write_text("older")
    ended = stopped(number, "backup", tmp_path / "monday")
    assert (ended.returncode, ended.stderr) == (128 + number, f"Stopped by {number.name}. No backup was written.\n")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["older"]


PASSWORD = "ab/cd+ef== p@ss a%b"


@pytest.fixture
def locked(released: Released) -> Iterator[str]:
    """The address of the database for a role that needs a password, without the password."""
    rules = released.home / "data/pg_hba.conf"
    open_to_all = rules.read_text()
    with psycopg.connect(released.url, autocommit=True) as link:
        link.execute(SQL("CREATE ROLE ines SUPERUSER LOGIN PASSWORD {}").format(PASSWORD))
        rules.write_text("local all ines scram-sha-256\n" + open_to_all)
        link.execute("SELECT pg_reload_conf()")
        yield make_conninfo(released.url, user="ines")
        rules.write_text(open_to_all)
        link.execute("SELECT pg_reload_conf()")
        link.execute("REASSIGN OWNED BY ines TO CURRENT_USER")
        link.execute("DROP ROLE ines")


def test_pgpassword_is_enough_for_every_program_that_connects(released, script, locked, tmp_path, monkeypatch):
    assert "no password supplied" in script("backup", tmp_path / "monday", url=locked).stderr
    (tmp_path / "password").write_text(PASSWORD + "\n")
    for name, value in {"PGPASSWORD": PASSWORD, "PGPASSWORD_FILE": str(tmp_path / "password")}.items():
        with monkeypatch.context() as environment:
            environment.setenv(name, value)
            assert script("backup", tmp_path / "monday", url=locked).returncode == 0
            assert script("restore", tmp_path / "monday", "--replace", url=locked).returncode == 0
            manage(released.folder, locked, "release")
            with serve(released.folder, locked, workers=1) as site:
                assert site.ask("GET", "/readyz").status_code == 200
                assert site.ask("GET", "/quiz/take/").status_code == 200


# Programs and servers of different versions

BEFORE_NEW_SETTINGS = 16  # the last Postgres that knows no transaction_timeout, which programs of later ones set
LINES = ["SET transaction_timeout = 0;", "\\restrict x", "\\.", "plain"]


def server_of(home: Path, versions: range) -> Iterator[str]:
    fitting = [folder for folder in tool_folders("initdb", "pg_ctl") if version(folder) in versions]
    if not fitting:
        pytest.skip(f"needs the server of a Postgres from {versions.start} to {versions.stop - 1}, such as Debian 12's postgresql")
    create(home, fitting[0])
    with running(home, *THROWAWAY) as url:
        yield url


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with lines that look like what programs of Postgres say to each other."""
    for url in server_of(tmp_path_factory.mktemp("older"), range(MIN_VERSION, BEFORE_NEW_SETTINGS + 1)):
        with psycopg.connect(url) as link:
            link.execute("CREATE TABLE note (line text)")
            link.cursor().executemany("INSERT INTO note VALUES (%s)", [[line] for line in LINES])
        yield url


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[str]:
    yield from server_of(tmp_path / "newer", range(BEFORE_NEW_SETTINGS + 1, 100))


def lines_of(url: str) -> list[str]:
    with psycopg.connect(url) as link:
        return [line for [line] in link.execute("SELECT line FROM note")]


@pytest.mark.processes
def test_a_backup_by_newer_programs_comes_back_on_an_older_server(older, tmp_path):
    newest = max(tool_folders(*PROGRAMS), key=lambda folder: version(folder, "pg_dump"))
    assert version(newest, "pg_dump") > BEFORE_NEW_SETTINGS
    subprocess.run([newest / "pg_dump", "--format=custom", f"--file={tmp_path / 'monday'}", dbname_option(older)], check=True)
    with psycopg.connect(older, autocommit=True) as link:
        link.execute("CREATE DATABASE other")
    other = make_conninfo(older, dbname="other")
    restore(other, tmp_path / "monday", replace=False)
    assert lines_of(other) == LINES


@pytest.mark.processes
def test_a_backup_of_an_older_server_comes_back_on_a_newer_one(older, newer, tmp_path):
    backup(older, tmp_path / "monday")
    restore(newer, tmp_path / "monday", replace=False)
    assert lines_of(newer) == LINES


def test_only_unknown_settings_in_the_preamble_are_left_out():
    head = [b"--\n", b"\n", b"SET statement_timeout = 0;\n", b"SET transaction_timeout = 0;\n", b"CREATE TABLE note (line text);\n"]
    script = iter([*head, b"SET transaction_timeout = 0;\n"])
    assert list(without_unknown_settings(script, {"statement_timeout"})) == [line for line in head if b"transaction" not in line]
    assert list(script) == [b"SET transaction_timeout = 0;\n"]
