"""A pytest plugin: where no DATABASE_URL is set, tests run on an embedded Postgres server apart from the site's."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.embedded_postgres import THROWAWAY, PostgresError, running

HOME = Path(__file__).resolve().parent.parent.parent / ".postgres/test"


@pytest.hookimpl(wrapper=True)  # a wrapper comes before pytest-django, which reads the settings in this hook
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    os.environ.setdefault("PLAIN_HTTP", "1")
    os.environ.setdefault("SITE_URL", "http://testserver")
    os.environ.setdefault("SECRET_KEY", "only-for-tests-and-worth-nothing-anywhere-else-" * 2)
    if not os.environ.get("DATABASE_URL"):
        server = ExitStack()
        early_config.add_cleanup(server.close)
        try:
            address = server.enter_context(running(HOME, *THROWAWAY))
        except PostgresError as problem:
            raise pytest.UsageError(str(problem)) from None
        # Each run names its own database, so that two runs in one checkout can share the server.
        os.environ["DATABASE_URL"] = f"{address}&dbname=run_{os.getpid()}"
    return (yield)
