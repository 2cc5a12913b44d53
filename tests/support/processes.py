"""A pytest plugin that knows which tests start processes: `-m "not processes"` leaves out those, and what is left is quick.

A test has the mark `processes` by a fixture that starts some, or carries it. A test without it that starts a process fails.
"""

import subprocess
from collections.abc import Iterator
from typing import Any, NoReturn
from unittest import mock

import pytest

# Those that start processes, and need no other of these.
FIXTURES = {"bare", "database", "installed", "live_server", "network", "release_template"}


@pytest.hookimpl(tryfirst=True)  # before -m picks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and FIXTURES & {*item.fixturenames}:
            item.add_marker("processes")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if item.get_closest_marker("processes"):
        return (yield)
    with mock.patch.object(subprocess.Popen, "__init__", refuse):
        return (yield)


def refuse(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("This test starts a process: mark it with @pytest.mark.processes.")
