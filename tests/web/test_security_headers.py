"""What every response of the site in production says to browsers and caches."""

import re

import psycopg
import pytest

from tests.support.gunicorn import Response, serve
from tests.support.images import image_bytes
from tests.support.quiz_taker import Taker
from tests.support.security_headers import assert_security_headers
from tests.web.conftest import TLS
from web.middleware import MAX_FORM_BYTES

HSTS = "max-age=63072000"


@pytest.fixture(scope="module")
def responses(visitor, deployed) -> dict[str, Response]:
    """One answer of each kind, by its name."""
    page = visitor.get("/guides/anxious/")
    [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', page.content.decode())
    taker = Taker(visitor)
    form = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes", **dict.fromkeys(taker.items, "5")}
    hidden = "0" * 64
    with psycopg.connect(deployed[1], autocommit=True) as link:
        link.execute(
            "INSERT INTO documents_picture (digest, content, width, height, uploaded_at) VALUES (decode(%s, 'hex'), %s, 1, 1, now())",
            [hidden, image_bytes("WEBP")],
        )
    return {
        "a page": page,
        "a page out of the cache": visitor.get("/guides/anxious/"),
        "a page that has not changed": visitor.get("/guides/anxious/", **{"If-None-Match": page.headers["ETag"]}),
        "no page": visitor.get("/no-such-page/"),
        "no guide": visitor.get("/guides/no-such-guide/"),
        "a redirect to the slash": visitor.get("/guides"),
        "a form that no page has": visitor.post("/about/", {"a": "b"}),
        "the form": visitor.get("/quiz/take/"),
        "a form of another site's": visitor.post("/quiz/take/", form, {"Sec-Fetch-Site": "cross-site"}),
        "a kept result's redirect": visitor.post("/quiz/take/", form),
        "a kept result": visitor.get(taker.address),
        "no result": visitor.get("/quiz/results/no-such-key-000000000000/"),
        "the admin's login": visitor.get("/admin/login/"),
        "the admin": visitor.get("/admin/"),
        "a login without its token": visitor.post("/admin/login/", {"username": "ines"}),
        "a static file": visitor.get(style),
        "a static file that has not changed": visitor.get(style, **{"If-None-Match": visitor.get(style).headers["ETag"]}),
        "a picture": visitor.get(f"/images/{hidden}.webp"),
        "the sitemap": visitor.get("/sitemap.xml"),
        "robots": visitor.get("/robots.txt"),
        "healthz": visitor.get("/healthz"),
        "readyz": visitor.get("/readyz"),
        "a foreign host": visitor.get("/", Host="evil.example"),
        "too many fields": visitor.post("/quiz/take/", {f"f{number}": "1" for number in range(2000)}),
        "too large a form": visitor.post("/quiz/take/", "a" * (MAX_FORM_BYTES + 1)),
    }


def test_a_cache_may_ask_with_the_tags_of_several_versions(visitor, responses):
    [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', responses["a page"].content.decode())
    for path in (style, "/guides/anxious/"):
        tag = visitor.get(path).headers["ETag"]
        for tags, status in ((f'"another", {tag}', 304), (f"W/{tag}", 304), ('"another"', 200)):
            assert visitor.get(path, **{"If-None-Match": tags}).status_code == status


PRIVATE = {"a kept result", "no result", "a kept result's redirect"}
STATUS = {
    "a page that has not changed": 304,
    "a static file that has not changed": 304,
    "no page": 404,
    "no guide": 404,
    "no result": 404,
    "a redirect to the slash": 301,
    "a form that no page has": 403,
    "a form of another site's": 403,
    "the admin": 302,
    "a login without its token": 403,
    "a foreign host": 400,
    "too many fields": 400,
    "too large a form": 413,
    "a kept result's redirect": 303,
}


def test_every_kind_of_response_has_the_security_headers(responses):
    for name, answer in responses.items():
        assert answer.status_code == STATUS.get(name, 200), name
        assert_security_headers(answer, name, referrer="strict-origin" if name in PRIVATE else "same-origin")


def test_every_response_has_a_cache_control_and_no_error_or_redirect_is_stored(responses):
    for name, answer in responses.items():
        assert answer.headers["Cache-Control"], name
        if answer.status_code >= 300 and answer.status_code != 304:
            assert "no-store" in answer.headers["Cache-Control"], name


def test_every_response_over_tls_except_health_checks_has_hsts(responses):
    for name, answer in responses.items():
        if name not in {"healthz", "readyz", "a foreign host"}:
            assert answer.headers["Strict-Transport-Security"] == HSTS, name


def test_cookies_are_set_in_the_admin_only_and_are_secure(responses):
    cookies = {name: answer.headers["Set-Cookie"] for name, answer in responses.items() if "Set-Cookie" in answer.headers}
    assert set(cookies) == {"the admin's login"}
    assert "; Secure" in cookies["the admin's login"]


@pytest.mark.parametrize("path", ["/", "/quiz/take/", "/quiz/results/0000000000000000000000/", "/admin/login/", "/no-such-page/"])
def test_a_request_without_tls_is_redirected_to_it(site, path):
    answer = site.ask("GET", path)
    assert (answer.status_code, answer.location) == (301, f"https://127.0.0.1:{site.port}{path}")
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert_security_headers(answer, path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_need_neither_tls_nor_an_allowed_host(site, path):
    answer = site.ask("GET", path, Host="10.0.0.7")
    assert answer.status_code == 200
    assert_security_headers(answer, path)


def test_only_a_trusted_proxy_may_say_that_a_request_came_by_tls(deployed):
    with serve(*deployed, PLAIN_HTTP="0", FORWARDED_ALLOW_IPS="192.0.2.1") as site:
        answer = site.ask("GET", "/", **TLS)
        assert answer.status_code == 301
        assert "Strict-Transport-Security" not in answer.headers
