"""The databases to measure on: a Postgres server that syncs to disk, with a database for each size."""

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
    """The content of a database."""

    guides: int
    results: int

    def __str__(self) -> str:
        return " and ".join(self.labels)

    @property
    def labels(self) -> tuple[str, str]:
        return f"{self.guides:,} guides", f"{self.results:,} results"

    @property
    def database(self) -> str:
        return f"guides_{self.guides}_results_{self.results}"


@dataclass(frozen=True)
class Databases:
    url: str  # of the server; `database` adds the name of one
    postgres: int  # process id of the server
    sizes: list[Size]  # ascending

    def database(self, size: Size) -> str:
        return f"{self.url}&dbname={size.database}"

    @property
    def version(self) -> str:
        [[version]] = self.ask(self.sizes[0], "SHOW server_version")
        return str(version)

    def ask(self, size: Size, query: LiteralString, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database(size), autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def create(home: Path, sizes: list[Size]) -> Iterator[Databases]:
    """Creates a database for each size. Each is a copy of the next smaller one, with more rows."""
    with running(home) as url:
        databases = Databases(url, int(postmaster(home)[0]), sizes)
        run(url, "manage.py", "collectstatic", "--no-input", "--verbosity=0")
        run(url, "-m", "compileall", "-q", *PACKAGES)  # as in the image, so that no server compiles when it starts
        copy(url, "template1", sizes[0].database)
        run(databases.database(sizes[0]), "manage.py", "release", "--verbosity=0")
        fill(databases, sizes[0])
        for smaller, size in pairwise(sizes):
            copy(url, smaller.database, size.database)
            fill(databases, size)
        yield databases


def copy(url: str, old: str, new: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(new), sql.Identifier(old)))


def fill(databases: Databases, size: Size) -> None:
    run(databases.database(size), "-m", "tests.bench.fill", str(size.guides), str(size.results))


def run(database: str, *command: str) -> None:
    env = {**os.environ, **SECRET, **SITE, "DATABASE_URL": database}
    subprocess.run([sys.executable, *command], env=env, check=True, stdout=subprocess.DEVNULL)
