"""A new release starts while the old one runs: visitors notice nothing, and each shows the results that the other kept.

The next release is this one, with migrations of each kind that docs/operating.md allows while two releases run side by side.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.checkout import Released, Template
from tests.support.gunicorn import Site, serve
from tests.support.quiz_taker import Taker
from tests.support.waiting import wait_until

TAKERS_AT_LEAST = 20
FIELD = """
    mood = models.CharField(max_length=20, null=True)  # of the next release
    visits = models.IntegerField(db_default=0)
"""
ADDED = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("quiz", "{newest}")]
    operations = [
        migrations.AddField("result", "mood", models.CharField(max_length=20, null=True)),
        migrations.AddField("result", "visits", models.IntegerField(db_default=0)),
        AddIndexConcurrently("result", models.Index(fields=["mood"], name="result_mood")),
        migrations.CreateModel("Diary", [("id", models.BigAutoField(primary_key=True)), ("words", models.TextField())]),
    ]
"""


@pytest.fixture
def next_release(release_template: Template, tmp_path: Path) -> Path:
    folder = release_template.copy_site(tmp_path / "next")
    models, migrations = folder / "quiz/models.py", folder / "quiz/migrations"
    end = "    expires_on = models.DateField()\n"
    text = models.read_text()
    assert text.count(end) == 1
    models.write_text(text.replace(end, end + FIELD))
    newest = max(migrations.glob("[0-9]*.py")).stem
    (migrations / f"{int(newest[:4]) + 1:04}_of_the_next_release.py").write_text(ADDED.format(newest=newest))
    guide = folder / "content/guides/anxious.md"
    guide.write_text(guide.read_text().replace("title: ", "title: From now on, ", 1))
    return folder


@pytest.fixture
def old(released: Released) -> Iterator[Site]:
    with serve(released.folder, released.url) as site:
        yield site


def test_results_are_kept_and_shown_while_the_next_release_migrates_and_by_both_afterwards(released, old, next_release):
    env = {**os.environ, "DATABASE_URL": released.url, "PLAIN_HTTP": "1"}
    migrating = subprocess.Popen([sys.executable, "manage.py", "release", "--verbosity=0"], cwd=next_release, env=env)
    meanwhile: list[str] = []

    def enough_were_there() -> bool:
        meanwhile.append(keeps_and_sees(old))
        return migrating.poll() is not None and len(meanwhile) >= TAKERS_AT_LEAST

    wait_until(enough_were_there)
    assert migrating.returncode == 0
    assert old.ask("GET", "/readyz").status_code == 200
    with serve(next_release, released.url) as new:
        assert new.ask("GET", "/readyz").status_code == 200
        later = [keeps_and_sees(site) for site in (new, old) for _ in range(3)]
        for site in (old, new):
            assert {site.ask("GET", address).status_code for address in (*meanwhile, *later)} == {200}
            assert b"From now on, " in site.get("/guides/").content
    assert not old.unanswered
    assert not old.refusals
    assert released.ask("SELECT count(*), count(mood), sum(visits) FROM quiz_result") == [(len(meanwhile) + len(later), 0, 0)]


def keeps_and_sees(site: Site) -> str:
    """Each step is asked for once: an upgrade is no reason to try again."""
    taker = Taker(site)  # type: ignore[arg-type]  # the site answers as Django's client does
    form = {"key": taker.key, "version": taker.version, "relation": "friend", "keep": "yes", **dict.fromkeys(taker.items, "4")}
    assert site.ask("POST", "/quiz/take/", "&".join(f"{name}={value}" for name, value in form.items())).status_code == 303
    shown = site.ask("GET", taker.address)
    assert shown.status_code == 200
    assert b"Your result" in shown.content
    return taker.address
