"""No request can change what the next reader of a cached page gets, even where every proxy is trusted, as in compose.yaml."""

from collections.abc import Iterator

import pytest
from django.urls import resolve

from tests.support.checkout import Released
from tests.support.gunicorn import Response, Site, serve
from tests.support.routes import every_route

GUIDE = "/guides/anxious/"
CLEAR_CACHE = "/clear-cache"  # tests/web/clearable_cache.py
CACHED = ("/", "/guides/", GUIDE, f"{GUIDE}?steps=open", "/quiz/", "/help/", "/about/", "/privacy/", "/robots.txt", "/sitemap.xml")
PICTURE = "picture"  # its address is a digest of its bytes
ELSEWHERE = "evil.example"
# Headers that some proxy, framework or cache is known to obey, each with a value that would show in a page.
SENT = [
    *((name, ELSEWHERE) for name in ("X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-HTTP-Host-Override", "X-Original-Host")),
    *((name, "/evil") for name in ("X-Forwarded-Prefix", "X-Forwarded-Path", "X-Script-Name", "X-Forwarded-Uri", "X-Proxy-Path")),
    *((name, "/about/") for name in ("X-Original-URL", "X-Rewrite-URL", "Path-Info", "PATH_INFO", "Request-Uri", "Redirect-Url")),
    *((name, "/") for name in ("SCRIPT_NAME", "Script-Name", "SCRIPT_URL", "HTTP_SCRIPT_NAME")),
    *((name, "POST") for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "REQUEST_METHOD")),
    *((name, "https") for name in ("X-Forwarded-Scheme", "X-Url-Scheme", "X-Forwarded-Protocol", "WSGI_URL_SCHEME")),
    *((name, "198.51.100.66") for name in ("X-Forwarded-For", "X-Real-IP", "Client-IP", "True-Client-IP", "REMOTE_ADDR")),
    ("X-Forwarded-Ssl", "on"),
    ("Front-End-Https", "on"),
    ("X-Forwarded-Port", "6666"),
    ("SERVER_NAME", ELSEWHERE),
    ("Forwarded", f"for=198.51.100.66;host={ELSEWHERE};proto=https"),
    ("Via", f"1.1 {ELSEWHERE}"),
    ("Host", "127.0.0.1.:6666"),
    ("Host", ELSEWHERE),
    ("Host", f"{ELSEWHERE}#"),
    ("Origin", f"https://{ELSEWHERE}"),
    ("Referer", f"https://{ELSEWHERE}/"),
    ("Cookie", "csrftoken=a; sessionid=b; messages=c"),
    ("Authorization", "Basic ZXZpbDpldmls"),
    ("REMOTE_USER", "editor"),
    ("User-Agent", "<script>alert(1)</script>"),
    ("Accept", "application/json"),
    ("Accept-Language", "de"),
    ("Accept-Encoding", "gzip;q=0.1, br"),
    ("Accept-Charset", "utf-16"),
    ("Content-Type", "text/html; charset=utf-16"),
    ("Content-Length", "3"),
    ("Transfer-Encoding", "chunked"),
    ("Range", "bytes=0-9"),
    ("If-None-Match", "*"),
    ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
    ("If-Match", '"evil"'),
    ("If-Range", '"evil"'),
    ("Cache-Control", "no-transform"),
    ("Save-Data", "on"),
    ("Upgrade", "h2c"),
    ("X-Requested-With", "XMLHttpRequest"),
]


@pytest.fixture(scope="module")
def site(released: Released) -> Iterator[Site]:
    trusting = {"FORWARDED_ALLOW_IPS": "*"}
    with serve(released.folder, released.url, workers=1, application="tests.web.clearable_cache", **trusting) as site:
        yield site


@pytest.fixture(scope="module")
def clean(site: Site) -> dict[str, Response]:
    """Each page as the first reader after the cache was cleared gets it."""
    site.ask("GET", CLEAR_CACHE)
    return {path: without_time(site.ask("GET", path)) for path in CACHED}


def without_time(answer: Response) -> Response:
    changing = {"Date", "Last-Modified"}
    return Response(answer.status_code, answer.content, {name: value for name, value in answer.headers.items() if name not in changing})


def poisoned(site: Site, path: str, name: str, value: str) -> Response:
    """Returns what the next reader gets of a page that was first requested with this header."""
    body = {"Content-Length": "abc", "Transfer-Encoding": "0\r\n\r\n"}.get(name)
    site.ask("GET", path, body, **{name: value})
    return without_time(site.ask("GET", path))


@pytest.mark.parametrize(("name", "value"), SENT, ids=[f"{name}: {value[:30]}" for name, value in SENT])
def test_the_next_reader_gets_the_same_bytes_whatever_header_the_first_one_sent(site, clean, name, value):
    site.ask("GET", CLEAR_CACHE)
    assert {path: poisoned(site, path, name, value) for path in CACHED} == clean


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script-Name", "X-Script-Name", "X-Forwarded-Prefix", "SCRIPT_URL"])
def test_no_header_puts_a_prefix_before_the_sites_addresses(site, clean, name):
    site.ask("GET", CLEAR_CACHE)
    for path in CACHED:
        assert site.ask("GET", f"/evil{path}", **{name: "/evil"}).status_code == 404
        assert without_time(site.ask("GET", path)) == clean[path]


def test_pages_link_to_the_sites_own_address_whatever_the_host(site, clean):
    site.ask("GET", CLEAR_CACHE)
    site.ask("GET", GUIDE, Host="127.0.0.1:6666")
    page = site.ask("GET", GUIDE, Host="127.0.0.1.").content.decode()
    assert f'<link rel="canonical" href="http://127.0.0.1:{site.port}{GUIDE}">' in page
    assert "6666" not in page


def test_another_host_never_gets_a_cached_page(site, clean):
    for path in CACHED:
        assert site.ask("GET", path).status_code == 200
        assert site.ask("GET", path, Host=ELSEWHERE).status_code == 400


def test_every_cached_page_is_tested_here():
    public = {pattern.name for _, pattern in every_route() if getattr(pattern.callback, "is_public", False)}
    assert public == {resolve(path.partition("?")[0]).url_name for path in CACHED} | {PICTURE}
