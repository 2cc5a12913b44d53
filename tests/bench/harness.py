"""All servers that are measured, up and warm, and what was measured so far."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

from tests.bench.databases import Size, World
from tests.bench.measuring import Measured, Work, measured
from tests.bench.page import ask
from tests.bench.servers import OF_SERVERS, OF_THE_CLIENT, Server, gunicorn, keep_to

GUIDE = "/guides/anxious/"
CODINGS = ("identity", "gzip")


class Stage:
    def __init__(self, folder: Path, stack: ExitStack, world: World) -> None:
        self.folder, self.stack, self.world = folder, stack, world
        self.sizes = world.sizes
        keep_to(OF_THE_CLIENT, os.getpid())
        keep_to(OF_SERVERS, world.postgres)
        self.measured: dict[str, Measured] = {}
        self.skipped: list[str] = []
        self.sites = {size: self.start("config.wsgi", size) for size in self.sizes}
        self.uncached = {size: self.start("tests.bench.targets.uncached", size) for size in self.sizes}
        self.site = self.sites[self.smallest]
        self.page = {coding: ask(self.site.port, GUIDE, **{"Accept-Encoding": coding}) for coding in CODINGS}
        self.etag = self.page["identity"].header("ETag")
        self.unchanged = ask(self.site.port, GUIDE, **{"If-None-Match": self.etag})

    @property
    def smallest(self) -> Size:
        return self.sizes[0]

    def start(self, application: str, size: Size | None = None, **settings: str) -> Server:
        database = {"DATABASE_URL": self.world.database(size or self.smallest)}
        return self.stack.enter_context(gunicorn(application, {**database, **settings}))

    def by_site(self, name: str, requests: Iterator[bytes] | bytes, status: int = 200, server: Server | None = None) -> Work:
        """Work of the site and its database, which takes part in whatever the site does."""
        return self.by(name, server or self.site, requests, status, self.world.postgres)

    def by(self, name: str, server: Server, requests: Iterator[bytes] | bytes, status: int = 200, *others: int) -> Work:
        endless = repeat(requests) if isinstance(requests, bytes) else requests
        return Work(name, server.port, (server.process, *others), endless, status)

    def measure(self, *group: Work) -> list[Measured]:
        done = measured(group)
        for one in done:
            self.measured[one.name] = one
            say(f"  {one.name}: {one}")
        return done


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
