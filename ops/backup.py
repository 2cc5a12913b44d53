"""Everything that the site's database holds, in one file and back: what script/backup and script/restore run."""

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
from ops.embedded_postgres import ENDINGS, PostgresError, running, tool_folders, version
from ops.environment import connection_parameters, env_text

HOME = Path(__file__).resolve().parent.parent / ".postgres/serve"  # the embedded server, as manage.py starts it
PROGRAMS = ("pg_dump", "pg_restore", "psql")
PASSING = ("throttle_tally", "django_session")  # counts of the last hours, and who is signed in: restored empty
AS_WHOEVER_RESTORES = ("--no-owner", "--no-privileges")
# A server that is busy with its disk may read nothing for a while, and what was sent to it then counts as not acknowledged.
WHILE_IT_WRITES = {"tcp_user_timeout": "60000"}
ANEW = b"BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n"

# What pg_restore begins its script with: comments, settings, and a word to a psql of its own version.
BEGINNING = (b"\n", b"--", b"SET ", b"SELECT pg_catalog.set_config(", b"\\restrict ")
SETTING = re.compile(rb"SET (\w+) =")


def backup(url: str, file: Path) -> str:
    """The file gets its name when it is whole, so that a broken backup never stands in the place of a good one."""
    passing = [f"--exclude-table-data={table}" for table in PASSING]
    half = file.with_name(f"{file.name}.{os.getpid()}")
    command: list[str | Path] = [
        tools_for(url)[0] / "pg_dump",
        "--format=custom",
        *AS_WHOEVER_RESTORES,
        *passing,
        f"--file={half}",
        named(url),
    ]
    require_place(file)
    try:
        half.touch(mode=0o600)
        done = subprocess.run(command, env=with_password(url), capture_output=True, text=True, check=False, start_new_session=True)
        if done.returncode:
            raise PostgresError(f"The database could not be read: {done.stderr.strip()}")
        half.replace(file)
    except OSError as error:
        raise PostgresError(f"{file} can't be written ({error.strerror}). Name a file in a folder that this user may write to.") from None
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    return f"{file} holds the whole database. It has the editors' accounts in it: keep it as safe as the site."


def restore(url: str, file: Path, *, replace: bool) -> str:
    """In one transaction: until the very end everybody sees what was there before, and if anything fails that stays."""
    if not file.is_file():
        raise PostgresError(f"{file} is no file.")
    if in_use(url) and not replace:
        raise PostgresError(
            "This database is not empty. Name an empty one in DATABASE_URL, or add --replace: then all that is in it is thrown away."
        )
    known, fitting = settings_of(url), tools_for(url)
    tools = next((tools for tools in fitting if can_read(tools, file)), fitting[-1])  # which says what is wrong with the file
    read: list[str | Path] = [tools / "pg_restore", *AS_WHOEVER_RESTORES, "--file=-", file]
    write: list[str | Path] = [
        tools / "psql",
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
        named(url, **WHILE_IT_WRITES),
    ]
    pipe = subprocess.PIPE
    with (
        handlers_kept(),
        ended(subprocess.Popen(read, stdout=pipe, stderr=pipe, start_new_session=True)) as reading,
        ended(subprocess.Popen(write, env=with_password(url), stdin=pipe, stderr=pipe, start_new_session=True)) as writing,
    ):
        copy(reading, writing, known)
        said = [part.communicate()[1].decode().strip() for part in (reading, writing)]
    if reading.returncode or writing.returncode:
        raise PostgresError(f"Nothing was changed, because {file} could not be restored: {' '.join(said).strip()}")
    return f"The database is as it was when {file} was made. Run manage.py release before you serve it."


def preamble(lines: Iterator[bytes], known: Collection[str]) -> Iterator[bytes]:
    """The lines up to the first that is more than a setting, without those settings that the server does not know.

    Programs of a later Postgres than the server's turn off what they know might stop them.
    """
    for line in lines:
        setting = SETTING.match(line)
        if not setting or setting[1].decode() in known:
            yield line
        if not line.startswith(BEGINNING):
            return


def copy(reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes], known: Collection[str]) -> None:
    """Only what was read to the end is committed."""
    assert reading.stdout  # noqa: S101  # asked for
    assert writing.stdin  # noqa: S101  # asked for
    with suppress(BrokenPipeError):  # the writer ended: what it says counts
        writing.stdin.write(ANEW)
        writing.stdin.writelines(preamble(iter(reading.stdout), known))
        shutil.copyfileobj(reading.stdout, writing.stdin)
        if reading.wait() == 0:
            ignore_endings()  # from here on it can't be taken back
            writing.stdin.write(b"COMMIT;\n")


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Whatever happens, the process ends with us: Postgres then takes back what was not committed."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def require_place(file: Path) -> None:
    try:
        if file.exists() and not file.is_file():
            raise PostgresError(f"{file} is no file but a folder or a device. Name a file, such as {file / 'monday'}.")
    except OSError as error:
        raise PostgresError(f"{file} can't be written ({error.strerror}). Name another file.") from None


def in_use(url: str) -> bool:
    with psycopg.connect(with_timeouts(url)) as link:
        return link.execute("SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1").rowcount > 0


def settings_of(url: str) -> set[str]:
    with psycopg.connect(with_timeouts(url)) as link:
        return {name for [name] in link.execute("SELECT lower(name) FROM pg_settings")}


def tools_for(url: str) -> list[Path]:
    """Of the installed programs those of the server's own version, then the newer ones: older ones can't read it."""
    with psycopg.connect(with_timeouts(url)) as link:
        server = link.info.server_version // 10_000
    fitting = {version(folder, "pg_dump"): folder for folder in reversed(tool_folders(*PROGRAMS))}
    newer = [fitting[major] for major in sorted(fitting) if major >= server]
    if not newer:
        raise PostgresError(f"The database is of Postgres {server}: install that version's client programs ({', '.join(PROGRAMS)}).")
    return newer


def can_read(tools: Path, file: Path) -> bool:
    """Not what later programs wrote."""
    return subprocess.run([tools / "pg_restore", "--list", file], capture_output=True, check=False).returncode == 0


def named(url: str, **defaults: str) -> str:
    """Without the password, which everybody on the machine could read in the list of processes."""
    given = conninfo_to_dict(with_timeouts(url, **defaults))
    return "--dbname=" + make_conninfo("", **{name: value for name, value in given.items() if name != "password"})


def with_password(url: str) -> dict[str, str]:
    password = conninfo_to_dict(url).get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def main(does: str, *arguments: str) -> str:
    parser = ArgumentParser(prog=f"script/{does}", description="Reads DATABASE_URL; where that is not set, the embedded database.")
    parser.add_argument("file", type=Path)
    if does == "restore":
        parser.add_argument("--replace", action="store_true", help="throw away what the database holds now")
    asked = parser.parse_args(arguments)
    with ExitStack() as until_the_end:
        address = env_text("DATABASE_URL") or until_the_end.enter_context(running(HOME))
        url = make_conninfo("", **connection_parameters(address))
        return restore(url, asked.file, replace=asked.replace) if does == "restore" else backup(url, asked.file)


class StoppedError(Exception):
    """Somebody, or the system, wants us to end."""


def stop(number: int, _frame: FrameType | None) -> None:
    raise StoppedError(number)


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Whoever calls us is stopped by signals afterwards as before."""
    before = {number: signal.getsignal(number) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_endings() -> None:
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


LEFT_BEHIND = {"backup": "No backup was written.", "restore": "The database is as it was before."}

if __name__ == "__main__":
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)
    try:
        print(main(*sys.argv[1:]))  # noqa: T201
    except StoppedError as stopped:
        print(f"Stopped by {signal.Signals(stopped.args[0]).name}. {LEFT_BEHIND[sys.argv[1]]}", file=sys.stderr)  # noqa: T201
        sys.exit(128 + stopped.args[0])
    except (ImproperlyConfigured, PostgresError, psycopg.Error, OSError) as problem:
        sys.exit(str(problem).strip())
