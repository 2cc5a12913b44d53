"""What a process found the last time it asked, for while the database is away."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError

Found = TypeVar("Found")
MOST = 32  # answers that each function keeps


def remembering(look_up: Callable[..., Found]) -> Callable[..., Found]:
    """A function that asks the database, last of all for a moment; while that is away it answers what it found for the same
    arguments, at whatever moment. What it never found is an OperationalError, as without this."""
    found: dict[tuple[Any, ...], Found] = {}

    @wraps(look_up)
    def look(*asked: Any) -> Found:
        subject = asked[:-1]
        try:
            found[subject] = answer = look_up(*asked)
        except OperationalError:
            if subject not in found:
                raise
            return found[subject]
        if len(found) > MOST:
            found.pop(next(iter(found)))
        return answer

    return look
