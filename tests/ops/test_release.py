"""Several hosts start a new release at the same moment, on an empty database: one prepares it, the others wait, none fails."""

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
from tests.support.checkout import ROOT, copied
from tests.support.gunicorn import collect_static, serve
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


def test_of_three_that_start_at_once_one_migrates_and_none_fails(database):
    hosts = [releasing(database) for _ in range(3)]
    said = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0, 0], said
    assert sorted(APPLYING in told for told in said) == [False, False, True]
    assert sum(DONE in told for told in said) == 2
    with psycopg.connect(database) as link:
        assert link.execute("SELECT count(*) > 3 FROM documents_document").fetchone() == (True,)
        assert link.execute("SELECT count(*) = count(DISTINCT (app, name)) FROM django_migrations").fetchone() == (True,)


def test_whoever_comes_second_waits_until_the_first_is_done(database):
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
    said, _ = second.communicate()
    assert second.returncode == 0, said
    return said


def test_a_stored_text_that_is_none_any_more_keeps_no_site_from_starting_and_no_other_text_from_being_renewed(database):
    stale = "UPDATE documents_document SET html = 'of an earlier release', made_of = NULL"
    said = released_with(database, stale, "UPDATE documents_document SET source = 'no text', synced_digest = NULL WHERE slug = 'anxious'")
    assert "their columns stay as they were: /guides/anxious/ (IntegrityError)." in said
    with psycopg.connect(database) as link:
        old = link.execute("SELECT slug FROM documents_document WHERE html = 'of an earlier release'").fetchall()
    assert old == [("anxious",)]


def test_an_import_that_fails_for_a_reason_nobody_thought_of_keeps_no_site_from_starting(database):
    said = released_with(
        database,
        "TRUNCATE documents_document CASCADE",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nobody thought of that'; END $$",
        "CREATE TRIGGER refuse BEFORE INSERT ON documents_document EXECUTE FUNCTION refuse()",
    )
    assert "import_content stopped (" in said
    assert "The site shows what the database has." in said


def test_a_host_that_dies_while_it_migrates_holds_nobody_up(database):
    first = releasing(database)
    assert first.stdout
    next(line for line in first.stdout if line.startswith(APPLYING))
    first.kill()
    first.communicate()
    second = releasing(database)
    said, _ = second.communicate()
    assert second.returncode == 0, said


def test_stored_pages_are_renewed_and_served_also_where_a_symlink_leads_to_the_checkout(database, tmp_path):
    folder, current = copied(tmp_path / "site"), tmp_path / "current"
    current.symlink_to(folder)
    paths = {"PYTHONPATH": str(current), "PWD": str(current), "DJANGO_SETTINGS_MODULE": "config.settings"}
    env = {**os.environ, "DATABASE_URL": database, "PLAIN_HTTP": "1", **paths}
    release = [sys.executable, "-m", "django", "release", "--verbosity=0"]
    collect_static(folder, "--ignore=admin", "--ignore=markdownx")
    for words in ("", "<p>Of the next release.</p>"):
        with (folder / "templates/components/guide_text.html").open("a") as template:
            template.write(words)
        subprocess.run(release, cwd=tmp_path, env=env, check=True, capture_output=True)
    with psycopg.connect(database) as link:
        link.execute("UPDATE documents_document SET html = html || '<p>As it is stored.</p>'")
    with serve(current, database, workers=1, **paths) as site:
        assert b"<p>Of the next release.</p><p>As it is stored.</p>" in site.get("/guides/anxious/").content
