"""The WSGI application: Django, and in front of it the cache of public pages."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()  # sets Django up, which the imports below need

from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.http.request import split_domain_port, validate_host  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from guides.views import PUBLIC_QUERIES  # noqa: E402
from web.cache_policy import is_public  # noqa: E402
from web.content_type import normalize  # noqa: E402

if not (settings.ALLOWED_HOSTS or settings.DEBUG):
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty. Write the names that the site is reached under, with commas between them.")


def normalized_application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = normalize(environ.get("CONTENT_TYPE", ""), environ["PATH_INFO"])
    response: Iterable[bytes] = django_application(environ, start_response)
    return response


def is_allowed(host: str) -> bool:
    """Whether ALLOWED_HOSTS has this Host."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def own_host() -> str:
    """Returns the host in SITE_URL, with its port if it has one."""
    scheme, _, host = settings.SITE_URL.partition("://")
    if not host:
        raise ImproperlyConfigured("SITE_URL is empty. Write the site's own address, such as https://example.org.")
    if scheme == "http" and not settings.PLAIN_HTTP:
        raise ImproperlyConfigured(f"SITE_URL is {settings.SITE_URL!r}, and the site is served by TLS. Write https://{host}.")
    if settings.ALLOWED_HOSTS and not is_allowed(host):
        raise ImproperlyConfigured(f"SITE_URL is {settings.SITE_URL!r}, a name that ALLOWED_HOSTS lacks. Add it there.")
    return host


# Without METRICS_PORT nothing of prometheus_client is imported.
page_cache_class = import_string("ops.metrics.CountedPageCache" if settings.METRICS else "web.page_cache.PageCache")
content = import_string("ops.metrics.CountedPublishedContent" if settings.METRICS else "documents.content_version.PublishedContent")()
application = page_cache_class(normalized_application, content.version, is_public, is_allowed, own_host(), PUBLIC_QUERIES)
