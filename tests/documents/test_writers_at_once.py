"""Two concurrent writers never deadlock: one waits for the other, whatever both do.

The first stops before each statement that locks something, one after the other; the second then goes as far as it can.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations_with_replacement, count
from threading import Event
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from documents.files.sync import ConflictPolicy, import_folder, mark_synced
from documents.models import Document, Redirect
from guides.models import Guide
from tests.support.admin_client import AdminClient, run_and_disconnect, wait_until_blocked
from tests.support.library import create_guide
from tests.support.sampling import sample
from tests.support.waiting import wait_until

Action = Callable[[], object]
SECONDS = 30
COPIES = 220  # more than one batch of reading or of writing
# Copies of a guide, except in the columns that have to differ.
COPY = """
INSERT INTO documents_document
    (kind, language, slug, title, summary, style, anchors, fingerprints, source, state, publish_at, changed_at, made_of)
SELECT kind, language, 'copy-' || number, title, summary, style, anchors, '{}', source, state, publish_at, changed_at, made_of
FROM documents_document, generate_series(1, %s) AS number
"""
LOCKS = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM|LOCK TABLE) "?documents_|FROM "?documents_.* FOR UPDATE', re.DOTALL)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin_model() -> str:
    return "guides_guide"


class Library:
    """Two guides that differ from their files, and many copies between them."""

    def __init__(self, folder: Any, owner: AdminClient) -> None:
        self.folder, self.owner = folder, owner
        self.fill()
        self.form = owner.form(self.last)

    def fill(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE documents_document RESTART IDENTITY CASCADE")
        create_guide("aa", title="As it was")
        with connection.cursor() as cursor:
            cursor.execute(COPY, [COPIES])
        self.last = create_guide("zz", title="As it was")
        Redirect.objects.create(kind="guide", language="en", slug="once-zz", document=self.last)
        Document.objects.filter(slug__in=("aa", "zz")).update(made_of=b"another release", title="Of another release")

    def save(self) -> None:
        """Saves the last guide under its former address, so that the redirects change too."""
        assert self.owner.send({**self.form, "slug": "once-zz"}, self.last).status in {200, 302}

    def add(self) -> None:
        """Creates a guide under that address."""
        assert self.owner.send({**self.form, "slug": "once-zz", "base_revision": ""}).status in {200, 302}

    def delete(self) -> None:
        self.post(reverse("admin:guides_guide_delete", args=[self.last.pk]), post="yes")

    def delete_many(self) -> None:
        both = list(Guide.objects.filter(slug__in=("aa", "zz")).values_list("pk", flat=True))
        self.post(reverse("admin:guides_guide_changelist"), post="yes", action="delete_selected", _selected_action=both)

    def post(self, address: str, **form: Any) -> None:
        assert self.owner.client.post(address, form).status_code in {200, 302}

    def import_files(self) -> None:
        assert not import_folder(self.folder, timezone.now(), ConflictPolicy.THEIRS, dry_run=False).errors

    def mark_as_exported(self) -> None:
        mark_synced([(document, document.source) for document in Document.objects.order_by("slug")])

    def rebuild(self) -> None:
        call_command("rebuild_columns", outdated=True, verbosity=0)


ACTIONS = [
    Library.save,
    Library.add,
    Library.delete,
    Library.delete_many,
    Library.mark_as_exported,
    Library.rebuild,
    Library.import_files,
]


@pytest.fixture
def library(folder, write, owner) -> Library:
    for slug in ("aa", "zz"):
        write(slug, title="As the file has it")
    return Library(folder, owner)


def run_both(first: Action, second: Action, number: int) -> bool:
    """Returns False if `first` has fewer than `number` statements that lock something."""
    reached, go_on = Event(), Event()
    with ThreadPoolExecutor() as pool:
        one = pool.submit(run_and_disconnect, run_and_stop_at, first, number, reached, go_on)
        wait_until(lambda: reached.is_set() or one.done(), SECONDS)
        two = pool.submit(run_and_disconnect, second)
        wait_until_blocked(two)
        go_on.set()
        one.result(SECONDS)
        two.result(SECONDS)
    return reached.is_set()


def run_and_stop_at(action: Action, number: int, reached: Event, go_on: Event) -> None:
    numbers = count(1)

    def stop(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        if LOCKS.search(sql) and next(numbers) == number:
            reached.set()
            assert go_on.wait(SECONDS)
        return execute(sql, *others)

    with connection.execute_wrapper(stop):
        action()


@pytest.mark.parametrize(("first", "second"), [*sample(combinations_with_replacement(ACTIONS, 2))], ids=lambda action: action.__name__)
@pytest.mark.no_cover
def test_two_concurrent_writers_never_deadlock(library, first, second):
    for number in count(1):
        library.fill()
        if not run_both(lambda: first(library), lambda: second(library), number):
            return
