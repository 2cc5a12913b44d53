"""Logs one JSON object a line to standard error, without addresses of visitors, keys of results or answers."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from web.database_errors import psycopg_error, sqlstate_of

PACKAGES = "/site-packages/"
QUERY = re.compile(r"\?\S+")
# The key of a result opens it to anybody who reads the log. Also in a broken or mistyped link it looks like this: long, and not of small
# letters and hyphens alone, unlike a slug. A match begins only where a run of such characters does, because a search that starts at each
# character of a long run would take time quadratic in its length.
KEY = re.compile(r"(?<![A-Za-z0-9_-])(?=[a-z-]*+[A-Z0-9_])[A-Za-z0-9_-]{16,}+")


def redact(message: str) -> str:
    return KEY.sub("[key]", QUERY.sub("?[query]", message))


class JsonFormatter(logging.Formatter):
    """Formats an exception as its type, SQLSTATE and stack, without its message, which may quote what a visitor sent."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            entry |= describe(record.exc_info[1], record.exc_info[2])
        return json.dumps(entry, ensure_ascii=False)


def describe(error: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    """Returns the fields of a log entry for an exception; only database errors have a cause (psycopg's class) and a SQLSTATE."""
    cause = psycopg_error(error)
    details = {"cause": cause and class_name(type(cause)), "sqlstate": sqlstate_of(error), "trace": stack_lines(trace)}
    return {"exception": class_name(type(error)), **{name: value for name, value in details.items() if value}}


def class_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def stack_lines(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename.rpartition(PACKAGES)[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonFormatter}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": []}},  # its entries go to the root logger
}
