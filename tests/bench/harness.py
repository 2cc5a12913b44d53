"""The running servers that are measured, and the measurements so far."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

from tests.bench.databases import Databases, Size
from tests.bench.http_messages import fetch
from tests.bench.measuring import Measurement, Workload, measure
from tests.bench.servers import CLIENT_CPU, SERVER_CPU, Server, gunicorn, pin

GUIDE = "/guides/anxious/"
CODINGS = ("identity", "gzip")


class Harness:
    def __init__(self, folder: Path, stack: ExitStack, databases: Databases) -> None:
        self.folder, self.stack, self.databases = folder, stack, databases
        self.sizes = databases.sizes
        pin(CLIENT_CPU, os.getpid())
        pin(SERVER_CPU, databases.postgres)
        self.measurements: dict[str, Measurement] = {}
        self.skipped: list[str] = []
        self.sites = {size: self.start("config.wsgi", size) for size in self.sizes}
        self.uncached = {size: self.start("tests.bench.targets.uncached", size) for size in self.sizes}
        self.site = self.sites[self.smallest]
        self.page = {coding: fetch(self.site.port, GUIDE, **{"Accept-Encoding": coding}) for coding in CODINGS}
        self.etag = self.page["identity"].header("ETag")
        self.unchanged = fetch(self.site.port, GUIDE, **{"If-None-Match": self.etag})

    @property
    def smallest(self) -> Size:
        return self.sizes[0]

    def start(self, application: str, size: Size | None = None, **settings: str) -> Server:
        database = {"DATABASE_URL": self.databases.database(size or self.smallest)}
        return self.stack.enter_context(gunicorn(application, {**database, **settings}))

    def site_workload(self, name: str, requests: Iterator[bytes] | bytes, status: int = 200, server: Server | None = None) -> Workload:
        """A workload of the site, which counts the CPU time of the database too."""
        return self.workload(name, server or self.site, requests, status, self.databases.postgres)

    def workload(self, name: str, server: Server, requests: Iterator[bytes] | bytes, status: int = 200, *others: int) -> Workload:
        endless = repeat(requests) if isinstance(requests, bytes) else requests
        return Workload(name, server.port, (server.process, *others), endless, status)

    def measure(self, *group: Workload) -> list[Measurement]:
        measurements = measure(group)
        for measurement in measurements:
            self.measurements[measurement.name] = measurement
            write_line(f"  {measurement.name}: {measurement}")
        return measurements


def write_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
