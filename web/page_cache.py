"""A WSGI middleware that keeps public pages in memory, ready to be sent. Pure: WSGI alone, no Django.

A public page depends on nothing but its address, the published content and the clock. So it is kept under its address, and all pages
are dropped when `content_version()` changes. The application that renders a page gets a request with nothing else in it: no other
header of a client or a proxy can influence a page that others get too.
Protocol: PEP 3333; RFC 9110 (conditional requests, encodings), RFC 9111.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Container, Hashable, Iterable
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import cached_property, lru_cache
from io import BytesIO
from threading import RLock
from time import time
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import brotli

Headers = list[tuple[str, str]]
MAX_BYTES = 3 * 2**20  # of all pages together, in each worker: some three hundred, in the encodings that browsers ask for
ENTRY_BYTES = 2 * 2**10  # measured: what a page takes besides its bodies, and each variant once more, in headers, keys and objects
MAX_HOSTS, MAX_HOST_LENGTH = 64, 255  # a DNS name and a port have at most 255 characters
MAX_HEADER_LENGTH = 200  # characters; browsers send under a hundred, and the caches below keep each header as their key
SAFE_METHODS = ("GET", "HEAD")
DEFAULT_PORTS = {"http": "80", "https": "443"}
SERVER_VARIABLES = ("wsgi.version", "wsgi.errors", "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once")
VARIANT_HEADERS = {"content-length", "content-encoding", "etag", "last-modified", "vary", "date"}  # each variant has its own
COMPRESSIBLE = re.compile(r"text/|application/(?:xml|json|rss)|image/svg", re.IGNORECASE)
QUALITY = re.compile(r"\s*+(?P<coding>[^;\s]++)\s*+(?:;\s*+q\s*+=\s*+(?P<q>[\d.]++)\s*+)?")  # possessive: one way to match, in linear time
OK, NOT_MODIFIED = "200 OK", "304 Not Modified"


@dataclass(frozen=True)
class Variant:
    """A page in one encoding (RFC 9110, 8.4: a selected representation), ready to be sent."""

    body: bytes
    etag: str
    headers: Headers

    @cached_property
    def not_modified_headers(self) -> Headers:
        """The headers of a 304: those of the 200 without the ones that describe its body (RFC 9110, 15.4.5)."""
        return [(name, value) for name, value in self.headers if name.lower() not in {"content-length", "content-type", "content-encoding"}]


class Page:
    """A response of the application and its variants, each encoded when it is first asked for.

    Once there is a variant, the plain body is decoded from it, so that an encoding which nobody asks for takes no memory.
    """

    def __init__(self, headers: Headers, body: bytes, rendered_at: int) -> None:
        self.headers = [(name, value) for name, value in headers if name.lower() not in VARIANT_HEADERS]
        self.body: bytes | None = body
        self.digest = hashlib.sha256(body).hexdigest()[:32]
        self.rendered_at = rendered_at  # seconds since 1970
        self.is_compressible = any(name.lower() == "content-type" and COMPRESSIBLE.match(value) for name, value in headers)
        self.variants: dict[str, Variant] = {}

    @property
    def size(self) -> int:
        """Bytes of memory, as counted against `PageCache.max_bytes`."""
        return ENTRY_BYTES + len(self.body or b"") + sum(ENTRY_BYTES + len(variant.body) for variant in self.variants.values())

    def encode(self, coding: str) -> Variant:
        plain = self.plain_body()
        body = ENCODERS[coding](plain) if self.is_compressible else plain
        own = [("Content-Length", str(len(body))), ("Last-Modified", formatdate(self.rendered_at, usegmt=True))]
        etag = f'"{self.digest}"'
        if self.is_compressible:
            own += [("Vary", "Accept-Encoding")]
        if self.is_compressible and coding:
            own += [("Content-Encoding", coding)]
            etag = f'"{self.digest}-{coding}"'  # a strong tag identifies these very bytes
        self.variants[coding] = variant = Variant(body, etag, [*self.headers, *own, ("ETag", etag)])
        self.body = None
        return variant

    def plain_body(self) -> bytes:
        if self.body is not None:
            return self.body
        coding, variant = next(iter(self.variants.items()))
        return DECODERS[coding](variant.body) if self.is_compressible else variant.body


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=7),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "": lambda body: body,
}
DECODERS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, "": lambda body: body}


def negotiate_encoding(accept_encoding: str) -> str:
    """Returns the first of ENCODERS that the header allows (RFC 9110, 12.5.3); "" where it allows none or is too long."""
    return first_accepted(accept_encoding) if len(accept_encoding) <= MAX_HEADER_LENGTH else ""


@lru_cache(maxsize=256)
def first_accepted(accept_encoding: str) -> str:
    weights = {}
    for part in accept_encoding.lower().split(","):
        if match := QUALITY.fullmatch(part):
            weights[match["coding"]] = weight(match["q"])
    return next((coding for coding in ENCODERS if coding and weights.get(coding, weights.get("*", 0)) > 0), "")


def weight(quality: str | None) -> float:
    try:
        return 1.0 if quality is None else float(quality)
    except ValueError:
        return 0.0


def is_not_modified(environ: WSGIEnvironment, variant: Variant, rendered_at: int) -> bool:
    """Whether the client already has this variant (RFC 9110, 13.2.2: its tags decide, and its date only where it sends none)."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return variant.etag in tags or tags.strip() == "*"
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and rendered_at <= parse_http_date(since)


def parse_http_date(date: str) -> float:
    """Returns seconds since 1970; -1 where `date` is not an HTTP date, which is before every page."""
    return timestamp(date) if len(date) <= MAX_HEADER_LENGTH else -1.0


@lru_cache(maxsize=256)
def timestamp(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return -1.0


class PageCache:
    """The middleware.

    `content_version` returns the version of the published content, or None while it is unknown; `is_public`, whether a path is a page
    that is the same for everyone; `is_allowed`, whether the site answers under a Host. Pages are rendered for `host`. `queries` are the
    query strings that a public page knows: any other is ignored.
    """

    def __init__(
        self,
        application: WSGIApplication,
        content_version: Callable[[], Hashable],
        is_public: Callable[[str], bool],
        is_allowed: Callable[[str], bool],
        host: str,
        queries: Container[str] = (),
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.application, self.content_version, self.is_public = application, content_version, is_public
        self.is_allowed, self.host, self.queries, self.max_bytes = is_allowed, host, queries, max_bytes
        self.hosts: set[str] = set()  # allowed ones among those asked for
        self.pages: dict[Hashable, Page] = {}
        self.version: Hashable = None  # of the content in `pages`
        self.bytes = 0
        self.lock = RLock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if environ["REQUEST_METHOD"] not in SAFE_METHODS or (host not in self.hosts and not self.allow_host(host)):
            return self.application(environ, start_response)
        version = self.content_version()
        if version != self.version:
            self.clear(version)
        query = environ["QUERY_STRING"]
        if query and query not in self.queries:
            query = ""
        key = (environ["wsgi.url_scheme"], environ["PATH_INFO"], query)
        page = self.pages.get(key)
        if page is None:
            if not self.is_public(environ["PATH_INFO"]):
                return self.application(environ, start_response)
            response = complete_response(self.application, anonymous_request(environ, query, self.host))
            if not response.is_cacheable:
                start_response(response.status, response.headers)
                return [response.body]
            page = Page(response.headers, response.body, int(time()))
            page.encode(negotiate_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))  # compressed before its size is counted
            self.add(key, page, version)
        return self.send(page, environ, start_response)

    def allow_host(self, host: str) -> bool:
        """Remembers the Host if pages may be sent under it, and returns whether they may; the application refuses the others.

        A client may send any number of names, so only a few are remembered, and none that is too long.
        """
        if len(host) > MAX_HOST_LENGTH or not self.is_allowed(host):
            return False
        if len(self.hosts) >= MAX_HOSTS:
            self.hosts.clear()
        self.hosts.add(host)
        return True

    def send(self, page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        coding = negotiate_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        variant = page.variants.get(coding) or self.encode(page, coding)
        if is_not_modified(environ, variant, page.rendered_at):
            start_response(NOT_MODIFIED, variant.not_modified_headers)
            return []
        start_response(OK, variant.headers)
        return [variant.body] if environ["REQUEST_METHOD"] == "GET" else []

    def clear(self, version: Hashable) -> None:
        with self.lock:
            self.version, self.pages, self.bytes = version, {}, 0

    def add(self, key: Hashable, page: Page, version: Hashable) -> None:
        """Adds a page, unless the version is unknown or has changed while the page was rendered."""
        with self.lock:
            if version is not None and version == self.version and key not in self.pages:
                self.pages[key] = page
                self.bytes += page.size
                self.evict_oldest()

    def encode(self, page: Page, coding: str) -> Variant:
        with self.lock:
            variant = page.variants.get(coding)
            if variant is None:  # no other thread was quicker
                size_before = page.size
                variant = page.encode(coding)
                if page in self.pages.values():  # it may have been dropped meanwhile
                    self.bytes += page.size - size_before
                    self.evict_oldest()
        return variant

    def evict_oldest(self) -> None:
        """Drops the oldest pages until the others have at most `max_bytes`."""
        while self.bytes > self.max_bytes and self.pages:
            self.bytes -= self.pages.pop(next(iter(self.pages))).size


@dataclass(frozen=True)
class Response:
    """A complete response of the application."""

    status: str
    headers: Headers
    body: bytes

    @property
    def is_cacheable(self) -> bool:
        headers = {name.lower(): value for name, value in self.headers}
        return self.status == OK and "public" in headers.get("cache-control", "") and "set-cookie" not in headers


def anonymous_request(environ: WSGIEnvironment, query: str, host: str) -> WSGIEnvironment:
    """Returns a GET request for the page's key, without anything else that a client or a proxy sent."""
    scheme = environ["wsgi.url_scheme"]
    return {
        **{name: environ[name] for name in SERVER_VARIABLES},
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(),
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": environ["PATH_INFO"],
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": host,
        "SERVER_PORT": DEFAULT_PORTS[scheme],
        "HTTP_HOST": host,
    }


def complete_response(application: WSGIApplication, environ: WSGIEnvironment) -> Response:
    """Calls the application and collects its whole body."""
    started: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        started.append((status, headers))
        return written.append

    parts = application(environ, start_response)
    try:
        written.extend(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    status, headers = started[-1]
    return Response(status, headers, b"".join(written))
