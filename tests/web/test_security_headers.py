"""Production, asked over HTTP: what every answer says to browsers, what is refused before it is read, and what is not started."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from django.urls import reverse

import quiz.urls
from quiz.models import KEEP_LIMIT
from tests.documents.test_image_files import picture
from tests.support.checkout import Released
from tests.support.gunicorn import Response, Site, collect_static, serve
from tests.support.quiz_taker import Taker
from web.middleware import MAX_FORM_BYTES, MAX_UPLOAD_BYTES

TLS = {"X-Forwarded-Proto": "https"}
POLICY = {
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'", "connect-src 'self'"),
    *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
}
HSTS = "max-age=63072000"


class Visitor:
    """Somebody whom a proxy of ours brings, by TLS."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def get(self, path: str, **headers: str) -> Response:
        return self.site.ask("GET", path, **{**TLS, **headers})

    def post(self, path: str, form: dict[str, str] | str, headers: dict[str, str] | None = None) -> Response:
        return self.site.ask("POST", path, form if isinstance(form, str) else urlencode(form), **{**TLS, **(headers or {})})


@pytest.fixture(scope="module")
def house(released: Released) -> tuple[Path, str]:
    """The checkout with all its static files, and its database."""
    collect_static(released.folder)
    return released.folder, released.url


@pytest.fixture(scope="module")
def site(house) -> Iterator[Site]:
    with serve(*house, PLAIN_HTTP="0") as site:
        yield site


@pytest.fixture(scope="module")
def visitor(site) -> Visitor:
    return Visitor(site)


@pytest.fixture(scope="module")
def answers(visitor, house) -> dict[str, Response]:
    """One answer of each kind, by its name."""
    page = visitor.get("/guides/anxious/")
    [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', page.content.decode())
    taker = Taker(visitor)
    form = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes", **dict.fromkeys(taker.items, "5")}
    hidden = "0" * 64
    with psycopg.connect(house[1], autocommit=True) as link:
        link.execute(
            "INSERT INTO documents_picture (digest, content, width, height, uploaded_at) VALUES (decode(%s, 'hex'), %s, 1, 1, now())",
            [hidden, picture("WEBP")],
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
        "the admin's door": visitor.get("/admin/login/"),
        "the admin": visitor.get("/admin/"),
        "a login without its token": visitor.post("/admin/login/", {"username": "ines"}),
        "a static file": visitor.get(style),
        "a static file that has not changed": visitor.get(style, **{"If-None-Match": visitor.get(style).headers["ETag"]}),
        "a picture": visitor.get(f"/images/{hidden}.webp"),
        "the sitemap": visitor.get("/sitemap.xml"),
        "robots": visitor.get("/robots.txt"),
        "healthz": visitor.get("/healthz"),
        "readyz": visitor.get("/readyz"),
        "a host of somebody else's": visitor.get("/", Host="evil.example"),
        "too many fields": visitor.post("/quiz/take/", {f"f{number}": "1" for number in range(2000)}),
        "too large a form": visitor.post("/quiz/take/", "a" * (MAX_FORM_BYTES + 1)),
    }


def test_a_cache_that_asks_with_the_tags_of_several_versions_is_told_which_it_may_keep(visitor, answers):
    [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', answers["a page"].content.decode())
    for path in (style, "/guides/anxious/"):
        tag = visitor.get(path).headers["ETag"]
        for tags, status in ((f'"another", {tag}', 304), (f"W/{tag}", 304), ('"another"', 200)):
            assert visitor.get(path, **{"If-None-Match": tags}).status_code == status


SECRET = {"a kept result", "no result", "a kept result's redirect"}
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
    "a host of somebody else's": 400,
    "too many fields": 400,
    "too large a form": 413,
    "a kept result's redirect": 303,
}


def test_every_kind_of_answer_has_its_shutters(answers):
    for name, answer in answers.items():
        assert answer.status_code == STATUS.get(name, 200), name
        assert_shut(answer, name, referrer="strict-origin" if name in SECRET else "same-origin")


def test_every_answer_says_how_long_it_may_be_kept_and_no_refusal_or_redirect_may_be(answers):
    for name, answer in answers.items():
        assert answer.headers["Cache-Control"], name
        if answer.status_code >= 300 and answer.status_code != 304:
            assert "no-store" in answer.headers["Cache-Control"], name


def assert_shut(answer: Response, name: str, referrer: str = "same-origin") -> None:
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY, name
    for header, value in {**FIXED, "Referrer-Policy": referrer}.items():
        assert answer.headers.get(header) == value, (name, header)
    assert "camera=()" in answer.headers["Permissions-Policy"], name


def test_every_answer_over_tls_but_those_to_supervisors_asks_for_tls_from_now_on(answers):
    for name, answer in answers.items():
        if name not in {"healthz", "readyz", "a host of somebody else's"}:
            assert answer.headers["Strict-Transport-Security"] == HSTS, name


def test_cookies_are_set_in_the_admin_alone_and_never_without_tls(answers):
    cookies = {name: answer.headers["Set-Cookie"] for name, answer in answers.items() if "Set-Cookie" in answer.headers}
    assert set(cookies) == {"the admin's door"}
    assert "; Secure" in cookies["the admin's door"]


@pytest.mark.parametrize("path", ["/", "/quiz/take/", "/quiz/results/0000000000000000000000/", "/admin/login/", "/no-such-page/"])
def test_a_reader_who_comes_without_tls_is_sent_to_it(site, path):
    answer = site.ask("GET", path)
    assert (answer.status_code, answer.location) == (301, f"https://127.0.0.1:{site.port}{path}")
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert_shut(answer, path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_supervisors_are_answered_without_tls_and_whatever_name_they_ask_for(site, path):
    answer = site.ask("GET", path, Host="10.0.0.7")
    assert answer.status_code == 200
    assert_shut(answer, path)


def test_a_strangers_word_that_it_speaks_tls_is_not_taken(house):
    with serve(*house, PLAIN_HTTP="0", FORWARDED_ALLOW_IPS="192.0.2.1") as site:
        answer = site.ask("GET", "/", **TLS)
        assert answer.status_code == 301
        assert "Strict-Transport-Security" not in answer.headers


CHUNKS = {"Transfer-Encoding": "chunked"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=kit"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ("a=" + "x" * 10_000_000, {}, 413),
        ("&".join(f"f{number}=1" for number in range(5000)), {}, 400),
        ("&".join(["key=1"] * 5000), {}, 400),
        ("--kit\r\n" + "x" * 10_000_000, MULTIPART, 413),
        ("--kit\r\nContent-Disposition\r\n\r\nx\r\n--kit--\r\n", MULTIPART, 400),
        ("x", {"Content-Type": "multipart/form-data"}, 400),
        ("\r\n".join(f'--kit\r\nContent-Disposition: form-data; name="f"; filename="{n}"\r\n\r\nx' for n in range(9)), MULTIPART, 400),
        ("5\r\nkey=1\r\n0\r\n\r\n", CHUNKS, 411),
        ("zz\r\nabc\r\n", CHUNKS, 411),
        ("key=%00&relation=%00&version=%00&keep=yes", {}, 200),
        ("key=%ff%fe&%ff=%fe&keep=yes", {}, 200),
        ("key=1", {"Content-Type": ""}, 200),
        ("key=1", {"Content-Type": "text/plain"}, 200),
        ('{"key": ' + "[" * 5000, {"Content-Type": "application/json"}, 200),
        ("key=1&keep=yes", {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}, 400),
        ("key=1&keep=yes", {"Content-Type": "application/x-www-form-urlencoded; charset=latin-1"}, 400),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, (str, dict)) else None,
)
def test_a_hostile_form_ends_in_a_refusal_or_a_form_in_words_and_stores_nothing(visitor, house, body, headers, status):
    before = kept(house)
    answer = visitor.post("/quiz/take/", body, headers)
    assert answer.status_code == status
    assert b"<h1" in answer.content
    assert kept(house) == before


def test_keys_that_stand_twice_count_once(visitor, house):
    taker = Taker(visitor)
    once = urlencode({"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes"})
    answer = visitor.post("/quiz/take/", "&".join([once, *(f"{item}=1&{item}=6" for item in taker.items)]))
    assert answer.location == taker.address
    assert set(json.loads(visitor.get(f"{taker.address}answers.json").content)["answers"].values()) == {6}


def kept(house: tuple[Path, str]) -> int:
    with psycopg.connect(house[1]) as link:
        return len(link.execute("SELECT FROM quiz_result").fetchall())


BY_KEY = [str(page.name) for page in quiz.urls.urlpatterns if "key" in page.pattern.converters]


def ask_by_key(visitor: Visitor, name: str, key: str) -> Response:
    """Asks for a page of a result, by the method that the page is for."""
    known = "k" * 22
    address = reverse(f"quiz:{name}", args=[known]).replace(known, key)
    answer = visitor.get(address)
    return visitor.post(address, {}) if answer.status_code == 405 else answer


@pytest.mark.parametrize(
    "key",
    ["a" * 21, "a" * 22, "a" * 65, "a" * 3000, "%00" * 22, "%ff" * 22, "%C3%A9" * 22, "a" * 22 + "%0a", "..%2f" * 22, "%E2%80%AE" * 22],
)
@pytest.mark.parametrize("name", BY_KEY)
def test_no_key_but_one_that_was_given_out_opens_anything(visitor, key, name):
    assert ask_by_key(visitor, name, key).status_code in {400, 404}


def test_the_key_that_was_given_out_opens_each_page_of_its_result(visitor):
    taker = Taker(visitor)
    taker.send()
    statuses = {name: ask_by_key(visitor, name, taker.key).status_code for name in BY_KEY}
    assert statuses == {**dict.fromkeys(BY_KEY, 200), "renewal": 303}


TOO_LARGE = "This is too large"


@pytest.mark.parametrize(
    ("path", "most"),
    [("/quiz/take/", MAX_FORM_BYTES), ("/admin/login/", MAX_FORM_BYTES), ("/admin/guides/guide/upload/", MAX_UPLOAD_BYTES)],
)
def test_each_address_takes_so_much_and_no_more(visitor, path, most):
    assert TOO_LARGE in visitor.post(path, "a=" + "x" * (most - 1)).content.decode()


def test_what_is_just_small_enough_is_read(visitor):
    assert TOO_LARGE not in visitor.post("/quiz/take/", "a=" + "x" * (MAX_FORM_BYTES - 2)).content.decode()


@pytest.mark.parametrize(
    ("request_line", "headers"),
    [("/" + "a" * 60_000, {}), ("/?" + "a" * 60_000, {}), ("/", {"X-Long": "a" * 100_000}), ("/", {f"X-{n}": "1" for n in range(300)})],
    ids=["path", "query", "header", "headers"],
)
def test_a_request_with_too_long_a_head_is_refused(visitor, request_line, headers):
    assert 400 <= visitor.get(request_line, **headers).status_code < 500


def test_the_workers_together_keep_so_many_results_of_one_network_and_then_give_the_answers_back(house):
    with serve(*house, PLAIN_HTTP="0") as site:
        visitor = Visitor(site)
        taker = Taker(visitor)  # type: ignore[arg-type]  # the site answers as Django's client does
        form = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes", **dict.fromkeys(taker.items, "5")}
        network = {"X-Forwarded-For": "203.0.113.9"}

        def send(_: int) -> Response:
            return visitor.post("/quiz/take/", form, network)

        [one, other] = [int(number) for number in Path(f"/proc/{site.master}/task/{site.master}/children").read_text().split()]
        sent: list[Response] = []
        with ThreadPoolExecutor(4) as hands:
            for resting in (one, other):  # what a worker that is stopped does not take, the other one does
                os.kill(resting, signal.SIGSTOP)
                try:
                    sent += hands.map(send, range(KEEP_LIMIT.max_count // 2 + 5))
                finally:
                    os.kill(resting, signal.SIGCONT)
        stranger = visitor.post("/quiz/take/", form, {"X-Forwarded-For": "203.0.113.10"})
    taken = [answer for answer in sent if answer.status_code == 303]
    refused = [answer for answer in sent if answer.status_code == 429]
    with psycopg.connect(house[1]) as link:  # two stretches where the clock strikes meanwhile
        counts = [number for (number,) in link.execute("SELECT number FROM throttle_tally WHERE number > 1").fetchall()]
    assert sum(counts) == len(sent) == len(taken) + len(refused)
    assert len(taken) == sum(min(number, KEEP_LIMIT.max_count) for number in counts)
    for answer in refused:
        assert answer.headers["Retry-After"] == str(KEEP_LIMIT.seconds)
        assert answer.content.count(b" checked") == len(taker.items) + 1
        assert_shut(answer, "a refusal", referrer="strict-origin")
    assert stranger.status_code == 303


GOOD = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "site.example",
    "SITE_URL": "https://site.example",
    "DATABASE_URL": "postgresql:///none",
}


def manage(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    of_tests = {"PLAIN_HTTP", "DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    unset = {name: value for name, value in os.environ.items() if name not in of_tests}
    run = [sys.executable, *command]
    return subprocess.run(run, cwd=settings.BASE_DIR, env={**unset, **GOOD, **env}, capture_output=True, text=True, check=False)


BROKEN_ORIGINS = (
    "site.example",
    "https://site.example/quiz",
    "ftp://site.example",
    "https://ines@site.example",
    "https://:8000",
    "https://a b",
)


@pytest.mark.processes
def test_djangos_own_check_of_a_deployment_has_nothing_to_say():
    checked = manage("manage.py", "check", "--deploy", "--fail-level=DEBUG")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "System check identified no issues (2 silenced).\n", "")


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY has 0 characters and needs 50 or more."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters and needs 50 or more."),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY has 2 different characters and needs 5 or more."),
        ({"OLD_SECRET_KEY": "short"}, "OLD_SECRET_KEY has 5 characters and needs 50 or more."),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'. Write 1 to turn it on, 0 or nothing to leave it off."),
        ({"PLAIN_HTTP": "nope"}, "PLAIN_HTTP is 'nope'."),
        ({"PROXIES": "many"}, "PROXIES is 'many'. Write a whole number up to 16, or nothing for 0."),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL can't be read"),
        *(({"SITE_URL": url}, f"SITE_URL is {url!r}. Write the site's own address without a path") for url in BROKEN_ORIGINS),
        ({"POOLER": "statement"}, "POOLER is 'statement'. Write session or transaction, or nothing for session."),
    ],
)
@pytest.mark.processes
def test_what_is_set_wrong_is_refused_in_a_sentence(env, said):
    refused = manage("manage.py", "check", **env)
    assert refused.returncode == 1
    assert refused.stderr.startswith(said)
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"ALLOWED_HOSTS": " ,"}, "ALLOWED_HOSTS is empty. Write the names that the site is reached under"),
        ({"SITE_URL": ""}, "SITE_URL is empty. Write the site's own address, such as https://example.org."),
        ({"SITE_URL": "https://other.example"}, "SITE_URL is 'https://other.example', a name that ALLOWED_HOSTS lacks."),
        ({"SITE_URL": "http://site.example"}, "SITE_URL is 'http://site.example', and the site is served by TLS."),
    ],
)
@pytest.mark.processes
def test_a_site_that_does_not_know_its_own_name_is_not_served(env, said):
    refused = manage("-m", "gunicorn", "--config=ops/gunicorn_conf.py", "--bind=127.0.0.1:0", **env)
    assert refused.returncode
    assert said in refused.stderr


@pytest.mark.processes
def test_who_signed_in_before_the_secret_was_changed_stays_signed_in():
    session = "from django.contrib.sessions.backends.signed_cookies import SessionStore as S; "
    django = "import django; django.setup(); "
    env = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    signed = manage("-c", f"{django}{session}s = S(); s['who'] = 'ines'; print(s._get_session_key())", **env).stdout.strip()
    new = {**env, "SECRET_KEY": secrets.token_urlsafe(50)}
    read = f"{django}{session}print(S({signed!r}).get('who'))"
    assert manage("-c", read, **new, OLD_SECRET_KEY=GOOD["SECRET_KEY"]).stdout.strip() == "ines"
    assert manage("-c", read, **new).stdout.strip() == "None"
