"""Two who write texts at once, whatever they do: one waits for the other, and never each for the other.

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

Act = Callable[[], object]
SECONDS = 30
COPIES = 220  # more than are read, and than are written, at once
# As a release and a file left them, except for the columns in which each has to be unlike the others.
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
    """Two guides that differ from their files, and many between them that don't."""

    def __init__(self, folder: Any, owner: AdminClient) -> None:
        self.folder, self.owner = folder, owner
        self.fill()
        self.form = owner.form(self.last)

    def fill(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE documents_document RESTART IDENTITY CASCADE")
        self.shelve("aa")
        with connection.cursor() as cursor:
            cursor.execute(COPY, [COPIES])
        self.last = self.shelve("zz")
        Redirect.objects.create(kind="guide", language="en", slug="once-zz", document=self.last)
        Document.objects.filter(slug__in=("aa", "zz")).update(made_of=b"another release", title="Of another release")

    def shelve(self, slug: str) -> Guide:
        return create_guide(slug, title="As it was")

    def save(self) -> None:
        """Back to the address that it once had, so that the redirects change too."""
        assert self.owner.send({**self.form, "slug": "once-zz"}, self.last).status in {200, 302}

    def add(self) -> None:
        """A new guide under that address."""
        assert self.owner.send({**self.form, "slug": "once-zz", "base_revision": ""}).status in {200, 302}

    def delete(self) -> None:
        self.post(reverse("admin:guides_guide_delete", args=[self.last.pk]), post="yes")

    def delete_many(self) -> None:
        both = list(Guide.objects.filter(slug__in=("aa", "zz")).values_list("pk", flat=True))
        self.post(reverse("admin:guides_guide_changelist"), post="yes", action="delete_selected", _selected_action=both)

    def post(self, address: str, **form: Any) -> None:
        assert self.owner.client.post(address, form).status_code in {200, 302}

    def take_files(self) -> None:
        assert not import_folder(self.folder, timezone.now(), ConflictPolicy.THEIRS, dry_run=False).errors

    def mark_as_exported(self) -> None:
        mark_synced([(document, document.source) for document in Document.objects.order_by("slug")])

    def rebuild(self) -> None:
        call_command("rebuild_columns", outdated=True, verbosity=0)


ACTS = [
    Library.save,
    Library.add,
    Library.delete,
    Library.delete_many,
    Library.mark_as_exported,
    Library.rebuild,
    Library.take_files,
]


@pytest.fixture
def shelf(folder, write, owner) -> Library:
    for slug in ("aa", "zz"):
        write(slug, title="As the file has it")
    return Library(folder, owner)


def meet(first: Act, second: Act, number: int) -> bool:
    """False where `first` has fewer statements that lock something."""
    reached, go_on = Event(), Event()
    with ThreadPoolExecutor() as pool:
        one = pool.submit(run_and_disconnect, stopping, first, number, reached, go_on)
        wait_until(lambda: reached.is_set() or one.done(), SECONDS)
        two = pool.submit(run_and_disconnect, second)
        wait_until_blocked(two)
        go_on.set()
        one.result(SECONDS)
        two.result(SECONDS)
    return reached.is_set()


def stopping(act: Act, number: int, reached: Event, go_on: Event) -> None:
    numbers = count(1)

    def stop(execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        if LOCKS.search(sql) and next(numbers) == number:
            reached.set()
            assert go_on.wait(SECONDS)
        return execute(sql, *others)

    with connection.execute_wrapper(stop):
        act()


@pytest.mark.parametrize(("first", "second"), [*sample(combinations_with_replacement(ACTS, 2))], ids=lambda act: act.__name__)
def test_two_who_write_texts_at_once_never_wait_for_each_other(shelf, first, second):
    for number in count(1):
        shelf.fill()
        if not meet(lambda: first(shelf), lambda: second(shelf), number):
            return
