"""Errors that we can go on without are written down once: when they begin, and when they are over."""

import logging


class FailureLog:
    """What may fail each second says so once, and the line has the error's type and SQLSTATE (ops.json_log)."""

    def __init__(self, logger: logging.Logger, what: str) -> None:
        self.logger, self.what = logger, what
        self.is_failing = False

    def failed(self, error: Exception) -> None:
        if not self.is_failing:
            self.logger.error("%s: failing from now on.", self.what, exc_info=error.with_traceback(None))
        self.is_failing = True

    def worked(self) -> None:
        if self.is_failing:
            self.logger.warning("%s: working again.", self.what)
        self.is_failing = False
