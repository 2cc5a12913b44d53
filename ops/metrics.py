"""What is counted for Prometheus: kinds of pages, never paths, keys, addresses or people. Imported only where METRICS_PORT is set."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from time import perf_counter
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Gauge, Histogram

from documents.content_version import Site
from web.page_cache import Page, PageCache

METHODS = {"GET", "HEAD", "POST", "OPTIONS"}  # a client may invent others, which are one
KEEPING = {"quiz:take", "quiz:again"}  # the pages whose form, once kept, leads to a result by a 303
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

ANSWERED = Counter("safehaven_public_pages", "Public pages answered, from memory or made anew")
MADE = Counter("safehaven_public_pages_made", "Of the public pages answered, those that Django made; the others came from memory")
REQUESTS = Counter("safehaven_requests", "Requests that Django answered", ["method", "page", "status"])
SECONDS = Histogram("safehaven_request_seconds", "Time that Django took for an answer", ["page"], buckets=BUCKETS)
IN_PROGRESS = Gauge("safehaven_requests_in_progress", "Requests that Django is answering", multiprocess_mode="livesum")
KEPT = Counter("safehaven_results_kept", "Quiz results kept, or corrected by sending them again")
REFUSED = Counter("safehaven_refused", "Requests refused because one address or account sent too many (429)")
AWAY = Counter("safehaven_database_away", "Requests answered with 503: the database was away, or lacked a migration")
UNASKED = Gauge(
    "safehaven_state_unasked",
    "Workers that can't ask the database for the state of the published texts, and show pages as they were",
    multiprocess_mode="livesum",
)


class CountedPageCache(PageCache):
    """The library's counter takes a millionth of a second, so it is asked for each page."""

    def send(self, page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ANSWERED.inc()
        return super().send(page, environ, start_response)

    def keep(self, key: Hashable, page: Page, state: Hashable) -> None:
        MADE.inc()
        super().keep(key, page, state)


class CountedSite(Site):
    def renew(self, now: datetime) -> None:
        super().renew(now)
        UNASKED.set(self.log.is_failing)


class MetricsMiddleware:
    """The outermost middleware, so that it sees every answer of Django's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        with IN_PROGRESS.track_inprogress():
            response = self.get_response(request)
        count(request, response, perf_counter() - began)
        return response


def count(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    method, page, status = request.method, page_of(request), response.status_code
    REQUESTS.labels(method if method in METHODS else "other", page, f"{status // 100}xx").inc()
    SECONDS.labels(page).observe(seconds)
    if status == 303 and page in KEEPING:
        KEPT.inc()
    if status == 429:
        REFUSED.inc()
    if status == 503:
        AWAY.inc()


def page_of(request: HttpRequest) -> str:
    """The name of the address in urls.py, of which there are only so many."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"
