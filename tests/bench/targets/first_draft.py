"""Settings as in a new Django project: its middleware, and a connection to the database for each request."""

from config.settings import DATABASES as SITE_DATABASES
from tests.bench.targets.settings import *  # noqa: F403

DJANGO_BACKEND = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}}
DATABASES = {"default": {**SITE_DATABASES["default"], **DJANGO_BACKEND}}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
