"""How gunicorn serves the site, here and in the image. Given to it as --config. It reads WEB_CONCURRENCY and FORWARDED_ALLOW_IPS."""

import gc
import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from ops.gunicorn_log import ServerLog

gc.disable()  # until there are workers: what is loaded for them is hardly ever garbage, and there is much to look through
if os.environ.get("METRICS_PORT", "").strip():
    from ops.metrics_server import child_exit, when_ready  # noqa: F401  # gunicorn calls them

try:
    # All is loaded here, so that a wrong setting is one sentence: later gunicorn would show a traceback.
    from config import settings, wsgi  # noqa: F401
    from ops.environment import bind_addresses
except ImproperlyConfigured as problem:
    sys.exit(str(problem))

wsgi_app = "config.wsgi"
bind = bind_addresses(settings.PORT)
workers = settings.WORKERS
forwarded_allow_ips = ",".join(settings.TRUSTED_PROXIES)
preload_app = True  # workers share what the first process loaded, and one that dies is back at once
worker_class = "gthread"
# A client that sends its headers slowly holds a thread and costs no more than its stack; the pool of connections to
# Postgres stays small (config.settings), whatever stands in line for it.
threads = 256
keepalive = 5  # seconds
graceful_timeout = 10
limit_request_fields = 60
# By default gunicorn lets a trusted proxy name the SCRIPT_NAME and PATH_INFO in headers, and proxies pass on those of their clients:
# then anybody puts a folder of their choice in front of every link. Of all headers one says something about the request itself, and
# it is the one that the documentation names.
forwarder_headers = ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
control_socket_disable = True
# Where each worker says that it is alive: in memory where Linux has that, so that a disk that is busy or read-only stops none.
MEMORY = Path("/dev/shm")  # noqa: S108  # gunicorn makes the file with a name that nobody can guess
worker_tmp_dir = str(MEMORY) if os.access(MEMORY, os.W_OK) else None
logger_class = ServerLog
loglevel = "warning"  # and no access log: who reads what is written down nowhere


def on_starting(server: object) -> None:
    """Before workers are forked: what is loaded by now stays, so no collector shall look at it, which would copy it for each of them."""
    gc.freeze()


def post_fork(server: object, worker: object) -> None:
    gc.enable()
    gc.set_threshold(500, 5, 20)  # a request leaves little behind that is worth a search
