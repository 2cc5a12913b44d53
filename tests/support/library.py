"""Guides and quizzes saved in the database as an import saves them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from documents.models import Document, Revision, State
from guides.models import Guide
from quiz.models import Instrument
from tests.support.builders import guide_text

Rows = tuple[list[Document], list[Revision]]
AnyDocument = TypeVar("AnyDocument", bound=Document)


def save_text(document: AnyDocument, text: str, now: datetime | None = None) -> AnyDocument:
    """Saves `text` as the document's next revision."""
    document.save_revision(text, by=None, now=now or timezone.now(), note="Imported from its file")
    return document


def create_guide(
    slug: str = "waiting",
    state: str = State.PUBLISHED,
    text: str = "",
    publish_at: datetime | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Guide:
    """Creates a guide with `text`, or else with a text for `slug`; `changes` are arguments of `guide_text`."""
    return save_text(Guide(kind="guide", state=state, publish_at=publish_at), text or guide_text(slug, **changes), now)


def create_quiz(text: str, state: str = State.PUBLISHED) -> Instrument:
    return save_text(Instrument(kind="quiz", state=state), text)


def shipped_text(path: str) -> str:
    """The text of a file in content/, such as "guides/anxious.md"."""
    return (settings.CONTENT_DIR / path).read_text()


def create_shipped_quiz() -> Instrument:
    return create_quiz(shipped_text("quiz/attachment.md"))


def create_shipped_library() -> Instrument:
    """Publishes every guide in content/ and the quiz, which links to them. Returns the quiz."""
    for path in sorted(settings.CONTENT_DIR.glob("guides/*.md")):
        create_guide(text=path.read_text())
    return create_shipped_quiz()


@pytest.fixture(scope="session")
def shipped_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Rows:
    """The rows of the shipped library. They are derived once, because parsing the texts takes longer than most tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        create_shipped_library()
        rows = list(Document.objects.all()), list(Revision.objects.all())
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def library(db: None, shipped_rows: Rows) -> Instrument:
    """The shipped guides and quiz, published, in the test's transaction. Returns the quiz."""
    return insert(shipped_rows)


@pytest.fixture
def committed_library(shipped_rows: Rows, django_db_blocker: DjangoDbBlocker) -> Iterator[Instrument]:
    """The same, committed, so that other processes see it. Ask for it before `db`, which begins a transaction.

    A transactional test would clear every table when it ends, and with them what migrations wrote.
    """
    with django_db_blocker.unblock():
        yield insert(shipped_rows)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE documents_document, throttle_tally CASCADE")


def insert(rows: Rows) -> Instrument:
    documents, revisions = rows
    Document.objects.bulk_create(documents)
    Revision.objects.bulk_create(revisions)
    return Instrument.objects.get()
