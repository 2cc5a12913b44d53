"""The one table of authored texts, whatever their kind, with their history."""

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
from django.db.models import F, Q
from django.db.models.functions import Length

from documents.bibliography import references
from documents.build_id import release
from documents.images import Picture
from documents.kinds import KINDS, Kind
from documents.links import is_page
from documents.text.addresses import SLUG
from documents.text.library import Library, ParsedText

models.BinaryField.register_lookup(Length)

# The columns that `Document.derive` sets.
DERIVED = ("slug", "title", "summary", "style", "reviewed", "next_review", "anchors", "fingerprints", "html", "facts", "made_of")
# What `DocumentQuerySet.published` says, for SQL of our own.
PUBLISHED = "state = 'published' AND publish_at <= %(now)s"


class State(models.TextChoices):
    DRAFT = "draft", "Draft: only editors see it"
    PUBLISHED = "published", "Published: readers see it from the time below"


class Place(TypedDict):
    """What makes an address unique."""

    kind: str
    language: str
    slug: str


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


DocumentType = TypeVar("DocumentType", bound="Document", covariant=True)


class DocumentQuerySet(models.QuerySet[DocumentType]):
    def published(self, now: datetime) -> Self:
        """Texts that a reader may see at `now`. Every page, list, link and feed for readers asks this.

        In the language of the site, which stands before the slug in the index that finds a text.
        """
        return self.filter(state=State.PUBLISHED, publish_at__lte=now, language=settings.LANGUAGE_CODE)

    def once_at(self, slug: str) -> Self:
        """Texts that had this slug: one at most of each kind and language, which stand before it in the index of redirects."""
        return self.filter(redirects__kind=F("kind"), redirects__language=F("language"), redirects__slug=slug)

    def lock_table(self) -> None:
        """Until the transaction ends nobody else writes texts; readers notice nothing.

        Each transaction that writes texts, or rows that belong to them, begins with this. So all of them take their locks in one order,
        and no two can wait for each other. A weaker mode would let `select_for_update` pass, which releases before this one begin with.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute("LOCK TABLE documents_document IN EXCLUSIVE MODE")

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic(using=self.db):
            self.lock_table()
            return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined]  # as Django's own: a manager must not delete everything

    def library(self, sentences: Iterable[int]) -> Library:
        """These texts as others see them; of their sentences, those among the fingerprints `sentences`."""
        wanted = set(sentences)
        anchors: dict[str, dict[str, list[str]]] = {}
        places: dict[int, str] = {}
        for kind, slug, own, fingerprints in self.values_list("kind", "slug", "anchors", "fingerprints"):
            address = KINDS[kind].address.format(slug)
            anchors[address] = own
            places.update(dict.fromkeys(wanted.intersection(fingerprints), address))
        return Library(anchors, places, is_page, Picture.objects.has)


class Document(models.Model):
    """A text of some kind. What its front matter says is kept in columns too, so that lists need not read it."""

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
    changed_at = models.DateTimeField(editable=False)  # when the source became what it is
    synced_digest = models.BinaryField(null=True, editable=False)  # SHA-256 of the source when it last agreed with its file

    # Derived from the source by `derive`, never edited by themselves.
    slug = models.CharField(max_length=80, editable=False)
    title = models.CharField(max_length=120, editable=False)
    summary = models.CharField(max_length=200, editable=False)
    style = models.CharField(max_length=20, blank=True, editable=False)
    reviewed = models.DateField(null=True, editable=False)
    next_review = models.DateField(null=True, editable=False)
    anchors = models.JSONField(editable=False)  # the places of its page that links may name, each with the facets it eases
    fingerprints = ArrayField(models.BigIntegerField(), editable=False)  # of its sentences
    # What its page needs beside these, made ready. Both are good for the release and the source that `made_of` is the digest of.
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
        return self.of_kind.address.format(self.slug)

    @property
    def of_kind(self) -> Kind:
        return KINDS[self.kind]

    @property
    def lastmod(self) -> datetime:
        """When readers last saw something change."""
        return max(self.changed_at, self.publish_at or self.changed_at)

    def parse(self, source: str) -> ParsedText:
        """Parses `source` as a text of this document's kind."""
        return self.of_kind.parse(source, references())

    def derive(self, parsed: ParsedText) -> None:
        """Sets the derived columns. `parsed` is the parsed source."""
        self.slug, self.title, self.summary = parsed.slug, parsed.title, parsed.summary
        self.style = parsed.style or ""
        self.reviewed, self.next_review = parsed.reviewed, parsed.next_review
        self.anchors = {anchor: list(facets) for anchor, facets in parsed.anchors.items()}
        self.fingerprints = sorted({sentence.fingerprint for sentence in parsed.sentences if sentence.is_long})
        html, self.facts = self.of_kind.render(parsed)
        self.html = Picture.objects.add_sizes(html)
        self.made_of = self.digest_of_now

    @property
    def digest_of_now(self) -> bytes:
        """What `made_of` is where this release made the columns of the source as it is."""
        return digest_of(release() + self.source)

    @transaction.atomic
    def rewrite(self, source: str, by: User | None, now: datetime, note: str, parsed: ParsedText | None = None) -> None:
        """Saves `source` as the text and as a new revision, and redirects a slug that it gives up.

        `parsed` is `source` as the caller has parsed it already; without it the text is parsed here.
        """
        Document.objects.lock_table()
        old_slug = self.slug
        if source != self.source:
            self.source, self.changed_at = source, now
        if self.state == State.PUBLISHED and self.publish_at is None:
            self.publish_at = now
        self.derive(parsed or self.parse(source))
        self.save()
        if old_slug and old_slug != self.slug:
            Redirect.objects.update_or_create(defaults={"document": self}, **self.at(old_slug))
        Redirect.objects.filter(**self.at(self.slug)).delete()
        last = self.revisions.aggregate(last=models.Max("number"))["last"] or 0
        self.revisions.create(number=last + 1, source=source, made_at=now, made_by=by, note=note)

    @transaction.atomic
    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        Document.objects.lock_table()
        return super().delete(*args, **options)

    def at(self, slug: str) -> Place:
        return {"kind": self.kind, "language": self.language, "slug": slug}


class Revision(models.Model):
    """A text as somebody saved it. Kept for good."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)  # nobody: an import
    note = models.CharField(max_length=200)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="revision_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}"


class Redirect(models.Model):
    """An address that a document once had."""

    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    document = models.ForeignKey(Document, models.CASCADE, related_name="redirects")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "language", "slug"], name="redirect_slug_unique")]

    def __str__(self) -> str:
        return self.slug
