"""Settings as Django proposes them for a new project: its middleware, and a connection to the database for each request."""

from bench.targets.settings import *  # noqa: F403
from config.settings import DATABASES as OF_THE_SITE

OF_DJANGO = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}}
DATABASES = {"default": {**OF_THE_SITE["default"], **OF_DJANGO}}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
