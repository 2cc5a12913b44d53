"""gunicorn's own log, in the same form as Django's."""

from typing import Any

from gunicorn.glogging import Logger

from ops.json_log import Lines

BROKEN_HTTP = "Invalid request from ip="  # so gunicorn begins a line that goes on with the sender's address and what was sent


class ServerLog(Logger):  # type: ignore[misc]  # the library has no types
    """gunicorn's setting logconfig_dict would do as well, but makes it prepare a line of access log for each request."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines())

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith(BROKEN_HTTP):
            msg, kwargs = "Something came that is not HTTP as we speak it.", {**kwargs, "exc_info": True}
        super().warning(msg, *args, **kwargs)
