"""What running processes cost, read from Linux."""

import os
from contextlib import suppress
from pathlib import Path
from time import clock_gettime

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
OF_ENDED = slice(13, 15)  # of the fields after the name: user and system of ended children that were waited for
SCHEDULED = 2  # the clock that counts all threads of a process, as the scheduler saw them (linux/posix-timers_types.h)


def cpu_of(roots: tuple[int, ...]) -> float:
    """Seconds of processor time that these processes and all that they ever started have used, threads and ended ones included."""
    return sum(map(cpu_of_one, roots))


def cpu_of_one(process: int) -> float:
    try:
        own = clock_gettime(~process << 3 | SCHEDULED)
        fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0  # it ended since its parent named it, and its parent counts it now
    return own + sum(map(int, fields[OF_ENDED])) / TICKS + sum(map(cpu_of_one, children_of(process)))


def children_of(process: int) -> list[int]:
    children: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it, or one of its threads, has just ended
        for task in (PROC / str(process) / "task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                children += map(int, (task / "children").read_text().split())
    return children


def resident(process: int) -> int:
    """Bytes in memory, shared ones included."""
    status = (PROC / str(process) / "status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024
