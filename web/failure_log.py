"""Logs the start and the end of a failure that the site can go on without."""

import logging


class FailureLog:
    """Logs once when something begins to fail and once when it works again, however often it is tried."""

    def __init__(self, logger: logging.Logger, what: str) -> None:
        self.logger, self.what = logger, what
        self.is_failing = False

    def record_failure(self, error: Exception) -> None:
        if not self.is_failing:
            self.logger.error("%s: failing from now on.", self.what, exc_info=error.with_traceback(None))
        self.is_failing = True

    def record_success(self) -> None:
        if self.is_failing:
            self.logger.warning("%s: working again.", self.what)
        self.is_failing = False
