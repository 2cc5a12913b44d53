"""The table of documents: its constraints, its history, and what readers may see of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from documents.models import DERIVED_FIELDS, Document, Redirect
from guides.models import Guide
from tests.support.builders import guide_text

NOW = timezone.now()


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("slug", "'Not A Slug'", "document_slug_form"),
        ("slug", "''", "document_slug_form"),
        ("publish_at", "NULL", "document_published_since"),
        ("state", "'gone'", "document_published_since"),
        ("synced_digest", "'\\x00'", "document_digest_sha256"),
        ("source", "''", "document_not_empty"),
        ("title", "''", "document_not_empty"),
        ("slug", "'other'", "document_slug_unique"),
    ],
)
def test_the_database_refuses_an_invalid_document(edit, column, value, constraint):
    edit("other")
    guide = edit("waiting")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE documents_document SET {column} = {value} WHERE id = %s", [guide.pk])  # noqa: S608


@pytest.mark.parametrize(("number", "constraint"), [("1", "revision_number_unique"), ("0", "revision_number_from_one")])
def test_the_database_numbers_revisions_from_one_and_each_once(edit, number, constraint):
    guide = edit()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_revision (document_id, number, source, made_at, note) VALUES (%s, %s, 'x', now(), '')",
            [guide.pk, number],
        )


def test_two_documents_can_not_have_the_same_former_address(edit):
    Redirect.objects.create(kind="guide", language="en", slug="old", document=edit("one"))
    with pytest.raises(IntegrityError, match="redirect_slug_unique"), transaction.atomic():
        Redirect.objects.create(kind="guide", language="en", slug="old", document=edit("two"))


def test_readers_see_published_documents_from_their_time_on(edit):
    edit("draft", state="draft")
    Guide.objects.filter(pk=edit("taken-back").pk).update(state="draft")
    later = edit("later")
    Guide.objects.filter(pk=later.pk).update(publish_at=NOW + timedelta(hours=1))
    edit("now")
    assert {guide.slug for guide in Guide.objects.published(timezone.now())} == {"now"}
    assert {guide.slug for guide in Guide.objects.published(NOW + timedelta(hours=2))} == {"now", "later"}


def test_each_save_is_a_revision_with_who_and_when(edit):
    ines = User.objects.create(username="ines")
    guide = edit()
    guide.save_revision(guide_text(title="Better"), by=ines, now=NOW, note="Text changed")
    newest, first = guide.revisions.all()
    assert (newest.number, newest.made_by, newest.made_at, newest.source) == (2, ines, NOW, guide_text(title="Better"))
    assert (first.number, first.made_by, first.source) == (1, None, guide_text())


def test_a_revision_outlives_the_account_of_its_writer(edit):
    ines = User.objects.create(username="ines")
    guide = edit()
    guide.save_revision(guide_text(title="Better"), by=ines, now=NOW, note="Text changed")
    ines.delete()
    assert [revision.made_by for revision in guide.revisions.all()] == [None, None]


def test_the_time_of_the_last_change_changes_only_with_the_text(edit):
    guide = edit()
    before = guide.changed_at
    guide.save_revision(guide.source, by=None, now=NOW + timedelta(days=1), note="Looked at")
    assert guide.changed_at == before
    guide.save_revision(guide_text(title="Better"), by=None, now=NOW + timedelta(days=2), note="Text changed")
    assert guide.changed_at == NOW + timedelta(days=2)


def test_for_readers_a_text_changes_when_it_is_published(edit):
    guide = edit()
    guide.publish_at = guide.changed_at + timedelta(days=3)
    assert guide.lastmod == guide.publish_at


def test_a_former_address_that_is_used_again_is_no_redirect(edit):
    guide = edit()
    for slug in ("patience", "waiting"):
        guide.save_revision(guide_text(slug), by=None, now=NOW, note="Renamed")
    assert [old.slug for old in Redirect.objects.all()] == ["patience"]


def test_rebuilding_the_columns_changes_nothing(edit, run, settings):
    for path in sorted(settings.CONTENT_DIR.glob("guides/*.md")):
        edit(path.stem, path.read_text())
    before = list(Document.objects.order_by("pk").values_list(*DERIVED_FIELDS))
    assert run("rebuild_columns") == "0 documents had columns that differed from their text.\n"
    assert list(Document.objects.order_by("pk").values_list(*DERIVED_FIELDS)) == before


def test_outdated_rebuilds_only_what_another_build_derived(edit, run):
    edit("old")
    edit("new")
    old, new = Guide.objects.filter(slug="old"), Guide.objects.filter(slug="new")
    html = old.get().html
    old.update(html="As it was", made_of=None)
    new.update(title="Not looked at")
    assert run("rebuild_columns", "--outdated") == "1 documents had columns that differed from their text.\n"
    assert (old.get().html, new.get().title) == (html, "Not looked at")
    assert run("rebuild_columns", "--outdated") == "0 documents had columns that differed from their text.\n"


def test_wrong_columns_are_corrected_from_the_text(edit, run):
    edit()
    Document.objects.update(title="Wrong", anchors={})
    assert run("rebuild_columns") == "1 documents had columns that differed from their text.\n"
    guide = Guide.objects.get()
    assert (guide.title, "step-1" in guide.anchors) == ("How to wait for an answer", True)
