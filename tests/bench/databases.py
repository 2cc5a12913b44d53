"""The databases to measure on: a Postgres of the benchmark's own that keeps its promises, and in it one database a size."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from ops.embedded_postgres import postmaster, running
from tests.bench.servers import SECRET, SITE
from tests.support.packages import PACKAGES


@dataclass(frozen=True)
class Size:
    """How much a database holds."""

    guides: int
    results: int

    def __str__(self) -> str:
        return " and ".join(self.words)

    @property
    def words(self) -> tuple[str, str]:
        return f"{self.guides:,} guides", f"{self.results:,} results"

    @property
    def database(self) -> str:
        return f"guides_{self.guides}_results_{self.results}"


@dataclass(frozen=True)
class World:
    url: str  # of the server, to which a database's name can be added
    postgres: int  # its first process
    sizes: list[Size]  # from least to most

    def database(self, size: Size) -> str:
        return f"{self.url}&dbname={size.database}"

    @property
    def version(self) -> str:
        [[version]] = self.ask(self.sizes[0], "SHOW server_version")
        return str(version)

    def ask(self, size: Size, question: LiteralString, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database(size), autocommit=True) as link:
            asked = link.execute(question, values)
            return asked.fetchall() if asked.description else []


@contextmanager
def made(home: Path, sizes: list[Size]) -> Iterator[World]:
    """Each database is a copy of the next smaller one, filled further."""
    with running(home) as url:
        world = World(url, int(postmaster(home)[0]), sizes)
        run(url, "manage.py", "collectstatic", "--no-input", "--verbosity=0")
        run(url, "-m", "compileall", "-q", *PACKAGES)  # as the image is, so that no server does it at its start
        copy(url, "template1", sizes[0].database)
        run(world.database(sizes[0]), "manage.py", "release", "--verbosity=0")
        fill(world, sizes[0])
        for smaller, size in pairwise(sizes):
            copy(url, smaller.database, size.database)
            fill(world, size)
        yield world


def copy(url: str, old: str, new: str) -> None:
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(new), sql.Identifier(old)))


def fill(world: World, size: Size) -> None:
    run(world.database(size), "-m", "tests.bench.fill", str(size.guides), str(size.results))


def run(database: str, *command: str) -> None:
    env = {**os.environ, **SECRET, **SITE, "DATABASE_URL": database}
    subprocess.run([sys.executable, *command], env=env, check=True, stdout=subprocess.DEVNULL)
