"""The log: one JSON object a line on standard error, with nothing in it that tells who asked, for what result, or with which answers."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from web.database_errors import cause_of, sqlstate_of

PACKAGES = "/site-packages/"
QUERY = re.compile(r"\?\S+")
# The key of a result opens it to whoever reads the log. Wherever its link was broken or mistyped, it still looks like this: long, and
# unlike the slug of a text not in small letters and hyphens alone. A match begins where a run of such characters does: tried at each
# character of a long run, the search would take the square of its length.
KEY = re.compile(r"(?<![A-Za-z0-9_-])(?=[a-z-]*+[A-Z0-9_])[A-Za-z0-9_-]{16,}+")


def without_secrets(message: str) -> str:
    return KEY.sub("[key]", QUERY.sub("?[query]", message))


class Lines(logging.Formatter):
    """Of an exception: its type, the places it went through, and what Postgres calls it. Its own text may quote what a visitor sent."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            line |= described(record.exc_info[1], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def described(error: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    """Only what there is: an error of the database has a cause, in the library's own words, and most have a SQLSTATE."""
    cause = cause_of(error)
    about = {"cause": cause and name_of(type(cause)), "sqlstate": sqlstate_of(error), "trace": places(trace)}
    return {"exception": name_of(type(error)), **{name: value for name, value in about.items() if value}}


def name_of(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")


def places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename.rpartition(PACKAGES)[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": Lines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": []}},  # handed on to the root
}
