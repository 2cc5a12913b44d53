"""Settings as Django proposes them for a new project: its middleware, and a connection to the database for each request."""

from config.settings import DATABASES as OF_THE_SITE
from tests.bench.targets.settings import *  # noqa: F403

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
