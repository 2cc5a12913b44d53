"""How gunicorn serves the site, here and in the image. It finds this file by itself, and reads WEB_CONCURRENCY and FORWARDED_ALLOW_IPS."""

import os

wsgi_app = "config.wsgi"
bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
# A client that sends its headers slowly holds a thread and costs no more than its stack; the pool of connections to
# Postgres stays small (config.settings), whatever stands in line for it.
threads = 256
keepalive = 5  # seconds
graceful_timeout = 10
limit_request_fields = 60
control_socket_disable = True
loglevel = "warning"  # and no access log: who reads what is written down nowhere
