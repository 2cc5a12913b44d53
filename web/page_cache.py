"""Keeps whole public pages in memory, in front of Django, and answers them as bytes. Pure: WSGI alone, no Django.

A public page depends on nothing but its address, the state of the texts and the clock. So it is kept under its address, and all
are forgotten when `state()` gives another answer. The application that makes a page gets a request that has nothing else in it:
whatever a client or a proxy sends beside the address can't shape a page that others get too.
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
MOST_BYTES = 3 * 2**20  # of all pages together, in each worker: some three hundred, as browsers ask for them
ENTRY = 2 * 2**10  # bytes that a page takes beside its bodies, and once more for each encoding: headers, keys, objects (measured)
MOST_HOSTS, LONGEST_HOST = 64, 255  # names that are remembered as allowed, and the characters of one (a DNS name and a port)
READING = ("GET", "HEAD")
PORTS = {"http": "80", "https": "443"}
# Of the environ, what the server says of itself. All else that a page is made from is its address.
OF_THE_SERVER = ("wsgi.version", "wsgi.errors", "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once")
# Of the answer, what each encoding says anew.
OWN = {"content-length", "content-encoding", "etag", "last-modified", "vary", "date"}
TEXT = re.compile(r"text/|application/(?:xml|json|rss)|image/svg", re.IGNORECASE)  # the rest is compressed already
QUALITY = re.compile(
    r"\s*+(?P<coding>[^;\s]++)\s*+(?:;\s*+q\s*+=\s*+(?P<q>[\d.]++)\s*+)?"
)  # possessive: one way to read it, in linear time
LONGEST_HEADER = 200  # characters; browsers send under a hundred, and what is remembered of a header is remembered under its text
OK, NOT_MODIFIED = "200 OK", "304 Not Modified"


@dataclass(frozen=True)
class Form:
    """A page in one encoding, ready to be sent."""

    body: bytes
    etag: str
    headers: Headers

    @cached_property
    def unchanged(self) -> Headers:
        """The headers of a 304: all that the 200 has but what tells of the body (RFC 9110, 15.4.5)."""
        return [(name, value) for name, value in self.headers if name.lower() not in {"content-length", "content-type", "content-encoding"}]


class Page:
    """An answer of the application, and its encodings, each made when it is first asked for. What nobody asks for takes no room:
    the body is let go once there is an encoding to get it back from."""

    def __init__(self, headers: Headers, body: bytes, made_at: int) -> None:
        self.headers = [(name, value) for name, value in headers if name.lower() not in OWN]
        self.body: bytes | None = body
        self.digest = hashlib.sha256(body).hexdigest()[:32]
        self.made_at = made_at
        self.is_text = any(name.lower() == "content-type" and TEXT.match(value) for name, value in headers)
        self.forms: dict[str, Form] = {}

    @property
    def size(self) -> int:
        return ENTRY + len(self.body or b"") + sum(ENTRY + len(form.body) for form in self.forms.values())

    def encode(self, coding: str) -> Form:
        plain = self.plain()
        body = ENCODERS[coding](plain) if self.is_text else plain
        own = [("Content-Length", str(len(body))), ("Last-Modified", formatdate(self.made_at, usegmt=True))]
        etag = f'"{self.digest}"'
        if self.is_text:
            own += [("Vary", "Accept-Encoding")]
        if self.is_text and coding:
            own += [("Content-Encoding", coding)]
            etag = f'"{self.digest}-{coding}"'  # a strong tag stands for these very bytes
        self.forms[coding] = form = Form(body, etag, [*self.headers, *own, ("ETag", etag)])
        self.body = None
        return form

    def plain(self) -> bytes:
        if self.body is not None:
            return self.body
        coding, form = next(iter(self.forms.items()))
        return DECODERS[coding](form.body) if self.is_text else form.body


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=7),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "": lambda body: body,
}
DECODERS: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, "": lambda body: body}


def best_coding(accepted: str) -> str:
    """The first of our encodings that a request's Accept-Encoding allows (RFC 9110, 12.5.3); none where it says nothing, or too much."""
    return allowed_coding(accepted) if len(accepted) <= LONGEST_HEADER else ""


@lru_cache(maxsize=256)
def allowed_coding(accepted: str) -> str:
    weights = {}
    for part in accepted.lower().split(","):
        if match := QUALITY.fullmatch(part):
            weights[match["coding"]] = weight(match["q"])
    return next((coding for coding in ENCODERS if coding and weights.get(coding, weights.get("*", 0)) > 0), "")


def weight(quality: str | None) -> float:
    try:
        return 1.0 if quality is None else float(quality)
    except ValueError:
        return 0.0


def has_it(environ: WSGIEnvironment, form: Form, made_at: int) -> bool:
    """Whether the client's own copy is this one (RFC 9110, 13.2.2: the tag counts, and only without one the time)."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return form.etag in tags or tags.strip() == "*"
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    return since is not None and made_at <= seconds(since)


def seconds(date: str) -> float:
    """An HTTP date as seconds since 1970; a time before all of ours where it is none."""
    return timestamp(date) if len(date) <= LONGEST_HEADER else -1.0


@lru_cache(maxsize=256)
def timestamp(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return -1.0


class PageCache:
    """The layer. `state` says in what state the texts are, or None while nobody knows; `is_public` which paths are the same for
    everyone; `is_allowed` under which names (Host) the site answers, and `host` the name that pages are made under; `queries`
    which queries mean something on such a page: any other is taken for none."""

    def __init__(
        self,
        application: WSGIApplication,
        state: Callable[[], Hashable],
        is_public: Callable[[str], bool],
        is_allowed: Callable[[str], bool],
        host: str,
        queries: Container[str] = (),
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.application, self.state, self.is_public, self.queries, self.most_bytes = application, state, is_public, queries, most_bytes
        self.is_allowed, self.host = is_allowed, host
        self.hosts: set[str] = set()  # of those asked for, some that are allowed
        self.pages: dict[Hashable, Page] = {}
        self.known: Hashable = None  # the state that the pages were made in
        self.bytes = 0
        self.writing = RLock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST", "")
        if environ["REQUEST_METHOD"] not in READING or (host not in self.hosts and not self.accepts(host)):
            return self.application(environ, start_response)
        state = self.state()
        if state != self.known:
            self.forget(state)
        query = environ["QUERY_STRING"]
        if query and query not in self.queries:
            query = ""
        key = (environ["wsgi.url_scheme"], environ["PATH_INFO"], query)
        page = self.pages.get(key)
        if page is None:
            if not self.is_public(environ["PATH_INFO"]):
                return self.application(environ, start_response)
            answer = rendered(self.application, plain_request(environ, query, self.host))
            if not answer.may_be_kept:
                start_response(answer.status, answer.headers)
                return [answer.body]
            page = Page(answer.headers, answer.body, int(time()))
            page.encode(best_coding(environ.get("HTTP_ACCEPT_ENCODING", "")))  # before it takes the room of others
            self.keep(key, page, state)
        return self.send(page, environ, start_response)

    def accepts(self, host: str) -> bool:
        """Whether pages may be answered under this name; the application refuses the others. A client may send any number of names,
        so few are remembered, and none that is too long to be one."""
        if len(host) > LONGEST_HOST or not self.is_allowed(host):
            return False
        if len(self.hosts) >= MOST_HOSTS:
            self.hosts.clear()
        self.hosts.add(host)
        return True

    def send(self, page: Page, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        coding = best_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        form = page.forms.get(coding) or self.encode(page, coding)
        if has_it(environ, form, page.made_at):
            start_response(NOT_MODIFIED, form.unchanged)
            return []
        start_response(OK, form.headers)
        return [form.body] if environ["REQUEST_METHOD"] == "GET" else []

    def forget(self, state: Hashable) -> None:
        with self.writing:
            self.known, self.pages, self.bytes = state, {}, 0

    def keep(self, key: Hashable, page: Page, state: Hashable) -> None:
        """Not while nobody knows the state, nor when it has moved on since the page was begun."""
        with self.writing:
            if state is not None and state == self.known and key not in self.pages:
                self.pages[key] = page
                self.grow(page.size)

    def encode(self, page: Page, coding: str) -> Form:
        with self.writing:
            form = page.forms.get(coding)
            if form is None:  # nobody was quicker
                before = page.size
                form = page.encode(coding)
                if page in self.pages.values():  # and was not dropped meanwhile
                    self.grow(page.size - before)
        return form

    def grow(self, added: int) -> None:
        """Drops the oldest pages until all that is kept fits."""
        self.bytes += added
        while self.bytes > self.most_bytes and self.pages:
            self.bytes -= self.pages.pop(next(iter(self.pages))).size


@dataclass(frozen=True)
class Answer:
    """What the application answered, whole."""

    status: str
    headers: Headers
    body: bytes

    @property
    def may_be_kept(self) -> bool:
        named = {name.lower(): value for name, value in self.headers}
        return self.status == OK and "public" in named.get("cache-control", "") and "set-cookie" not in named


def plain_request(environ: WSGIEnvironment, query: str, host: str) -> WSGIEnvironment:
    """The same request by anybody: a GET of what the page's key holds, and nothing else that a client or a proxy sent."""
    scheme = environ["wsgi.url_scheme"]
    return {
        **{name: environ[name] for name in OF_THE_SERVER},
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(),
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": environ["PATH_INFO"],
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": host,
        "SERVER_PORT": PORTS[scheme],
        "HTTP_HOST": host,
    }


def rendered(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    told: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        told.append((status, headers))
        return written.append

    parts = application(environ, start)
    try:
        written.extend(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    status, headers = told[-1]
    return Answer(status, headers, b"".join(written))
