"""The table of documents of all kinds, and their history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self, TypedDict, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connections, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length
from django.utils import timezone

from documents.bibliography import references
from documents.build_id import build_id
from documents.images import Picture
from documents.kinds import KINDS, Kind
from documents.links import is_page
from documents.text.addresses import SLUG
from documents.text.library import Library
from documents.text.parsed import ParsedText, fingerprints_of
from documents.text.parser import MAX_LENGTHS

models.BinaryField.register_lookup(Length)

# The fields that `Document.derive` sets.
DERIVED_FIELDS = ("slug", "title", "summary", "style", "reviewed", "next_review", "anchors", "fingerprints", "html", "facts", "made_of")
# In raw SQL, the condition of state and time in `DocumentQuerySet.published`. Queries that list documents add kind and language.
PUBLISHED_SQL = "state = 'published' AND publish_at <= %(now)s"
# In raw SQL, whether `made_of` equals `render_digest`.
RENDERED_SQL = "made_of = sha256(convert_to(%(build_id)s || source, 'UTF8'))"


class State(models.TextChoices):
    DRAFT = "draft", "Draft: only editors see it"
    PUBLISHED = "published", "Published: readers see it from the time below"


class UniqueKey(TypedDict):
    """The fields by which a document or a redirect is unique."""

    kind: str
    language: str
    slug: str


def sha256_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


DocumentT = TypeVar("DocumentT", bound="Document", covariant=True)


class DocumentQuerySet(models.QuerySet[DocumentT]):
    def published(self, now: datetime) -> Self:
        """Returns the documents that readers may see at `now`, which every page, list, link and feed for readers is limited to.

        Filters by language, so that the unique index can be used.
        """
        return self.filter(state=State.PUBLISHED, publish_at__lte=now, language=settings.LANGUAGE_CODE)

    def with_former_slug(self, slug: str) -> Self:
        """Returns the documents that had this slug earlier, at most one of each kind and language.

        Compares kind and language too, so that the unique index can be used.
        """
        return self.filter(redirects__kind=F("kind"), redirects__language=F("language"), redirects__slug=slug)

    def lock_table(self) -> None:
        """Keeps everybody else from writing documents until the transaction ends. Reading goes on.

        Each transaction that writes documents, or rows that belong to them, begins with this, so that all take their locks in one order
        and none can deadlock. A weaker mode would not block the `select_for_update` that workers of the previous release still use during a
        deploy.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute("LOCK TABLE documents_document IN EXCLUSIVE MODE")

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            self.lock_table()
            return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined]  # as in Django, where a manager can't delete

    def library(self, sentences: Iterable[int]) -> Library:
        """Returns what a text is checked against: these documents, and of their sentences those with the fingerprints `sentences`."""
        wanted = set(sentences)
        anchors: dict[str, dict[str, list[str]]] = {}
        addresses: dict[int, str] = {}
        for kind, slug, document_anchors, fingerprints in self.values_list("kind", "slug", "anchors", "fingerprints"):
            address = KINDS[kind].address_of(slug)
            anchors[address] = document_anchors
            addresses.update(dict.fromkeys(wanted.intersection(fingerprints), address))
        return Library(anchors, addresses, is_page, Picture.objects.has_address)


class Document(models.Model):
    """A text of some kind. Columns repeat what its front matter says, so that lists need not parse it."""

    State = State

    kind = models.CharField(max_length=20, editable=False)
    language = models.CharField(max_length=20, default=settings.LANGUAGE_CODE, editable=False)
    source = models.TextField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    publish_at = models.DateTimeField(
        "publish at",
        null=True,
        blank=True,
        help_text="Readers see a published text from this time on (UTC). Empty means now.",
    )
    changed_at = models.DateTimeField(editable=False)  # when the source last changed
    # `normalized_digest` of the text that the last sync read, from the file or from here, whether it was taken or not.
    synced_digest = models.BinaryField(null=True, editable=False)

    # Set by `derive` from the source, and never edited.
    slug = models.CharField(max_length=MAX_LENGTHS["slug"], editable=False)
    title = models.CharField(max_length=MAX_LENGTHS["title"], editable=False)
    summary = models.CharField(max_length=MAX_LENGTHS["summary"], editable=False)
    style = models.CharField(max_length=20, blank=True, editable=False)
    reviewed = models.DateField(null=True, editable=False)
    next_review = models.DateField(null=True, editable=False)
    anchors = models.JSONField(editable=False)  # the page's fragments that links may name, each with the facets it eases
    fingerprints = ArrayField(models.BigIntegerField(), editable=False)  # of its long sentences
    # The page's HTML and its other data. Both are valid while `made_of` equals `render_digest`.
    html = models.TextField(blank=True, db_default="", editable=False)
    facts = models.JSONField(null=True, editable=False)
    made_of = models.BinaryField(null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["fingerprints"], name="document_fingerprints"),
            models.Index(fields=["publish_at"], condition=Q(state=State.PUBLISHED), name="document_publish_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "language", "slug"],
                name="document_slug_unique",
                violation_error_message="Another text has this slug. Choose another.",
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=f"^{SLUG.pattern}$"),
                name="document_slug_form",
                violation_error_message="A slug has small letters, digits and single hyphens.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(state=State.PUBLISHED, publish_at__isnull=False),
                name="document_published_since",
                violation_error_message="A published text needs the time from which readers see it.",
            ),
            models.CheckConstraint(
                condition=Q(synced_digest__isnull=True) | Q(synced_digest__length=32),
                name="document_digest_sha256",
                violation_error_message="A digest has 32 bytes.",
            ),
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(title=""),
                name="document_not_empty",
                violation_error_message="A text has a source and a title.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.kind_spec.address_of(self.slug)

    @property
    def kind_spec(self) -> Kind:
        return KINDS[self.kind]

    @property
    def lastmod(self) -> datetime:
        """When the page last changed for readers."""
        return max(self.changed_at, self.publish_at or self.changed_at)

    def parse(self, source: str) -> ParsedText:
        """Parses `source` as a text of this document's kind."""
        return self.kind_spec.parse(source, references())

    def clean(self) -> None:
        self.set_publish_at(timezone.now())

    def set_publish_at(self, now: datetime) -> None:
        """Sets the time of publishing to `now` if the text is published and has none."""
        if self.state == State.PUBLISHED and self.publish_at is None:
            self.publish_at = now

    def derive(self, parsed: ParsedText) -> None:
        """Sets the derived columns. `parsed` is the parsed source."""
        self.slug, self.title, self.summary = parsed.slug, parsed.title, parsed.summary
        self.style = parsed.style or ""
        self.reviewed, self.next_review = parsed.reviewed, parsed.next_review
        self.anchors = {anchor: list(facets) for anchor, facets in parsed.anchors.items()}
        self.fingerprints = sorted(fingerprints_of(parsed))
        html, self.facts = self.kind_spec.render(parsed)
        self.html = Picture.objects.add_sizes(html)
        self.made_of = self.render_digest

    @property
    def render_digest(self) -> bytes:
        """The value of `made_of` if this build derived the columns from the current source."""
        return sha256_of(build_id() + self.source)

    @transaction.atomic
    def save_revision(self, source: str, by: User | None, now: datetime, note: str, parsed: ParsedText | None = None) -> None:
        """Saves `source` as the text and as a new revision, and redirects from the slug that it replaces.

        Pass `parsed` if `source` has been parsed already.
        """
        Document.objects.lock_table()
        old_slug = self.slug
        if source != self.source:
            self.source, self.changed_at = source, now
        self.set_publish_at(now)
        self.derive(parsed or self.parse(source))
        self.save()
        if old_slug and old_slug != self.slug:
            Redirect.objects.update_or_create(defaults={"document": self}, **self.unique_key(old_slug))
        Redirect.objects.delete_overridden()
        last = self.revisions.aggregate(last=models.Max("number"))["last"] or 0
        self.revisions.create(number=last + 1, source=source, made_at=now, made_by=by, note=note)

    @transaction.atomic
    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        Document.objects.lock_table()
        return super().delete(*args, **options)

    def unique_key(self, slug: str) -> UniqueKey:
        """Returns the key of this document, or of a redirect to it, at `slug`."""
        return {"kind": self.kind, "language": self.language, "slug": slug}


class Revision(models.Model):
    """A text as somebody saved it. The text never changes, and is deleted only with its document."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)  # null for an import or a deleted account
    note = models.CharField(max_length=200)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="revision_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}"


class RedirectQuerySet(models.QuerySet["Redirect"]):
    def delete_overridden(self) -> None:
        """Deletes the redirects from slugs that documents have now."""
        documents = Document.objects.filter(kind=OuterRef("kind"), language=OuterRef("language"), slug=OuterRef("slug"))
        self.filter(Exists(documents)).delete()


class Redirect(models.Model):
    """A former address of a document."""

    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    slug = models.CharField(max_length=MAX_LENGTHS["slug"])
    document = models.ForeignKey(Document, models.CASCADE, related_name="redirects")

    objects = RedirectQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "language", "slug"], name="redirect_slug_unique")]

    def __str__(self) -> str:
        return self.slug
