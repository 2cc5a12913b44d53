"""gunicorn's hooks for the metrics: sums up the files in which its workers count, and serves the result on METRICS_PORT.

ops/gunicorn_conf.py imports this where METRICS_PORT is set, before there is a worker.
"""

import atexit
import os
import shutil
import sys
import tempfile

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

# The library reads the name once, when it is imported, and so does config.settings.
try:
    FOLDER = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="safehaven-metrics-")
except OSError as error:
    sys.exit(
        f"METRICS_PORT is set, and no folder can be made for it ({error.strerror}). Let the site write to /tmp, or leave METRICS_PORT out."
    )

from django.conf import settings
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

MASTER_PID = os.getpid()


def when_ready(server: Arbiter) -> None:
    registry, port, host = CollectorRegistry(), settings.METRICS_PORT, settings.METRICS_HOST
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it open
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        sys.exit(
            f"METRICS_PORT is {port} at METRICS_HOST {host}, which can't be used ({error.strerror}). "
            "Choose a free port at an address of this machine, or leave METRICS_PORT out for no metrics."
        )


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Removes the requests that a dead worker had in progress; its counters stay."""
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library leaves it open


@atexit.register
def remove_folder() -> None:
    """Runs also where the server failed to start, unlike gunicorn's hook on_exit. The workers inherit it and skip it."""
    if os.getpid() == MASTER_PID:
        shutil.rmtree(FOLDER, ignore_errors=True)
