"""Tests that try thousands of cases try every tenth of them with SAMPLE=10, which is what script/test --quick sets."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
STEP = int(os.environ.get("SAMPLE", "1"))


def sample(cases: Iterable[T]) -> Iterator[T]:
    """The first case, and after it every STEP-th."""
    return islice(cases, 0, None, STEP)


def examples(number: int = 100) -> int:
    """How many examples Hypothesis tries where it tries `number` in a whole run."""
    return max(1, number // STEP)
