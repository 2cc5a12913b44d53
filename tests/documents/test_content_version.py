"""The version of the published content: it changes with everything that readers see, for every worker and host."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from documents.content_version import MAX_CONNECTION_AGE, PublishedContent
from documents.models import Document
from guides.models import Guide
from tests.support.builders import guide_text
from tests.support.library import create_guide
from web.cache_policy import is_public

NOW = timezone.now()


def published(slug="waiting", since=NOW - timedelta(days=1), state="published"):
    return create_guide(slug, state, publish_at=since, now=NOW)


def close_connection(worker):
    """As a database that stops does."""
    worker.connection.close()


@pytest.fixture
def version(transactional_db):
    """Returns the version as a worker sees it at the time of the call."""
    worker = PublishedContent()

    def look():
        worker.refresh(timezone.now())
        return worker.last_version

    yield look
    close_connection(worker)


def test_the_version_stays_while_nothing_changes(version):
    published()
    before = version()
    Document.objects.count()
    assert version() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda guide: guide.save_revision(guide_text("waiting", title="Another"), by=None, now=NOW, note="Changed"),
        lambda guide: Document.objects.filter(pk=guide.pk).update(state="draft"),
        lambda guide: Document.objects.bulk_update([guide], ["style"]),
        lambda guide: published("elsewhere"),
        lambda guide: guide.delete(),
    ],
)
def test_every_change_of_a_text_changes_the_version_however_it_is_written(version, change):
    guide = published()
    before = version()
    change(guide)
    assert version() != before


def test_a_change_counts_when_it_is_committed_and_never_when_it_is_rolled_back(version):
    guide = published()
    before = version()
    with transaction.atomic():
        guide.save_revision(guide_text("waiting", title="Another"), by=None, now=NOW, note="Changed")
        assert version() == before
        transaction.set_rollback(True)
    assert version() == before


def test_a_time_of_publishing_that_passes_changes_the_version(transactional_db):
    published(since=NOW + timedelta(days=1))
    worker = PublishedContent()
    worker.refresh(NOW)
    before = worker.database_version
    worker.refresh(NOW + timedelta(days=1))
    assert worker.database_version != before
    close_connection(worker)


def test_a_process_whose_clock_is_behind_the_databases_shows_a_scheduled_guide_at_its_own_time(transactional_db):
    """Pages and version follow one clock: that of the process, here two hours behind."""
    published(since=NOW - timedelta(hours=1))
    worker, pages = PublishedContent(), {}
    for now in (NOW - timedelta(hours=2), NOW - timedelta(minutes=1)):
        worker.refresh(now)
        if worker.database_version not in pages:  # as the page cache does
            pages[worker.database_version] = [guide.slug for guide in Guide.objects.listed(now)]
    assert pages[worker.database_version] == ["waiting"]
    close_connection(worker)


def test_the_database_is_asked_at_most_once_a_second(transactional_db):
    worker = PublishedContent()
    before = worker.version()
    published()
    assert worker.version() == before
    worker.refreshed_at -= 1  # a second later
    assert worker.version() != before
    close_connection(worker)


@contextmanager
def database_unreachable():
    original, connection.settings_dict = connection.settings_dict, {**connection.settings_dict, "HOST": "/nowhere"}
    try:
        yield
    finally:
        connection.settings_dict = original


def test_the_version_is_unknown_until_the_database_was_reached_and_stays_while_it_is_away(version):
    worker, known = PublishedContent(), version()
    with database_unreachable():
        assert worker.version() is None
    worker.refresh(NOW)
    assert worker.database_version == known[0]
    close_connection(worker)
    worker.refresh(NOW)
    assert worker.database_version == known[0]
    worker.refresh(NOW)
    assert worker.connection is not None
    close_connection(worker)


def test_the_log_says_once_that_the_version_can_not_be_looked_up_and_once_that_it_can_again(transactional_db, caplog):
    worker = PublishedContent()
    with database_unreachable():
        for _ in range(3):
            worker.refresh(NOW)
    for _ in range(3):
        worker.refresh(NOW)
    close_connection(worker)
    begun, over = caplog.records
    assert begun.getMessage() == "Looking up the version of the published content: failing from now on."
    assert begun.exc_info[0] is psycopg.OperationalError
    assert over.getMessage() == "Looking up the version of the published content: working again."


def test_a_connection_is_renewed_after_a_minute(transactional_db):
    """The address may lead to another server by then."""
    worker = PublishedContent()
    worker.refresh(NOW)
    old = worker.connection
    worker.refresh(NOW)
    assert worker.connection is old
    worker.connected_at -= MAX_CONNECTION_AGE  # a minute later
    worker.refresh(NOW)
    assert worker.connection is not old
    assert old is not None
    assert old.closed
    close_connection(worker)


def test_which_paths_are_public():
    for path in ("/", "/guides/", "/guides/anxious/", "/quiz/", "/help/", "/about/", "/privacy/", "/robots.txt", "/sitemap.xml"):
        assert is_public(path), path
    for path in ("/quiz/take/", f"/quiz/results/{'x' * 43}/", "/admin/", "/healthz", "/readyz", "/nowhere/", "/guides", "//", ""):
        assert not is_public(path), path
