"""gunicorn's hooks for the metrics: what its workers count in files of their own is summed up and shown on METRICS_PORT.

gunicorn.conf.py imports this where METRICS_PORT is set, before there is a worker.
"""

import os
import shutil
import sys
import tempfile

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

# The library reads the name once, when it is imported, and so does config.settings in each worker.
FOLDER = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="safehaven-metrics-")

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead


def when_ready(server: Arbiter) -> None:
    registry, port = CollectorRegistry(), os.environ["METRICS_PORT"]
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it open
    try:
        start_http_server(int(port), registry=registry)
    except (ValueError, OverflowError, OSError) as error:
        on_exit(server)  # which gunicorn calls only after a start
        sys.exit(f"METRICS_PORT is {port!r}, which can't be used ({error}). Choose a free port, or leave it out for no metrics.")


def child_exit(server: Arbiter, worker: Worker) -> None:
    """What a dead worker was busy with is no longer being done; what it had counted stays."""
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library leaves it open


def on_exit(server: Arbiter) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
