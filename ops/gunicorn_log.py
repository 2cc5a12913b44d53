"""gunicorn's own log, in the same format as Django's."""

from typing import Any

from gunicorn.glogging import Logger

from ops.json_log import JsonFormatter

INVALID_REQUEST = "Invalid request from ip="  # gunicorn's message goes on with the client's address and what it sent


class JsonLogger(Logger):  # type: ignore[misc]  # the library has no types
    """Subclassed instead of using logconfig_dict, which makes gunicorn build a line of the access log for each request."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith(INVALID_REQUEST):
            msg, kwargs = "Invalid HTTP request.", {**kwargs, "exc_info": True}
        super().warning(msg, *args, **kwargs)
