"""Every setting of the site. Production is the default: what development needs, script/serve sets in the environment."""

import os
import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ops import environment, json_log
from ops.database_url import TIMEOUTS

BASE_DIR = Path(__file__).resolve().parent.parent
SHORTEST_SECRET, FEWEST_SIGNS = 50, 5  # characters, and different ones among them, as `manage.py check --deploy` asks

# The pool would wait longer and longer between its tries to reconnect; so it gives up soon, and who comes next tries again.
# It replaces a connection that is a minute old after its use: the address may lead to another server by now, and the old one, cut off
# from the others, would go on taking what is lost then.
POOL = {"timeout": 3, "reconnect_timeout": 1, "max_lifetime": 60}  # seconds


def flag(name: str) -> bool:
    """A switch in the environment: on for 1, true, yes, on; off for 0, false, no, off, or nothing."""
    value = os.environ.get(name, "").strip().lower()
    if value in environment.ON | environment.OFF:
        return value in environment.ON
    raise ImproperlyConfigured(f"{name} is {value!r}. Write 1 to turn it on, 0 or nothing to leave it off.")


def whole_number(name: str, default: int, most: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch("[0-9]{1,4}", value) or int(value) > most:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number up to {most}, or nothing for {default}.")
    return int(value)


def secret(name: str) -> str:
    value = environment.given(name)
    if value != value.strip():  # another host, or another way to read it, may leave them out, and would know no session of ours
        raise ImproperlyConfigured(f"{name} begins or ends with a blank or a line break. Take that away.")
    for what, number, fewest in (("characters", len(value), SHORTEST_SECRET), ("different characters", len(set(value)), FEWEST_SIGNS)):
        if number < fewest:
            raise ImproperlyConfigured(
                f"{name} has {number} {what} and needs {fewest} or more. Make one with: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
            )
    return value


def choice(name: str, *choices: str) -> str:
    value = os.environ.get(name, "").strip() or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write {' or '.join(choices)}, or nothing for {choices[0]}.")
    return value


def database(url: str, pooler: str = "session") -> dict[str, Any]:
    """Django's form of a Postgres address.

    A pooler in "transaction" mode lends a connection for a transaction only, so that nothing may be left on it for the next: no cursor
    that stays open, no prepared statement.
    """
    given = {**TIMEOUTS, **environment.connection_parameters(url)}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {django: given.pop(libpq, "") for django, libpq in names.items()}
    return {
        "ENGINE": "web.postgresql",
        **known,
        "DISABLE_SERVER_SIDE_CURSORS": pooler == "transaction",
        # The cursors of web.prepared_statements prepare each statement when they first see it; Django's own prepare none.
        "OPTIONS": {"pool": POOL, "prepare_threshold": None if pooler == "transaction" else 0, **given},
    }


# What pages may load, where forms may go, and who may show a page in a frame (CSP level 3): our own, and else nothing.
ALLOWED = {
    "default-src": "'none'",
    **dict.fromkeys(("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"), "'self'"),
    **dict.fromkeys(("base-uri", "frame-ancestors"), "'none'"),
}
# What browsers can do and no page of ours ever asks for.
UNUSED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb")

# Who are we

DEBUG = flag("DEBUG")
PLAIN_HTTP = flag("PLAIN_HTTP")  # nobody speaks TLS for us: on one's own machine, and nowhere else
PROXIES = whole_number("PROXIES", 0, most=16)  # how many of our own stand in front and add to X-Forwarded-For
METRICS = "PROMETHEUS_MULTIPROC_DIR" in os.environ  # ops.metrics_server sets it where METRICS_PORT is set
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS")
SITE_URL = environment.origin(
    "SITE_URL"
)  # begins each address of ours that is written out; the Host of a request says what its sender likes
FORCE_SCRIPT_NAME = ""  # nor may anything in a request put a folder in front of our addresses
PORT = environment.port("PORT") or 8000
METRICS_PORT, METRICS_HOST = environment.port("METRICS_PORT"), environment.address("METRICS_HOST", "127.0.0.1")
WORKERS = environment.workers("WEB_CONCURRENCY")
TRUSTED_PROXIES = environment.networks("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.staticfiles",  # the first, because each address of a static file looks for it from the start
    "pages",
    "quiz",
    "guides",
    "documents",
    "ops",
    "web.throttle",
    "markdownx",
    "web.throttle.admin_config.GuardedAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
]
MIDDLEWARE = [
    *(["ops.metrics.MetricsMiddleware"] if METRICS else []),
    "web.middleware.FixedHeadersMiddleware",
    "web.middleware.HealthCheckMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "web.static_files.StaticFilesMiddleware",
    "web.middleware.RequestSizeMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "web.middleware.AdminSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "web.middleware.AdminAuthenticationMiddleware",
    "web.middleware.AnonymousRequestSizeMiddleware",
    "web.middleware.AdminMessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "web.middleware.BadLookupMiddleware",
    "web.middleware.DatabaseOutageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
LANGUAGE_CODE = "en"
USE_I18N = False  # the language of a text is its own; nothing is asked for in that of a browser
TIME_ZONE = "UTC"
USE_TZ = True

# Where is our data

POOLER = choice("POOLER", "session", "transaction")  # how a pooler between us and Postgres, if there is one, lends its connections
DATABASES = {"default": database(environment.given("DATABASE_URL") or "postgresql:///safehaven", POOLER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CONTENT_DIR = BASE_DIR / "content"

# What do we write down

LOGGING = {} if DEBUG else json_log.LOGGING  # at work on the site, Django's own lines tell more

# What do we send

STATIC_URL = "/static/"  # without the first "/" Django would ask the first request for what comes before it
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / ".static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # uploads are rows, not files
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "web.static_files.CachedUrlStorage"},
}

# Whom do we let in

SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = [secret("OLD_SECRET_KEY")] if environment.given("OLD_SECRET_KEY") else []  # for two weeks after a change
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"  # Django's own are addresses that this site does not have
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_SSL_HOST = SITE_URL.partition("://")[2] or None
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 63_072_000  # two years
# Both speak for more than this site, and are hard to take back: the one for all names below, the other for good.
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = flag("HSTS_SUBDOMAINS"), flag("HSTS_PRELOAD")
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    raise ImproperlyConfigured(
        "HSTS_PRELOAD is on and HSTS_SUBDOMAINS is off. The preload list takes a site with both: set both, or neither."
    )
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which would have both turned on
CSRF_COOKIE_HTTPONLY = False  # the editor's script reads it to send uploads
FIXED_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {whom}" for what, whom in ALLOWED.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 2**20  # bytes of a form: the longest text (documents.text.source.MAX_CHARACTERS), percent-encoded
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300  # a page of the admin's lists has a hundred boxes to tick
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 2**20  # web.middleware.MAX_UPLOAD_BYTES: no stranger's file is ever written to a disk
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
