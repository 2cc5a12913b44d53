"""Answers from the last successful query while the database is down."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import Error

from web.database_errors import is_outage
from web.failure_log import FailureLog

Result = TypeVar("Result")
MAX_RESULTS = 32  # for each function


def stale_if_error(query: Callable[..., Result]) -> Callable[..., Result]:
    """Decorates a function that queries the database and whose last argument is the time, as stale-if-error does in RFC 5861.

    During an outage it returns its last result for the same arguments, whatever the time. Without one, the error is raised.
    """
    results: dict[tuple[Any, ...], Result] = {}
    log = FailureLog(logging.getLogger(query.__module__), f"Refreshing from the database ({query.__qualname__})")

    @wraps(query)
    def query_or_stale(*args: Any) -> Result:
        key = args[:-1]
        try:
            results[key] = result = query(*args)
        except Error as error:
            if key not in results or not is_outage(error):
                raise
            log.record_failure(error)
            return results[key]
        log.record_success()
        if len(results) > MAX_RESULTS:
            results.pop(next(iter(results)))
        return result

    return query_or_stale
