"""Several hosts start a new release at once on an empty database: one prepares it, the others wait, none fails."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from ops.embedded_postgres import THROWAWAY, running
from ops.management.commands.release import LOCK_ID
from tests.support.checkout import ROOT
from tests.support.gunicorn import serve
from tests.support.waiting import wait_until

APPLYING, DONE = "  Applying ", "No migrations to apply."
TRYING = "SELECT FROM pg_stat_activity WHERE query LIKE '%try_advisory%' AND pid <> pg_backend_pid()"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path / "postgres", *THROWAWAY) as url:
        yield url


def releasing(url: str) -> subprocess.Popen[str]:
    env = {**os.environ, "DATABASE_URL": url, "PLAIN_HTTP": "1"}
    command = [sys.executable, "manage.py", "release"]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_of_three_hosts_that_start_at_once_one_migrates_and_none_fails(database):
    hosts = [releasing(database) for _ in range(3)]
    outputs = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0, 0], outputs
    assert sorted(APPLYING in output for output in outputs) == [False, False, True]
    assert sum(DONE in output for output in outputs) == 2
    with psycopg.connect(database) as link:
        assert link.execute("SELECT count(*) > 3 FROM documents_document").fetchone() == (True,)
        assert link.execute("SELECT count(*) = count(DISTINCT (app, name)) FROM django_migrations").fetchone() == (True,)


def test_the_second_host_waits_until_the_first_is_done(database):
    with psycopg.connect(database, autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [LOCK_ID])
        second = releasing(database)
        wait_until(lambda: second.poll() is not None or first.execute(TRYING).rowcount)
        assert second.poll() is None
        assert first.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").rowcount == 0
        first.execute("SELECT pg_advisory_unlock(%s)", [LOCK_ID])
    assert APPLYING in second.communicate()[0]
    assert second.returncode == 0


def released_with(url: str, *statements: LiteralString) -> str:
    """What a second release says after something went wrong in between."""
    releasing(url).communicate()
    with psycopg.connect(url) as link:
        for statement in statements:
            link.execute(statement)
    second = releasing(url)
    outputs, _ = second.communicate()
    assert second.returncode == 0, outputs
    return outputs


def test_an_invalid_stored_text_stops_neither_the_site_nor_the_update_of_other_texts(database):
    stale = "UPDATE documents_document SET html = 'of an earlier release', made_of = NULL"
    outputs = released_with(
        database, stale, "UPDATE documents_document SET source = 'no text', synced_digest = NULL WHERE slug = 'anxious'"
    )
    assert "their columns stay as they were: /guides/anxious/ (IntegrityError)." in outputs
    with psycopg.connect(database) as link:
        old = link.execute("SELECT slug FROM documents_document WHERE html = 'of an earlier release'").fetchall()
    assert old == [("anxious",)]


def test_an_import_with_an_unexpected_error_does_not_stop_the_site(database):
    outputs = released_with(
        database,
        "TRUNCATE documents_document CASCADE",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nobody thought of that'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON documents_document EXECUTE FUNCTION refuse()",
    )
    assert "import_content stopped (" in outputs
    assert "The site shows what the database has." in outputs


def test_a_host_that_dies_while_it_migrates_blocks_no_other(database):
    first = releasing(database)
    assert first.stdout
    next(line for line in first.stdout if line.startswith(APPLYING))
    first.kill()
    first.communicate()
    second = releasing(database)
    outputs, _ = second.communicate()
    assert second.returncode == 0, outputs


def test_stored_pages_are_renewed_and_served_also_where_a_symlink_leads_to_the_checkout(database, release_template, tmp_path):
    folder, current = release_template.copy_site(tmp_path / "site"), tmp_path / "current"
    current.symlink_to(folder)
    paths = {"PYTHONPATH": str(current), "PWD": str(current), "DJANGO_SETTINGS_MODULE": "config.settings"}
    env = {**os.environ, "DATABASE_URL": database, "PLAIN_HTTP": "1", **paths}
    release = [sys.executable, "-m", "django", "release", "--verbosity=0"]
    for words in ("", "<p>Of the next release.</p>"):
        with (folder / "templates/components/guide_text.html").open("a") as template:
            template.write(words)
        subprocess.run(release, cwd=tmp_path, env=env, check=True, capture_output=True)
    with psycopg.connect(database) as link:
        link.execute("UPDATE documents_document SET html = html || '<p>As it is stored.</p>'")
    with serve(current, database, workers=1, **paths) as site:
        assert b"<p>Of the next release.</p><p>As it is stored.</p>" in site.get("/guides/anxious/").content
