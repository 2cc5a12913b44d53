"""Every setting of the site. The defaults are for production; script/serve sets in the environment what development needs."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ops import json_log
from ops.database_url import TIMEOUTS
from ops.environment import (
    connection_parameters,
    env_bool,
    env_choice,
    env_hosts,
    env_int,
    env_ip_address,
    env_networks,
    env_origin,
    env_port,
    env_secret,
    env_text,
    env_workers,
)

BASE_DIR = Path(__file__).resolve().parent.parent

# The pool would wait longer and longer between its attempts to reconnect, so it gives up after a second, and the next request tries
# again. It replaces connections after a minute: after a failover the host may name another server, and the old one would go on
# accepting results that are then lost.
POOL = {"timeout": 3, "reconnect_timeout": 1, "max_lifetime": 60}  # seconds


def database(url: str, pooler: str = "session") -> dict[str, Any]:
    """Returns an entry of DATABASES for a Postgres address.

    A pooler in "transaction" mode lends a connection for one transaction, so nothing may stay on it for the next: no open cursor and no
    prepared statement.
    """
    parameters = {**TIMEOUTS, **connection_parameters(url)}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {django: parameters.pop(libpq, "") for django, libpq in names.items()}
    return {
        "ENGINE": "web.postgresql",
        **known,
        "DISABLE_SERVER_SIDE_CURSORS": pooler == "transaction",
        # web.prepared_statements prepares each statement the first time; Django's own cursors prepare none.
        "OPTIONS": {"pool": POOL, "prepare_threshold": None if pooler == "transaction" else 0, **parameters},
    }


# CSP level 3: pages load from this site only, forms are sent to it, and no page is shown in a frame.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    **dict.fromkeys(("script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"), "'self'"),
    **dict.fromkeys(("base-uri", "frame-ancestors"), "'none'"),
}
# Features of browsers that no page uses.
DENIED_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)

# Hosts and processes

DEBUG = env_bool("DEBUG")
PLAIN_HTTP = env_bool("PLAIN_HTTP")  # without TLS, for a developer's own machine only
PROXIES = env_int("PROXIES", 0, maximum=16)  # how many of our own proxies add to X-Forwarded-For
METRICS = "PROMETHEUS_MULTIPROC_DIR" in os.environ  # ops.metrics_server sets it where METRICS_PORT is set
ALLOWED_HOSTS = env_hosts("ALLOWED_HOSTS")
SITE_URL = env_origin("SITE_URL")  # absolute links begin with it, because the Host of a request is its sender's choice
FORCE_SCRIPT_NAME = ""  # a request must not be able to set a prefix of every link
PORT = env_port("PORT") or 8000
METRICS_PORT, METRICS_HOST = env_port("METRICS_PORT"), env_ip_address("METRICS_HOST", "127.0.0.1")
WORKERS = env_workers("WEB_CONCURRENCY")
TRUSTED_PROXIES = env_networks("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")

# Apps

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.staticfiles",  # first, because each lookup of a static URL searches the list from the start
    "pages",
    "quiz",
    "guides",
    "documents",
    "ops",
    "web.throttle",
    "markdownx",
    "web.throttle.admin_config.ThrottledAdminConfig",  # django.contrib.admin
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
    "web.middleware.AdminRequestSizeMiddleware",
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
USE_I18N = False  # each text has one language, whatever a browser asks for
TIME_ZONE = "UTC"
USE_TZ = True

# Data

POOLER = env_choice("POOLER", "session", "transaction")  # how a pooler in front of Postgres lends its connections
DATABASES = {"default": database(env_text("DATABASE_URL") or "postgresql:///safehaven", POOLER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CONTENT_DIR = BASE_DIR / "content"

# Logging

LOGGING = {} if DEBUG else json_log.LOGGING  # Django's own format shows more to a developer

# Static files

STATIC_URL = "/static/"  # with the leading "/", or Django would put the prefix of the first request before it
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / ".static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # uploads are rows, not files
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "web.static_files.CachedUrlStorage"},
}

# Security

SECRET_KEY = env_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = [env_secret("OLD_SECRET_KEY")] if env_text("OLD_SECRET_KEY") else []  # for two weeks after a change
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"  # Django's defaults don't exist here
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not PLAIN_HTTP
SECURE_SSL_REDIRECT = not PLAIN_HTTP
SECURE_SSL_HOST = SITE_URL.partition("://")[2] or None
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 63_072_000  # two years
# Both are hard to take back: one covers all subdomains, the other is a list in the browsers.
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = env_bool("HSTS_SUBDOMAINS"), env_bool("HSTS_PRELOAD")
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    raise ImproperlyConfigured(
        "HSTS_PRELOAD is on and HSTS_SUBDOMAINS is off. The preload list takes a site with both: set both, or neither."
    )
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # these ask for both
CSRF_COOKIE_HTTPONLY = False  # the editor's script reads it to send uploads
FIXED_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{directive} {source}" for directive, source in CONTENT_SECURITY_POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED_FEATURES),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 2**20  # bytes of a form: the longest text (documents.text.source.MAX_CHARACTERS), percent-encoded
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300  # a page of the admin's lists has a hundred boxes to tick
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 2**20  # as web.middleware.MAX_UPLOAD_BYTES, so that no upload is written to a disk
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
