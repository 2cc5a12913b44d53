"""Backs the whole database up to one file, and restores it: the program behind script/backup and script/restore."""

import os
import re
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ops.database_url import with_timeouts
from ops.embedded_postgres import DEFAULT_HOME, STOP_SIGNALS, PostgresError, handle_signals, running, tool_folders, version
from ops.environment import connection_parameters, env_text

PROGRAMS = ("pg_dump", "pg_restore", "psql")
SKIPPED_TABLES = ("throttle_tally", "django_session")  # counts of the last hours and sessions: restored empty
WITHOUT_ROLES = ("--no-owner", "--no-privileges")
# While a server is busy with its disk it may read nothing for a while, and TCP counts what was sent to it as not acknowledged.
RESTORE_TIMEOUTS = {"tcp_user_timeout": "60000"}
RECREATE_SCHEMA = b"BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"

# Lines that begin a script of pg_restore: comments, settings, and a psql command of its own version.
PREAMBLE = (b"\n", b"--", b"SET ", b"SELECT pg_catalog.set_config(", b"\\restrict ")
SETTING = re.compile(rb"SET (\w+) =")


class BackupError(Exception):
    """Says why the backup or the restore failed, and what to do about it."""


def backup(conninfo: str, file: Path) -> str:
    """Writes to a temporary name and renames the complete file, so that a failed backup never replaces a good one.

    Returns a sentence for the operator. Raises BackupError.
    """
    skipped = [f"--exclude-table-data={table}" for table in SKIPPED_TABLES]
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    command: list[str | Path] = [
        compatible_tools(conninfo)[0] / "pg_dump",
        "--format=custom",
        *WITHOUT_ROLES,
        *skipped,
        f"--file={unfinished}",
        dbname_option(conninfo),
    ]
    reject_non_file(file)
    try:
        unfinished.touch(mode=0o600)
        env = env_with_password(conninfo)
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, start_new_session=True)
        if done.returncode:
            raise BackupError(f"The database could not be read: {done.stderr.strip()}")
        unfinished.replace(file)
    except OSError as error:
        raise BackupError(f"{file} can't be written ({error.strerror}). Name a file in a folder that this user may write to.") from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return f"{file} holds the whole database. It has the editors' accounts in it: keep it as safe as the site."


def restore(conninfo: str, file: Path, *, replace: bool) -> str:
    """Restores in one transaction: readers see the old data until it commits, and any failure rolls it back.

    Returns a sentence for the operator. Raises BackupError.
    """
    if not file.is_file():
        raise BackupError(f"{file} is not a file.")
    if has_tables(conninfo) and not replace:
        raise BackupError(
            "This database is not empty. Name an empty one in DATABASE_URL, or add --replace: then everything in it is deleted."
        )
    known_settings, candidates = setting_names(conninfo), compatible_tools(conninfo)
    tools = next((tools for tools in candidates if can_read(tools, file)), candidates[-1])  # the newest reports what is wrong with the file
    read: list[str | Path] = [tools / "pg_restore", *WITHOUT_ROLES, "--file=-", file]
    write: list[str | Path] = [
        tools / "psql",
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        dbname_option(conninfo, **RESTORE_TIMEOUTS),
    ]
    pipe, env = subprocess.PIPE, env_with_password(conninfo)
    with (
        signal_handlers_restored(),
        killed_on_exit(subprocess.Popen(read, stdout=pipe, stderr=pipe, start_new_session=True)) as reading,
        killed_on_exit(subprocess.Popen(write, env=env, stdin=pipe, stderr=pipe, start_new_session=True)) as writing,
    ):
        pipe_to_psql(reading, writing, known_settings)
        errors = [process.communicate()[1].decode().strip() for process in (reading, writing)]
    if reading.returncode or writing.returncode:
        raise BackupError(f"Nothing was changed, because {file} could not be restored: {' '.join(errors).strip()}")
    return f"The database is as it was when {file} was written. Run manage.py release before you serve it."


def without_unknown_settings(lines: Iterator[bytes], known_settings: Collection[str]) -> Iterator[bytes]:
    """Yields the lines up to the first that is more than a setting, without settings that the server does not know.

    Programs of a later Postgres than the server's begin by turning off settings that the server lacks.
    """
    for line in lines:
        setting = SETTING.match(line)
        if not setting or setting[1].decode() in known_settings:
            yield line
        if not line.startswith(PREAMBLE):
            return


def pipe_to_psql(reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes], known_settings: Collection[str]) -> None:
    """Pipes the script to psql, and commits only when it was read to its end."""
    assert reading.stdout  # noqa: S101  # a pipe
    assert writing.stdin  # noqa: S101  # a pipe
    with suppress(BrokenPipeError):  # psql ended, and its error is reported
        writing.stdin.write(RECREATE_SCHEMA)
        writing.stdin.writelines(without_unknown_settings(iter(reading.stdout), known_settings))
        shutil.copyfileobj(reading.stdout, writing.stdin)
        if reading.wait() == 0:
            ignore_stop_signals()  # the commit can't be stopped
            writing.stdin.write(b"COMMIT;\n")


@contextmanager
def killed_on_exit(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Kills the process at the end of the block, so that Postgres rolls back what was not committed."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def reject_non_file(file: Path) -> None:
    try:
        if file.exists() and not file.is_file():
            raise BackupError(f"{file} is not a file but a folder or a device. Name a file, such as {file / 'monday'}.")
    except OSError as error:
        raise BackupError(f"{file} can't be written ({error.strerror}). Name another file.") from None


def has_tables(conninfo: str) -> bool:
    with psycopg.connect(with_timeouts(conninfo)) as connection:
        return connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1").rowcount > 0


def setting_names(conninfo: str) -> set[str]:
    with psycopg.connect(with_timeouts(conninfo)) as connection:
        return {name for [name] in connection.execute("SELECT lower(name) FROM pg_settings")}


def compatible_tools(conninfo: str) -> list[Path]:
    """Returns the folders of installed programs of the server's version and of newer ones, in this order: older ones can't read it."""
    with psycopg.connect(with_timeouts(conninfo)) as connection:
        server = connection.info.server_version // 10_000
    folders = {version(folder, "pg_dump"): folder for folder in reversed(tool_folders(*PROGRAMS))}
    usable = [folders[major] for major in sorted(folders) if major >= server]
    if not usable:
        raise BackupError(f"The database is of Postgres {server}: install that version's client programs ({', '.join(PROGRAMS)}).")
    return usable


def can_read(tools: Path, file: Path) -> bool:
    """Whether these programs can read the file: older ones can't."""
    return subprocess.run([tools / "pg_restore", "--list", file], capture_output=True, check=False).returncode == 0


def dbname_option(conninfo: str, **defaults: str) -> str:
    """Returns the option --dbname without the password, which everybody on the machine could read in the list of processes."""
    parameters = conninfo_to_dict(with_timeouts(conninfo, **defaults))
    return "--dbname=" + make_conninfo("", **{name: value for name, value in parameters.items() if name != "password"})


def env_with_password(conninfo: str) -> dict[str, str]:
    password = conninfo_to_dict(conninfo).get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def main(command: str, *arguments: str) -> str:
    parser = ArgumentParser(prog=f"script/{command}", description="Reads DATABASE_URL; where that is not set, the embedded database.")
    parser.add_argument("file", type=Path)
    if command == "restore":
        parser.add_argument("--replace", action="store_true", help="delete what the database holds now")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        address = env_text("DATABASE_URL") or stack.enter_context(running(DEFAULT_HOME))
        conninfo = make_conninfo("", **connection_parameters(address))
        return restore(conninfo, options.file, replace=options.replace) if command == "restore" else backup(conninfo, options.file)


class StoppedError(Exception):
    """A signal asked this process to end."""


def raise_stopped(number: int, _frame: FrameType | None) -> None:
    raise StoppedError(number)


@contextmanager
def signal_handlers_restored() -> Iterator[None]:
    """Restores the signal handlers at the end of the block, because `pipe_to_psql` ignores signals while it commits."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_stop_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


STOPPED_MESSAGES = {"backup": "No backup was written.", "restore": "The database is as it was before."}

if __name__ == "__main__":
    handle_signals(STOP_SIGNALS, raise_stopped)
    try:
        print(main(*sys.argv[1:]))  # noqa: T201
    except StoppedError as stopped:
        print(f"Stopped by {signal.Signals(stopped.args[0]).name}. {STOPPED_MESSAGES[sys.argv[1]]}", file=sys.stderr)  # noqa: T201
        sys.exit(128 + stopped.args[0])
    except (ImproperlyConfigured, PostgresError, BackupError, psycopg.Error, OSError) as problem:
        sys.exit(str(problem).strip())
