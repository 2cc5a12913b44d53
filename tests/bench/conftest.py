"""The shipped library, and the site with its page cache as a WSGI server calls it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from documents.models import Document
from guides.views import PUBLIC_QUERIES
from web.cache_policy import is_public
from web.page_cache import PageCache

MANY = 1000
HOST = "testserver"


class Site:
    """The WSGI application of a worker. Counts the calls of functions, Python's and C's, for a request."""

    def __init__(self) -> None:
        self.application = PageCache(get_wsgi_application(), lambda: "as it is", is_public, HOST.__eq__, HOST, PUBLIC_QUERIES)
        self.status = ""
        self.headers: dict[str, str] = {}

    def calls_of_a_miss(self, path: str) -> int:
        self.application.clear(self.application.version)
        return self.calls(path)

    def calls(self, path: str, **headers: str) -> int:
        environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "QUERY_STRING": "", "HTTP_HOST": HOST, **headers}
        setup_testing_defaults(environ)
        counted = 0

        def count(frame: FrameType, event: str, argument: object) -> None:
            nonlocal counted
            counted += event in {"call", "c_call"}

        with staying_connected():
            sys.setprofile(count)
            try:
                b"".join(self.application(environ, self.start))
            finally:
                sys.setprofile(None)
        return counted

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
        self.status, self.headers = status, dict(headers)
        return lambda text: None


@contextmanager
def staying_connected() -> Iterator[None]:
    """Keeps Django from closing the connection around a request, which would end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def site(library) -> Site:
    return Site()


@pytest.fixture
def add_guides(library) -> Callable[[], None]:
    """Publishes a thousand more guides, copies of the first with other slugs and titles."""

    def add() -> None:
        first = Document.objects.get(slug="anxious")
        for number in range(MANY):
            first.pk, first.slug, first.title = None, f"another-{number}", f"Another guide {number}"
            copies.append(Document(**{field.attname: getattr(first, field.attname) for field in Document._meta.concrete_fields}))
        Document.objects.bulk_create(copies)

    copies: list[Document] = []
    return add
