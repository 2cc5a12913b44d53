"""gunicorn's configuration (--config), for script/serve and the image. gunicorn reads WEB_CONCURRENCY and FORWARDED_ALLOW_IPS too."""

import gc
import os
import socket
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from ops.gunicorn_log import JsonLogger

gc.disable()  # until the workers are forked: hardly any of what is imported is garbage, and collecting it takes time
if os.environ.get("METRICS_PORT", "").strip():
    from ops.metrics_server import child_exit, when_ready  # noqa: F401  # gunicorn calls them

try:
    # Imported here, so that a wrong setting ends with one sentence: later gunicorn would print a traceback.
    from config import settings, wsgi  # noqa: F401
except ImproperlyConfigured as problem:
    sys.exit(str(problem))


def bind_addresses(port: int) -> list[str]:
    """Returns all addresses of this machine for gunicorn's `bind`, with IPv6 where the machine has it."""
    ipv4, ipv6 = f"0.0.0.0:{port}", f"[::]:{port}"
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::", 0))
            is_dual_stack = not probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    except OSError:
        return [ipv4]
    return [ipv6] if is_dual_stack else [ipv4, ipv6]


wsgi_app = "config.wsgi"
bind = bind_addresses(settings.PORT)
workers = settings.WORKERS
forwarded_allow_ips = ",".join(settings.TRUSTED_PROXIES)
preload_app = True  # workers share the memory of what is imported, and one that dies is replaced at once
worker_class = "gthread"
# A client that sends its headers slowly holds a thread, which costs no more than its stack. The pool of connections to Postgres is
# small (config.settings), however many threads wait for it.
threads = 256
keepalive = 5  # seconds
graceful_timeout = 10
limit_request_fields = 60
# By default gunicorn takes SCRIPT_NAME and PATH_INFO from headers of a trusted proxy, and proxies pass on those of their clients, so
# that anybody could set a prefix of every link. Only the header that the documentation names is used.
forwarder_headers = ""
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
control_socket_disable = True
# Workers touch a file there as a heartbeat: in memory where Linux has that, so that a busy or read-only disk stops no worker.
MEMORY = Path("/dev/shm")  # noqa: S108  # gunicorn chooses a name that nobody can guess
worker_tmp_dir = str(MEMORY) if os.access(MEMORY, os.W_OK) else None
logger_class = JsonLogger
loglevel = "warning"  # and no access log, so that nothing records who reads what


def on_starting(server: object) -> None:
    """Freezes preloaded objects before forking, so that the collector does not un-share their pages."""
    gc.freeze()


def post_fork(server: object, worker: object) -> None:
    gc.enable()
    gc.set_threshold(500, 5, 20)  # a request leaves few reference cycles
