"""The cache of public pages, asked as a web server asks it, in front of a small application that counts its work."""

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

from web.page_cache import ENTRY, MOST_HOSTS, PageCache, allowed_coding, best_coding, timestamp

HOST = "site.example"
PUBLIC = ("Cache-Control", "public, max-age=0")
TEXT = ("Content-Type", "text/html; charset=utf-8")
WORDS = b"Two people, one harbour. " * 80
DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}


PLAIN = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": HOST}
setup_testing_defaults(PLAIN)


class House:
    """An application with one page at each address, its cache, and what the application was asked."""

    def __init__(self, headers=(PUBLIC, TEXT), status="200 OK", body=WORDS, public=True, **options):
        self.headers, self.status, self.body = list(headers), status, body
        self.asked = []
        self.now: str | None = "monday"
        options = {"queries": {"steps=open"}, **options}
        self.cache = PageCache(validator(self.application), lambda: self.now, lambda path: public, self.is_allowed, HOST, **options)

    def is_allowed(self, host):
        return host.partition(":")[0].lower() in {HOST, "other.example"}

    def application(self, environ, start_response):
        self.asked.append(environ)
        del self.asked[:-100]
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
        told = []
        ask: Any = validator(self.cache)
        parts = ask(environ, lambda status, given, exc_info=None: told.append((status, given)))
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        [(status, given)] = told
        return Got(status, {name.lower(): value for name, value in given}, body)

    def ask_quickly(self, **environ):
        """Without the validator, which takes longer than the cache."""
        self.cache.application = self.application
        b"".join(self.cache({**PLAIN, **environ}, lambda status, headers, exc_info=None: bytes))


class Got:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = int(status[:3]), headers, body


def test_a_page_is_made_once_and_then_served_from_memory():
    house = House()
    pages = [
        house.ask("/guides/"),
        house.ask("/guides/"),
        house.ask("/guides/", accept_encoding="br"),
        house.ask("/guides/", method="HEAD"),
    ]
    assert [page.status for page in pages] == [200] * 4
    assert len(house.asked) == 1
    assert pages[0].body == pages[1].body == WORDS


def test_another_state_of_the_texts_makes_every_page_anew():
    house = House()
    house.ask()
    house.now, house.body = "tuesday", b"Two people, two harbours."
    assert house.ask().body == b"Two people, two harbours."


def test_nothing_is_kept_while_nobody_knows_the_state():
    house = House()
    house.now = None
    assert [house.ask().body, house.ask().body] == [WORDS, WORDS]
    assert len(house.asked) == 2


def test_a_page_begun_in_an_older_state_is_shown_and_not_kept():
    house = House()
    house.ask("/elsewhere/")
    first = house.application

    def slow(environ, start_response):
        house.now, house.cache.application = "tuesday", first
        house.ask("/elsewhere/")  # somebody else comes meanwhile, and the cache learns of it
        return first(environ, start_response)

    house.cache.application = slow
    house.ask("/")
    before = len(house.asked)
    house.ask("/")
    assert len(house.asked) == before + 1


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
def test_what_is_not_for_everyone_is_never_kept(options):
    house = House(**options)
    got = [house.ask(), house.ask()]
    assert len(house.asked) == 2
    assert got[1].body == WORDS
    assert "etag" not in got[1].headers


def test_what_writes_goes_straight_through():
    house = House()
    house.ask()
    assert house.ask(method="POST").body == WORDS
    assert len(house.asked) == 2


def test_a_page_for_all_is_made_of_its_address_and_of_nothing_else_that_was_sent():
    house = House()
    sent = {"cookie": "a=b", "range": "bytes=0-1", "x_forwarded_host": "evil.example", "script_name": "/evil", "host": f"{HOST.upper()}:1"}
    house.ask(method="HEAD", query="utm_source=elsewhere", environ={"SCRIPT_NAME": "/evil", "SCRIPT_URL": "/evil/"}, **sent)
    house.ask("/other/")
    [one, other] = [{name: value for name, value in asked.items() if not name.startswith("wsgi.")} for asked in house.asked]
    assert one == {**other, "PATH_INFO": "/"}
    assert (one["REQUEST_METHOD"], one["QUERY_STRING"], one["SCRIPT_NAME"], one["HTTP_HOST"]) == ("GET", "", "", HOST)


def test_a_query_makes_another_page_only_where_it_means_something():
    house = House()
    for query in ("", "steps=open", "utm_source=elsewhere", "steps=open&x=1"):
        house.ask(query=query)
    assert [asked["QUERY_STRING"] for asked in house.asked] == ["", "steps=open"]


def test_another_scheme_is_another_page_and_another_name_of_the_site_is_not():
    house = House()
    house.ask()
    house.ask(host="other.example:81")
    assert len(house.asked) == 1
    house.ask(environ={"wsgi.url_scheme": "https"})
    assert len(house.asked) == 2


@pytest.mark.parametrize("host", ["", "evil.example", HOST + "." * 256])
def test_what_is_asked_for_under_a_name_of_somebody_elses_is_the_applications_to_refuse_and_never_kept(host):
    house = House()
    house.ask()
    for _ in range(2):
        assert "etag" not in house.ask(host=host, cookie="a=b").headers
    assert [asked["HTTP_HOST"] for asked in house.asked] == [HOST, host, host]
    assert house.cache.hosts == {HOST}


def test_nothing_that_a_stranger_may_choose_takes_more_and_more_memory():
    house = House()
    for number in range(30_000):
        house.ask_quickly(HTTP_HOST=f"{HOST}:{number}", QUERY_STRING=f"q={number}", HTTP_ACCEPT_ENCODING=f"br;x={number}")
        house.ask_quickly(HTTP_HOST=f"{number}.example", PATH_INFO=f"/{number}", HTTP_IF_MODIFIED_SINCE=str(number))
    assert len(house.cache.pages) == 1
    assert len(house.cache.hosts) <= MOST_HOSTS
    for number in range(3_000):
        house.ask_quickly(PATH_INFO=f"/{number}")
        assert len(house.cache.pages) * ENTRY < house.cache.bytes <= house.cache.most_bytes


def test_head_has_the_headers_of_get_and_no_body():
    house = House()
    head, get = house.ask(method="HEAD"), house.ask()
    assert head.headers == get.headers
    assert (head.body, get.headers["content-length"]) == (b"", str(len(WORDS)))


@pytest.mark.parametrize("coding", DECODE)
def test_each_encoding_holds_the_same_page_under_a_tag_of_its_own(coding):
    house = House()
    got = house.ask(accept_encoding=coding)
    assert DECODE[coding](got.body) == WORDS
    assert (got.headers.get("content-encoding", "identity"), got.headers["vary"]) == (coding, "Accept-Encoding")
    assert got.headers["content-length"] == str(len(got.body))
    tags = {house.ask(accept_encoding=other).headers["etag"] for other in DECODE}
    assert len(tags) == 3
    assert got.headers["etag"] in tags


def test_pictures_are_sent_as_they_are():
    got = House(headers=[PUBLIC, ("Content-Type", "image/webp")]).ask(accept_encoding="br")
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
def test_the_best_encoding_that_is_accepted(accepted, coding):
    assert best_coding(accepted) == coding


@given(st.text(max_size=80) | st.lists(st.sampled_from(["br", "gzip", ";q=", "0", "1", ".", ",", "*", " "])).map("".join))
def test_any_accept_encoding_is_answered(accepted):
    house = House()
    got = house.ask(accept_encoding=accepted)
    assert got.status == 200
    assert got.headers.get("content-encoding", "") == best_coding(accepted)


def test_a_header_longer_than_any_browser_sends_is_answered_and_not_remembered():
    house = House()
    house.ask(accept_encoding="gzip", if_modified_since="Fri, 27 Nov 2026 12:00:00 GMT")
    remembered = allowed_coding.cache_info().currsize, timestamp.cache_info().currsize
    got = house.ask(accept_encoding="gzip," + " " * 7900 + "x", if_modified_since="Fri, " + "2" * 7900)
    assert (got.status, got.body) == (200, WORDS)
    assert (allowed_coding.cache_info().currsize, timestamp.cache_info().currsize) == remembered


def test_who_has_the_page_already_is_told_so_and_sent_nothing():
    house = House()
    tag = house.ask(accept_encoding="br").headers["etag"]
    for given_tags in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        got = house.ask(accept_encoding="br", if_none_match=given_tags)
        assert (got.status, got.body) == (304, b"")
        assert got.headers["etag"] == tag
        assert {"cache-control", "vary", "last-modified"} <= set(got.headers)
        assert not {"content-length", "content-type", "content-encoding"} & set(got.headers)


def test_a_tag_of_another_page_or_encoding_gets_the_page():
    house = House()
    tag = house.ask(accept_encoding="br").headers["etag"]
    for accepted, tags in (("gzip", tag), ("br", '"other"'), ("br", ""), ("br", tag.strip('"'))):
        assert house.ask(accept_encoding=accepted, if_none_match=tags).status == 200


def test_where_there_is_no_tag_the_time_decides():
    house = House()
    made = house.ask().headers["last-modified"]
    earlier = formatdate(parsedate_to_datetime(made).timestamp() - 1, usegmt=True)
    assert house.ask(if_modified_since=made).status == 304
    for since in (earlier, "no date", "", "Tue, 99 Nov 2026 99:99:99 GMT"):
        assert house.ask(if_modified_since=since).status == 200
    assert house.ask(if_modified_since=made, if_none_match='"other"').status == 200


def test_memory_is_bounded_and_the_oldest_page_goes_first():
    house = House(most_bytes=3 * (2 * ENTRY + len(WORDS)))
    for path in "abcd":
        house.ask(f"/{path}")
    house.ask("/d")
    assert len(house.asked) == 4
    house.ask("/a")
    assert len(house.asked) == 5


def test_each_encoding_that_is_asked_for_counts_as_memory():
    noise = b"".join(sha256(bytes([number])).digest() for number in range(32))  # can not be compressed
    house = House(body=noise, most_bytes=5 * ENTRY + int(2.5 * len(noise)))
    for path, coding in (("/a", "identity"), ("/a", "gzip"), ("/b", "gzip"), ("/a", "gzip")):
        house.ask(path, accept_encoding=coding)
    assert [asked["PATH_INFO"] for asked in house.asked] == ["/a", "/b", "/a"]


def test_a_page_that_was_dropped_while_somebody_encoded_it_takes_no_memory():
    house = House()
    house.ask("/a", accept_encoding="br")
    [page] = house.cache.pages.values()
    house.now = "tuesday"
    house.ask("/b", accept_encoding="br")
    house.cache.encode(page, "gzip")
    assert house.cache.bytes == sum(page.size for page in house.cache.pages.values())


def test_an_encoding_that_nobody_asks_for_takes_no_memory():
    house = House(body=b"Harbour. " * 1000, most_bytes=6 * ENTRY + 9000)
    for path in "/a", "/b", "/c", "/a":
        house.ask(path, accept_encoding="br")
    assert [asked["PATH_INFO"] for asked in house.asked] == ["/a", "/b", "/c"]


@pytest.mark.parametrize("first", ["br", "gzip", "identity"])
@pytest.mark.parametrize("then", DECODE)
def test_a_page_is_the_same_in_whatever_encoding_it_was_asked_for_first(first, then):
    house = House()
    house.ask(accept_encoding=first)
    got = house.ask(accept_encoding=then)
    assert DECODE[then](got.body) == WORDS
    assert len(house.asked) == 1


def test_a_page_larger_than_all_the_memory_is_served_all_the_same():
    house = House(most_bytes=10)
    assert house.ask(accept_encoding="gzip").status == 200
    assert house.ask().body == WORDS


def test_the_tag_tells_the_body_and_nothing_else():
    one, other = House(), House()
    assert one.ask().headers["etag"] == other.ask().headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', one.ask().headers["etag"])


HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)  # as a server hands bytes on
DATES = st.tuples(st.integers(-1, 99), st.sampled_from(["Jan", "Feb", "Foo"]), st.integers(-1, 99999)).map(
    lambda day: f"Tue, {day[0]} {day[1]} {day[2]} 99:00:61 GMT".replace("99:00:61", "23:59:59" if day[0] % 2 else "99:00:61")
)


@given(HEADER, HEADER | DATES, HEADER, HEADER, st.sampled_from(["GET", "HEAD"]))
def test_any_conditions_cookies_and_ranges_are_answered_with_the_page_or_that_it_has_not_changed(tags, since, cookie, coding, method):
    house = House()
    asked = {"if_none_match": tags, "if_modified_since": since, "cookie": cookie, "range": cookie, "accept_encoding": coding}
    for given_headers in (
        asked,
        {**asked, "if_none_match": '"other"'},
        {name: value for name, value in asked.items() if name != "if_none_match"},
    ):
        got = house.ask(method=method, **given_headers)
        assert got.status in {200, 304}
        assert (got.body == b"") or (got.status == 200 and method == "GET")
    assert len(house.asked) == 1


@given(st.lists(st.tuples(HEADER, HEADER), max_size=12))
def test_no_query_makes_a_page_of_its_own_and_memory_stays_bounded(asked):
    house = House(most_bytes=3 * (2 * ENTRY + len(WORDS)))
    for path, query in asked:
        house.ask(f"/{path}", query=query)
        assert house.cache.bytes <= house.cache.most_bytes
    assert len(house.cache.pages) <= len({path for path, _ in asked})
