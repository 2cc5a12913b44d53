"""What a process found the last time it asked, for while the database is away."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import Error

from web.database_errors import is_away
from web.failure_log import FailureLog

Found = TypeVar("Found")
MOST = 32  # answers that each function keeps


def remembering(look_up: Callable[..., Found]) -> Callable[..., Found]:
    """A function that asks the database, last of all for a moment; while that is away it answers what it found for the same
    arguments, at whatever moment. What it never found is an error, as without this."""
    found: dict[tuple[Any, ...], Found] = {}
    log = FailureLog(logging.getLogger(look_up.__module__), f"Asking the database anew ({look_up.__qualname__})")

    @wraps(look_up)
    def look(*asked: Any) -> Found:
        subject = asked[:-1]
        try:
            found[subject] = answer = look_up(*asked)
        except Error as error:
            if subject not in found or not is_away(error):
                raise
            log.failed(error)
            return found[subject]
        log.worked()
        if len(found) > MOST:
            found.pop(next(iter(found)))
        return answer

    return look
