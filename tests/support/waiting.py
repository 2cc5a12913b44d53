"""Waits with a deadline, after which a test fails."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float = 60) -> T:
    """Returns the first true value of `condition`, which is called every millisecond."""
    end = monotonic() + seconds
    while not (value := condition()):
        if monotonic() > end:
            raise AssertionError(f"waited {seconds} seconds in vain")
        sleep(0.001)
    return value
