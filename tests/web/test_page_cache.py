"""The cache of public pages, called as a web server calls it, in front of a small application that records its requests."""

import gzip
import re
from email.utils import formatdate, parsedate_to_datetime
from hashlib import sha256
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.page_cache import ENTRY_BYTES, MAX_HOSTS, PageCache, first_accepted, negotiate_encoding, timestamp

HOST = "site.example"
PUBLIC = ("Cache-Control", "public, max-age=0")
TEXT = ("Content-Type", "text/html; charset=utf-8")
WORDS = b"Two people, one harbour. " * 80
DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}


PLAIN = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": HOST}
setup_testing_defaults(PLAIN)


class CachedSite:
    """An application with one page at each address, its cache, and the requests that reached the application."""

    def __init__(self, headers=(PUBLIC, TEXT), status="200 OK", body=WORDS, public=True, **options):
        self.headers, self.status, self.body = list(headers), status, body
        self.requests = []
        self.version: str | None = "monday"
        options = {"queries": {"steps=open"}, **options}
        self.cache = PageCache(validator(self.application), lambda: self.version, lambda path: public, self.is_allowed, HOST, **options)

    def is_allowed(self, host):
        return host.partition(":")[0].lower() in {HOST, "other.example"}

    def application(self, environ, start_response):
        self.requests.append(environ)
        del self.requests[:-100]
        start_response(self.status, self.headers)
        return [self.body[:7], self.body[7:]]

    def ask(self, path="/", method="GET", query="", host=HOST, environ=None, **headers):
        environ = {
            "SCRIPT_NAME": "",
            **(environ or {}),
            "PATH_INFO": path,
            "REQUEST_METHOD": method,
            "QUERY_STRING": query,
            "HTTP_HOST": host,
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        setup_testing_defaults(environ)
        started = []
        ask: Any = validator(self.cache)
        parts = ask(environ, lambda status, given, exc_info=None: started.append((status, given)))
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        [(status, given)] = started
        return Response(status, {name.lower(): value for name, value in given}, body)

    def ask_without_validator(self, **environ):
        """Skips the validator, which takes longer than the cache."""
        self.cache.application = self.application
        b"".join(self.cache({**PLAIN, **environ}, lambda status, headers, exc_info=None: bytes))


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = int(status[:3]), headers, body


def test_a_page_is_rendered_once_and_then_served_from_memory():
    site = CachedSite()
    pages = [
        site.ask("/guides/"),
        site.ask("/guides/"),
        site.ask("/guides/", accept_encoding="br"),
        site.ask("/guides/", method="HEAD"),
    ]
    assert [page.status for page in pages] == [200] * 4
    assert len(site.requests) == 1
    assert pages[0].body == pages[1].body == WORDS


def test_a_new_version_of_the_content_renders_every_page_again():
    site = CachedSite()
    site.ask()
    site.version, site.body = "tuesday", b"Two people, two harbours."
    assert site.ask().body == b"Two people, two harbours."


def test_nothing_is_cached_while_the_version_is_unknown():
    site = CachedSite()
    site.version = None
    assert [site.ask().body, site.ask().body] == [WORDS, WORDS]
    assert len(site.requests) == 2


def test_a_page_rendered_while_the_version_changed_is_sent_and_not_cached():
    site = CachedSite()
    site.ask("/elsewhere/")
    first = site.application

    def slow(environ, start_response):
        site.version, site.cache.application = "tuesday", first
        site.ask("/elsewhere/")  # another request, which finds the new version
        return first(environ, start_response)

    site.cache.application = slow
    site.ask("/")
    before = len(site.requests)
    site.ask("/")
    assert len(site.requests) == before + 1


@pytest.mark.parametrize(
    "options",
    [
        {"public": False},
        {"headers": [TEXT, ("Cache-Control", "private, no-cache")]},
        {"headers": [TEXT]},
        {"headers": [TEXT, PUBLIC, ("Set-Cookie", "a=b")]},
        {"status": "404 Not Found"},
        {"status": "301 Moved Permanently"},
        {"status": "500 Internal Server Error"},
    ],
)
def test_a_response_that_is_not_public_is_never_cached(options):
    site = CachedSite(**options)
    got = [site.ask(), site.ask()]
    assert len(site.requests) == 2
    assert got[1].body == WORDS
    assert "etag" not in got[1].headers


def test_a_post_is_never_answered_from_the_cache():
    site = CachedSite()
    site.ask()
    assert site.ask(method="POST").body == WORDS
    assert len(site.requests) == 2


def test_a_public_page_is_rendered_from_its_address_and_nothing_else_that_was_sent():
    site = CachedSite()
    sent = {"cookie": "a=b", "range": "bytes=0-1", "x_forwarded_host": "evil.example", "script_name": "/evil", "host": f"{HOST.upper()}:1"}
    site.ask(method="HEAD", query="utm_source=elsewhere", environ={"SCRIPT_NAME": "/evil", "SCRIPT_URL": "/evil/"}, **sent)
    site.ask("/other/")
    [one, other] = [{name: value for name, value in request.items() if not name.startswith("wsgi.")} for request in site.requests]
    assert one == {**other, "PATH_INFO": "/"}
    assert (one["REQUEST_METHOD"], one["QUERY_STRING"], one["SCRIPT_NAME"], one["HTTP_HOST"]) == ("GET", "", "", HOST)


def test_only_a_known_query_makes_another_page():
    site = CachedSite()
    for query in ("", "steps=open", "utm_source=elsewhere", "steps=open&x=1"):
        site.ask(query=query)
    assert [request["QUERY_STRING"] for request in site.requests] == ["", "steps=open"]


def test_another_scheme_is_another_page_and_another_allowed_host_is_not():
    site = CachedSite()
    site.ask()
    site.ask(host="other.example:81")
    assert len(site.requests) == 1
    site.ask(environ={"wsgi.url_scheme": "https"})
    assert len(site.requests) == 2


@pytest.mark.parametrize("host", ["", "evil.example", HOST + "." * 256])
def test_a_request_for_another_host_is_left_to_the_application_and_never_cached(host):
    site = CachedSite()
    site.ask()
    for _ in range(2):
        assert "etag" not in site.ask(host=host, cookie="a=b").headers
    assert [request["HTTP_HOST"] for request in site.requests] == [HOST, host, host]
    assert site.cache.hosts == {HOST}


def test_no_header_host_or_query_of_a_client_can_fill_the_memory():
    site = CachedSite()
    for number in range(30_000):
        site.ask_without_validator(HTTP_HOST=f"{HOST}:{number}", QUERY_STRING=f"q={number}", HTTP_ACCEPT_ENCODING=f"br;x={number}")
        site.ask_without_validator(HTTP_HOST=f"{number}.example", PATH_INFO=f"/{number}", HTTP_IF_MODIFIED_SINCE=str(number))
    assert len(site.cache.pages) == 1
    assert len(site.cache.hosts) <= MAX_HOSTS
    for number in range(3_000):
        site.ask_without_validator(PATH_INFO=f"/{number}")
        assert len(site.cache.pages) * ENTRY_BYTES < site.cache.bytes <= site.cache.max_bytes


def test_head_has_the_headers_of_get_and_no_body():
    site = CachedSite()
    head, get = site.ask(method="HEAD"), site.ask()
    assert head.headers == get.headers
    assert (head.body, get.headers["content-length"]) == (b"", str(len(WORDS)))


@pytest.mark.parametrize("coding", DECODE)
def test_each_encoding_is_the_same_page_with_another_etag(coding):
    site = CachedSite()
    got = site.ask(accept_encoding=coding)
    assert DECODE[coding](got.body) == WORDS
    assert (got.headers.get("content-encoding", "identity"), got.headers["vary"]) == (coding, "Accept-Encoding")
    assert got.headers["content-length"] == str(len(got.body))
    tags = {site.ask(accept_encoding=other).headers["etag"] for other in DECODE}
    assert len(tags) == 3
    assert got.headers["etag"] in tags


def test_images_are_not_compressed():
    got = CachedSite(headers=[PUBLIC, ("Content-Type", "image/webp")]).ask(accept_encoding="br")
    assert got.body == WORDS
    assert not {"vary", "content-encoding"} & set(got.headers)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("br;q=high", ""),
        ("br;level=4", ""),
    ],
)
def test_the_first_of_our_encodings_that_is_accepted(accepted, coding):
    assert negotiate_encoding(accepted) == coding


@given(st.text(max_size=80) | st.lists(st.sampled_from(["br", "gzip", ";q=", "0", "1", ".", ",", "*", " "])).map("".join))
def test_any_accept_encoding_gets_the_page(accepted):
    site = CachedSite()
    got = site.ask(accept_encoding=accepted)
    assert got.status == 200
    assert got.headers.get("content-encoding", "") == negotiate_encoding(accepted)


def test_a_header_longer_than_browsers_send_gets_the_page_and_is_not_cached():
    site = CachedSite()
    site.ask(accept_encoding="gzip", if_modified_since="Fri, 27 Nov 2026 12:00:00 GMT")
    remembered = first_accepted.cache_info().currsize, timestamp.cache_info().currsize
    got = site.ask(accept_encoding="gzip," + " " * 7900 + "x", if_modified_since="Fri, " + "2" * 7900)
    assert (got.status, got.body) == (200, WORDS)
    assert (first_accepted.cache_info().currsize, timestamp.cache_info().currsize) == remembered


def test_a_client_that_has_the_page_gets_a_304_without_a_body():
    site = CachedSite()
    tag = site.ask(accept_encoding="br").headers["etag"]
    for given_tags in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        got = site.ask(accept_encoding="br", if_none_match=given_tags)
        assert (got.status, got.body) == (304, b"")
        assert got.headers["etag"] == tag
        assert {"cache-control", "vary", "last-modified"} <= set(got.headers)
        assert not {"content-length", "content-type", "content-encoding"} & set(got.headers)


def test_a_tag_of_another_page_or_encoding_gets_the_page():
    site = CachedSite()
    tag = site.ask(accept_encoding="br").headers["etag"]
    for accepted, tags in (("gzip", tag), ("br", '"other"'), ("br", ""), ("br", tag.strip('"'))):
        assert site.ask(accept_encoding=accepted, if_none_match=tags).status == 200


def test_without_a_tag_the_date_decides():
    site = CachedSite()
    rendered_at = site.ask().headers["last-modified"]
    earlier = formatdate(parsedate_to_datetime(rendered_at).timestamp() - 1, usegmt=True)
    assert site.ask(if_modified_since=rendered_at).status == 304
    for since in (earlier, "no date", "", "Tue, 99 Nov 2026 99:99:99 GMT"):
        assert site.ask(if_modified_since=since).status == 200
    assert site.ask(if_modified_since=rendered_at, if_none_match='"other"').status == 200


def test_memory_is_bounded_and_the_oldest_page_goes_first():
    site = CachedSite(max_bytes=3 * (2 * ENTRY_BYTES + len(WORDS)))
    for path in "abcd":
        site.ask(f"/{path}")
    site.ask("/d")
    assert len(site.requests) == 4
    site.ask("/a")
    assert len(site.requests) == 5


def test_each_encoding_counts_against_the_memory():
    noise = b"".join(sha256(bytes([number])).digest() for number in range(32))  # which can't be compressed
    site = CachedSite(body=noise, max_bytes=5 * ENTRY_BYTES + int(2.5 * len(noise)))
    for path, coding in (("/a", "identity"), ("/a", "gzip"), ("/b", "gzip"), ("/a", "gzip")):
        site.ask(path, accept_encoding=coding)
    assert [request["PATH_INFO"] for request in site.requests] == ["/a", "/b", "/a"]


def test_a_page_dropped_while_it_is_encoded_does_not_count():
    site = CachedSite()
    site.ask("/a", accept_encoding="br")
    [page] = site.cache.pages.values()
    site.version = "tuesday"
    site.ask("/b", accept_encoding="br")
    site.cache.encode(page, "gzip")
    assert site.cache.bytes == sum(page.size for page in site.cache.pages.values())


def test_an_encoding_that_nobody_asks_for_takes_no_memory():
    site = CachedSite(body=b"Harbour. " * 1000, max_bytes=6 * ENTRY_BYTES + 9000)
    for path in "/a", "/b", "/c", "/a":
        site.ask(path, accept_encoding="br")
    assert [request["PATH_INFO"] for request in site.requests] == ["/a", "/b", "/c"]


@pytest.mark.parametrize("first", ["br", "gzip", "identity"])
@pytest.mark.parametrize("then", DECODE)
def test_a_page_is_the_same_whichever_encoding_was_asked_for_first(first, then):
    site = CachedSite()
    site.ask(accept_encoding=first)
    got = site.ask(accept_encoding=then)
    assert DECODE[then](got.body) == WORDS
    assert len(site.requests) == 1


def test_a_page_larger_than_the_cache_is_served():
    site = CachedSite(max_bytes=10)
    assert site.ask(accept_encoding="gzip").status == 200
    assert site.ask().body == WORDS


def test_the_etag_depends_on_the_body_alone():
    one, other = CachedSite(), CachedSite()
    assert one.ask().headers["etag"] == other.ask().headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', one.ask().headers["etag"])


HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)  # as a server hands bytes on
DATES = st.tuples(st.integers(-1, 99), st.sampled_from(["Jan", "Feb", "Foo"]), st.integers(-1, 99999)).map(
    lambda day: f"Tue, {day[0]} {day[1]} {day[2]} 99:00:61 GMT".replace("99:00:61", "23:59:59" if day[0] % 2 else "99:00:61")
)


@given(HEADER, HEADER | DATES, HEADER, HEADER, st.sampled_from(["GET", "HEAD"]))
def test_any_conditions_cookies_and_ranges_get_200_or_304(tags, since, cookie, coding, method):
    site = CachedSite()
    conditions = {"if_none_match": tags, "if_modified_since": since, "cookie": cookie, "range": cookie, "accept_encoding": coding}
    for given_headers in (
        conditions,
        {**conditions, "if_none_match": '"other"'},
        {name: value for name, value in conditions.items() if name != "if_none_match"},
    ):
        got = site.ask(method=method, **given_headers)
        assert got.status in {200, 304}
        assert (got.body == b"") or (got.status == 200 and method == "GET")
    assert len(site.requests) == 1


@given(st.lists(st.tuples(HEADER, HEADER), max_size=12))
def test_unknown_queries_make_no_pages_and_memory_stays_bounded(requested):
    site = CachedSite(max_bytes=3 * (2 * ENTRY_BYTES + len(WORDS)))
    for path, query in requested:
        site.ask(f"/{path}", query=query)
        assert site.cache.bytes <= site.cache.max_bytes
    assert len(site.cache.pages) <= len({path for path, _ in requested})
