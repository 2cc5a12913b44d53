"""Metrics for Prometheus, by name of the view and never by path, key, address or person. Imported only where METRICS_PORT is set."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from time import perf_counter
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Gauge, Histogram

from documents.content_version import PublishedContent
from web.page_cache import Page, PageCache

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}  # a client may make up others, which are counted as one
SUBMISSIONS = {"quiz:take", "quiz:again"}  # their forms redirect with 303 when a result was kept
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds

PUBLIC_PAGES = Counter("safehaven_public_pages", "Public pages sent, from memory or rendered")
PUBLIC_PAGES_RENDERED = Counter("safehaven_public_pages_made", "Public pages that Django rendered because they were not in memory")
REQUESTS = Counter("safehaven_requests", "Requests that Django answered", ["method", "page", "status"])
SECONDS = Histogram("safehaven_request_seconds", "Time that Django took for an answer", ["page"], buckets=BUCKETS)
IN_PROGRESS = Gauge("safehaven_requests_in_progress", "Requests that Django is answering", multiprocess_mode="livesum")
RESULTS_KEPT = Counter("safehaven_results_kept", "Quiz results kept, or corrected by sending them again")
REFUSED = Counter("safehaven_refused", "Requests refused because one address or account sent too many (429)")
DATABASE_AWAY = Counter("safehaven_database_away", "Requests answered with 503: the database was away, or lacked a migration")
VERSION_UNKNOWN = Gauge(
    "safehaven_state_unasked",
    "Workers that can't ask the database for the version of the published content, and show pages as they were",
    multiprocess_mode="livesum",
)


class CountedPageCache(PageCache):
    """Counts every page that is sent: incrementing a counter takes a microsecond."""

    def send(self, page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        PUBLIC_PAGES.inc()
        return super().send(page, environ, start_response)

    def add(self, key: Hashable, page: Page, version: Hashable) -> None:
        PUBLIC_PAGES_RENDERED.inc()
        super().add(key, page, version)


class CountedPublishedContent(PublishedContent):
    def refresh_database_version(self, now: datetime) -> None:
        super().refresh_database_version(now)
        VERSION_UNKNOWN.set(self.log.is_failing)


class MetricsMiddleware:
    """The outermost middleware, so that it counts every response of Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        with IN_PROGRESS.track_inprogress():
            response = self.get_response(request)
        record(request, response, perf_counter() - started)
        return response


def record(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    method, page, status = request.method, view_name(request), response.status_code
    REQUESTS.labels(method if method in METHODS else "other", page, f"{status // 100}xx").inc()
    SECONDS.labels(page).observe(seconds)
    if status == 303 and page in SUBMISSIONS:
        RESULTS_KEPT.inc()
    if status == 429:
        REFUSED.inc()
    if status == 503:
        DATABASE_AWAY.inc()


def view_name(request: HttpRequest) -> str:
    """Returns the name of the URL pattern, a label with few values; "static" or "none" where there is no pattern."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"
