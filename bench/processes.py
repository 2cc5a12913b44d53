"""What running processes cost, read from Linux's /proc."""

import os
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # a second
TIMES = slice(11, 15)  # of the fields after the name: own user and system, and those of ended children that were waited for


def cpu_of(roots: tuple[int, ...]) -> float:
    """Seconds of processor time that these processes and all that they ever started have used."""
    return sum(ticks_of(root) for root in roots) / TICKS


def ticks_of(process: int) -> int:
    try:
        fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it ended since its parent named it, and its parent counts it now
    return sum(map(int, fields[TIMES])) + sum(ticks_of(child) for child in children_of(process))


def children_of(process: int) -> list[int]:
    children: list[int] = []
    for task in (PROC / str(process) / "task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            children += map(int, task.read_text().split())
    return children


def resident(process: int) -> int:
    """Bytes in memory, shared ones included."""
    status = (PROC / str(process) / "status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024
