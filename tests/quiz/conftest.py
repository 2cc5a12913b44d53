"""The quiz that we ship, with its guides, published; and a taker who answers it over HTTP."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from statistics import fmean, variance

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from documents.models import Document, Revision
from guides.models import Guide
from quiz import scoring
from quiz.instrument import types
from quiz.instrument_cache import asked
from quiz.models import Instrument, Result
from quiz.statistics import figures
from quiz.submission import form_fields, fresh_key, read_submission

Published = tuple[list[Document], list[Revision]]


@pytest.fixture(scope="session")
def published(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Published:
    """The rows that publishing the guides and the quiz makes. Found out once, for reading the texts takes longer than most tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        for path in sorted(settings.CONTENT_DIR.glob("guides/*.md")):
            publish(Guide(kind="guide", state="published"), path.read_text())
        publish(Instrument(kind="quiz", state="published"), (settings.CONTENT_DIR / "quiz/attachment.md").read_text())
        rows = list(Document.objects.all()), list(Revision.objects.all())
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def library(db: None, published: Published) -> Instrument:
    """The guides that the quiz leads to, and the quiz, as rows of this test's own."""
    return shelve(published)


@pytest.fixture
def open_library(published: Published, django_db_blocker: DjangoDbBlocker) -> Iterator[Instrument]:
    """The library, committed, so that other processes see it. Ask for it before `db`, which begins a transaction.

    A transactional test would clear every table when it ends, and with them what migrations wrote.
    """
    with django_db_blocker.unblock():
        yield shelve(published)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE documents_document, throttle_tally CASCADE")


def shelve(published: Published) -> Instrument:
    documents, revisions = published
    Document.objects.bulk_create(documents)
    Revision.objects.bulk_create(revisions)
    return Instrument.objects.get()


def publish(document: Document, text: str) -> None:
    document.rewrite(text, by=None, now=timezone.now(), note="For a test")


class Taker:
    """Somebody at the form: every answer is `usual` but for those given."""

    def __init__(self, client: Client, usual: int = 5, form: str = "/quiz/take/") -> None:
        self.client, self.form = client, form
        page = client.get(form).content.decode()
        [self.key] = re.findall(r'name="key" value="([^"]+)"', page)
        [self.version] = re.findall(r'name="version" value="([^"]+)"', page)
        self.items = list(dict.fromkeys(re.findall(r'name="([a-z-]+-\d)"', page)))
        self.usual = usual

    def send(self, keep="yes", left_out=(), relation="friend", headers=None, **given):
        answers = {item: given.get(item.replace("-", "_"), self.usual) for item in self.items if item not in left_out}
        sent = {"key": self.key, "version": self.version, "relation": relation, "keep": keep, **answers}
        return self.client.post(f"{self.form}?sent", sent, headers=headers)

    @property
    def address(self) -> str:
        return f"/quiz/results/{self.key}/"


def keep(answers: dict[str, int], version: Revision, now: datetime, key: str = "") -> None:
    """A result of somebody's own, as the form keeps it."""
    fields = {"key": key or fresh_key(), **form_fields(version.pk, "friend", answers)}
    submission = read_submission(fields, asked(version), version.pk)
    assert Result.objects.keep(submission, submission.key, now)  # no two from one address, so that no limit is met


def alpha_of(quiz: types.Instrument, dimension: str, people: Sequence[Mapping[str, int]]) -> float:
    """Coefficient alpha of a dimension in a sample of answers to every statement."""
    items = quiz.items_in(dimension)
    rows = [[scoring.keyed(item, answers[item.key], quiz.scale) for item in items] for answers in people]
    alpha = figures.alpha([variance(column) for column in zip(*rows, strict=True)], variance([fmean(row) for row in rows]))
    assert alpha is not None
    return alpha


@pytest.fixture
def taker(library: Instrument, client: Client) -> Taker:
    return Taker(client)


@pytest.fixture
def kept(taker: Taker) -> Callable[[], Result]:
    taker.send()
    return lambda: Result.objects.get()
