"""The pages for search engines and supervisors."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from pages.readiness import is_applied
from tests.support.quiz_taker import Taker

DISK = {"open", "stat", "lstat", "listdir", "scandir"}
READYZ_WITHOUT_A_DATABASE = """
import django
from django.conf import settings
settings.DATABASES["default"]["OPTIONS"]["pool"] = {"timeout": 0.5}  # how long a request waits for a connection
django.setup()
from django.test import Client
response = Client(headers={"host": "localhost"}).get("/readyz")
print(response.status_code, response.content.decode())
"""


def test_search_engines_may_read_everything_but_the_admin(client):
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.content.decode().split("\n\n") == [
        "User-agent: *\nDisallow: /admin/",
        "Sitemap: http://testserver/sitemap.xml\n",
    ]


def test_the_sitemap_says_when_each_guide_last_changed(client, publish):
    last_week, tomorrow = timezone.now() - timedelta(days=7), timezone.now() + timedelta(days=1)
    seen, hidden = publish("anxious", last_week), publish("fearful-avoidant", tomorrow)
    sitemap = client.get("/sitemap.xml").content.decode()
    entry = f"<loc>http://testserver{seen.get_absolute_url()}</loc><lastmod>{last_week:%Y-%m-%d}</lastmod>"
    assert entry in sitemap
    assert hidden.get_absolute_url() not in sitemap
    assert sitemap.count("<lastmod>") == 1


def test_absolute_links_begin_with_the_sites_address_whatever_the_host(client, guides, quiz, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://site.example:8443", ["alias.example", "testserver"]
    taker = Taker(client)
    taker.send()
    for path in ("/", "/guides/anxious/", "/quiz/", "/robots.txt", "/sitemap.xml", "/quiz/take/", taker.address):
        page = client.get(path, headers={"Host": "alias.example"}).content.decode()
        assert "alias.example" not in page
        assert "https://site.example:8443/" in page


@pytest.mark.django_db
def test_the_sitemap_leads_to_every_page_for_readers(client):
    sitemap = client.get("/sitemap.xml").content.decode()
    assert set(re.findall("<loc>http://testserver(.+?)</loc>", sitemap)) == {*("/", "/guides/", "/quiz/", "/help/", "/about/", "/privacy/")}


def test_healthz_answers_without_the_database(client):  # which this test has no leave to ask
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"alive\n")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_readyz_is_ready_when_the_database_has_every_migration(client):
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_readyz_says_503_when_a_migration_is_missing(client):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*max(key for key in recorder.applied_migrations() if key[0] == "documents"))
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations\n")


@pytest.mark.django_db
def test_readyz_says_503_when_the_database_was_never_migrated(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations\n")


def test_a_squashed_migration_is_applied_where_those_it_replaces_are():
    new, old = ("pages", "0001_squashed"), frozenset({("pages", "0001"), ("pages", "0002")})
    assert is_applied(new, old, {*old})
    assert is_applied(new, old, {new})
    assert not is_applied(new, old, {("pages", "0001")})
    assert not is_applied(new, frozenset(), {*old})


@pytest.mark.django_db
def test_readyz_says_503_while_the_database_is_read_only(client):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"read-only\n")


@pytest.mark.django_db
def test_readyz_asks_one_query_and_reads_nothing_from_disk(client, django_assert_num_queries):
    client.get("/readyz")
    read: list[str] = []
    with django_assert_num_queries(1):
        sys.setprofile(lambda frame, event, called: read.append(called.__name__) if event == "c_call" else None)
        client.get("/readyz")
        sys.setprofile(None)
    assert read
    assert not DISK.intersection(read)


@pytest.mark.processes
def test_readyz_says_503_when_the_database_does_not_answer(tmp_path):
    name = {"ALLOWED_HOSTS": "localhost", "SITE_URL": "http://localhost"}
    environment = {**os.environ, **name, "DATABASE_URL": f"postgresql:///none?host={tmp_path}"}
    command = [sys.executable, "-c", READYZ_WITHOUT_A_DATABASE]
    asked = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["503", "database"]
