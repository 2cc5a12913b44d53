"""The state of the site: whatever changes what readers see gives another one, for every worker and host."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from documents.content_version import RENEWAL, Site
from documents.models import Document
from guides.models import Guide
from tests.support.builders import guide_text
from tests.support.library import create_guide
from web.cache_policy import is_public

NOW = timezone.now()


def published(slug="waiting", since=NOW - timedelta(days=1), state="published"):
    return create_guide(slug, state, publish_at=since, now=NOW)


def cut(worker):
    """Ends a worker's connection, as a database that stops does."""
    worker.link.close()


@pytest.fixture
def seen(transactional_db):
    """What a worker that looks up just now sees."""
    worker = Site()

    def look():
        worker.look_up(timezone.now())
        return worker.known

    yield look
    cut(worker)


def test_nothing_changes_while_nobody_changes_anything(seen):
    published()
    before = seen()
    Document.objects.count()
    assert seen() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda guide: guide.rewrite(guide_text("waiting", title="Another"), by=None, now=NOW, note="Changed"),
        lambda guide: Document.objects.filter(pk=guide.pk).update(state="draft"),
        lambda guide: Document.objects.bulk_update([guide], ["style"]),
        lambda guide: published("elsewhere"),
        lambda guide: guide.delete(),
    ],
)
def test_every_change_of_a_text_is_another_state_however_it_is_made(seen, change):
    guide = published()
    before = seen()
    change(guide)
    assert seen() != before


def test_what_is_taken_back_changes_nothing_and_what_is_not_there_yet_is_not_seen(seen):
    guide = published()
    before = seen()
    with transaction.atomic():
        guide.rewrite(guide_text("waiting", title="Another"), by=None, now=NOW, note="Changed")
        assert seen() == before
        transaction.set_rollback(True)
    assert seen() == before


def test_a_moment_of_publishing_that_passes_is_another_state(transactional_db):
    published(since=NOW + timedelta(days=1))
    worker = Site()
    worker.look_up(NOW)
    before = worker.seen
    worker.look_up(NOW + timedelta(days=1))
    assert worker.seen != before
    cut(worker)


def test_a_clock_that_is_behind_the_databases_shows_a_scheduled_guide_when_its_own_time_has_come(transactional_db):
    """Pages and state follow one clock: that of the process, here two hours behind."""
    published(since=NOW - timedelta(hours=1))
    worker, pages = Site(), {}
    for now in (NOW - timedelta(hours=2), NOW - timedelta(minutes=1)):
        worker.look_up(now)
        if worker.seen not in pages:  # as the page cache does
            pages[worker.seen] = [guide.slug for guide in Guide.objects.listed(now)]
    assert pages[worker.seen] == ["waiting"]
    cut(worker)


def test_the_database_is_asked_once_a_second_at_most(transactional_db):
    worker = Site()
    before = worker.state()
    published()
    assert worker.state() == before
    worker.asked_at -= 1  # a second later
    assert worker.state() != before
    cut(worker)


@contextmanager
def out_of_reach():
    original, connection.settings_dict = connection.settings_dict, {**connection.settings_dict, "HOST": "/nowhere"}
    try:
        yield
    finally:
        connection.settings_dict = original


def test_nobody_knows_the_state_before_it_was_seen_and_it_stays_while_the_database_is_away(seen):
    worker, known = Site(), seen()
    with out_of_reach():
        assert worker.state() is None
    worker.look_up(NOW)
    assert worker.seen == known[0]
    cut(worker)
    worker.look_up(NOW)
    assert worker.seen == known[0]
    worker.look_up(NOW)
    assert worker.link is not None
    cut(worker)


def test_the_log_says_once_that_the_state_can_not_be_asked_and_once_that_it_can_again(transactional_db, caplog):
    worker = Site()
    with out_of_reach():
        for _ in range(3):
            worker.look_up(NOW)
    for _ in range(3):
        worker.look_up(NOW)
    cut(worker)
    begun, over = caplog.records
    assert begun.getMessage() == "Asking the database in what state the published texts are: failing from now on."
    assert begun.exc_info[0] is psycopg.OperationalError
    assert over.getMessage() == "Asking the database in what state the published texts are: working again."


def test_an_old_server_is_not_asked_for_longer_than_a_minute(transactional_db):
    """It may be cut off from the others, and the address may lead to another by now."""
    worker = Site()
    worker.look_up(NOW)
    link = worker.link
    worker.look_up(NOW)
    assert worker.link is link
    worker.linked_at -= RENEWAL  # a minute later
    worker.look_up(NOW)
    assert worker.link is not link
    assert link is not None
    assert link.closed
    cut(worker)


def test_which_paths_are_the_same_for_everyone():
    for path in ("/", "/guides/", "/guides/anxious/", "/quiz/", "/help/", "/about/", "/privacy/", "/robots.txt", "/sitemap.xml"):
        assert is_public(path), path
    for path in ("/quiz/take/", f"/quiz/results/{'x' * 43}/", "/admin/", "/healthz", "/readyz", "/nowhere/", "/guides", "//", ""):
        assert not is_public(path), path
