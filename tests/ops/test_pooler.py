"""PgBouncer between the site and Postgres, in both modes: pages are cached, the quiz is taken, and every page of the admin opens."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from ops.embedded_postgres import AS_NOBODY, OWNER, PORT, postmaster
from tests.ops.test_metrics import Counted, port
from tests.support.checkout import Released, manage
from tests.support.gunicorn import Site, serve, take_quiz_concurrently
from tests.support.waiting import wait_until

__all__ = ["port"]  # a fixture

MODES = ("session", "transaction")
# Lends its connections in turn, so that what was left on one is missed at once.
SETTINGS = """
[databases]
* = host={server} port={port}
[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
min_pool_size = 4
server_round_robin = 1
logfile = {folder}/log
"""
PASSWORD = "long enough for an owner"


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pooled(released: Released, mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a pooler in front of the site's database."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if not program:
        pytest.skip("PgBouncer is not installed (on Debian and Ubuntu: apt-get install pgbouncer).")
    folder = Path(tmp_path_factory.mktemp("b"))
    (folder / "settings").write_text(SETTINGS.format(server=postmaster(released.home)[-1], port=PORT, folder=folder, mode=mode))
    (folder / "users").write_text(f'"{OWNER}" ""\n')
    prefix = AS_NOBODY if os.geteuid() == 0 else ()
    pooler = subprocess.Popen([*prefix, program, folder / "settings"], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: (folder / f".s.PGSQL.{PORT}").exists() or pooler.poll())
        yield f"postgresql:///postgres?host={folder}&port={PORT}&user={OWNER}"
    finally:
        pooler.terminate()
        pooler.wait()


@pytest.fixture
def counted(released: Released, pooled: str, mode: str, port: int, tmp_path: Path) -> Iterator[Counted]:
    with serve(released.folder, pooled, POOLER=mode, METRICS_PORT=str(port), TMPDIR=str(tmp_path)) as site:
        site.get("/healthz")
        yield Counted(site, port)


@pytest.fixture
def site(counted: Counted) -> Site:
    return counted.site


def test_results_sent_at_once_are_kept(site, released):
    acknowledged = take_quiz_concurrently(site, 24)
    assert dict(released.ask("SELECT digest, answers FROM quiz_result")).items() >= acknowledged.items()
    assert site.refusals == []


def test_pages_are_cached_until_a_text_changes(counted, released):
    for _ in range(20):
        counted.site.get("/guides/")
    assert counted.numbers()["safehaven_public_pages_made_total"] <= 2  # once in each worker
    released.ask("UPDATE documents_document SET title = 'A title of today' WHERE slug = 'anxious'")
    wait_until(lambda: b"A title of today" in counted.site.get("/guides/").content)


def test_every_page_of_the_admin_opens(site, released, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    owner = signed_in(site, released)
    seen: set[str] = set()
    ahead = ["/admin/"]
    while ahead:
        seen.add(path := ahead.pop())
        with owner.open(f"http://127.0.0.1:{site.port}{path}") as answer:  # an HTTPError for a 500
            links = set(re.findall(r'href="(/admin/(?!logout)[^"#?]*)"', answer.read().decode()))
        ahead += links - seen - {*ahead} if len(seen) < 80 else ()
    assert {"/admin/guides/guide/", "/admin/quiz/result/", "/admin/auth/user/add/"} <= seen


def signed_in(site: Site, released: Released) -> OpenerDirector:
    if not released.ask("SELECT id FROM auth_user WHERE username = 'owner'"):
        manage(released.folder, released.url, "createsuperuser", "--no-input", "--username=owner", "--email=owner@example.org")
    cookies = CookieJar()
    owner = build_opener(HTTPCookieProcessor(cookies))
    address = f"http://127.0.0.1:{site.port}/admin/login/"
    owner.open(address).close()
    token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
    form = {"username": "owner", "password": PASSWORD, "next": "/admin/", "csrfmiddlewaretoken": token}
    owner.open(address, urlencode(form).encode()).close()
    return owner


def test_a_release_through_the_pooler_leaves_no_lock(released, pooled):
    for _ in range(2):
        manage(released.folder, pooled, "release")
    assert released.ask("SELECT pid FROM pg_locks WHERE locktype = 'advisory'") == []
