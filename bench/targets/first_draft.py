"""Settings as Django proposes them for a new project: its middleware, and a connection to the database for each request."""

from bench.targets.settings import *  # noqa: F403
from config.settings import DATABASES as OF_THE_SITE

DATABASES = {"default": {key: value for key, value in OF_THE_SITE["default"].items() if key not in {"OPTIONS", "CONN_HEALTH_CHECKS"}}}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
