"""CPU time and memory of running processes, read from Linux."""

import os
from contextlib import suppress
from pathlib import Path
from time import clock_gettime

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
ENDED_CHILDREN = slice(13, 15)  # fields after the name: user and system time of ended children that were waited for
SCHEDULED = 2  # the clock that counts all threads of a process, as the scheduler saw them (linux/posix-timers_types.h)


def cpu_seconds(roots: tuple[int, ...]) -> float:
    """Seconds of CPU time of these processes and all their descendants, with threads and ended processes."""
    return sum(map(cpu_seconds_of_tree, roots))


def cpu_seconds_of_tree(process: int) -> float:
    try:
        own = clock_gettime(~process << 3 | SCHEDULED)
        fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0  # it has ended since its parent listed it, and its parent counts it now
    return own + sum(map(int, fields[ENDED_CHILDREN])) / TICKS + sum(map(cpu_seconds_of_tree, children_of(process)))


def children_of(process: int) -> list[int]:
    children: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it, or one of its threads, has just ended
        for task in (PROC / str(process) / "task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                children += map(int, (task / "children").read_text().split())
    return children


def resident_bytes(process: int) -> int:
    """Bytes of resident memory, including shared pages."""
    status = (PROC / str(process) / "status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024
