"""A description of the machine that gives the figures their meaning, without anything that identifies its owner."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("django", "gunicorn", "psycopg")


def describe(postgres: str) -> dict[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
        "postgres": postgres,
        "nginx": version_in_output("nginx", "-v"),
        "load_at_the_start": round(os.getloadavg()[0], 1),
        "commit": version_in_output("git", "rev-parse", "--short", "HEAD"),
    }


def processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def version_in_output(*command: str) -> str | None:
    try:
        process = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return (process.stdout + process.stderr).strip().rpartition("/")[2]
