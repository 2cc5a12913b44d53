"""Guides in the table of documents: which of them readers see, and what their pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from documents.content import references
from documents.html import Html
from documents.models import PUBLISHED, Document, DocumentQuerySet
from documents.release import release
from guides.parts import ADDRESS, Facts, Parts, Style, mentioned, read
from guides.ready import html_of, ready
from guides.styles import NO_STYLE, STYLES, Description

KIND = "guide"
# One guide and the others that its page may name, as far as readers may see them; `is_ready` tells whether its HTML is this release's.
# Written out, because Django takes longer to write it than Postgres to answer.
PAGE = f"""
SELECT id, kind, slug, style, reviewed, next_review, changed_at, publish_at, html, facts,
    made_of = sha256(convert_to(%(release)s || source, 'UTF8')) AS is_ready,
    (
        SELECT json_agg(json_build_object('slug', slug, 'title', title, 'summary', summary)) FROM documents_document
        WHERE kind = %(kind)s AND language = %(language)s AND {PUBLISHED}
        AND slug = ANY(ARRAY(SELECT jsonb_array_elements_text(guide.facts->'links' || (guide.facts->'about'->'related'))))
    ) AS near
FROM documents_document AS guide WHERE kind = %(kind)s AND language = %(language)s AND slug = %(slug)s AND {PUBLISHED}
"""  # noqa: S608 (all of it is our own)


@dataclass(frozen=True)
class Page:
    """What a guide's page shows."""

    about: Facts
    html: Html
    related: list[Guide]


@dataclass(frozen=True)
class Group:
    """The guides for one style, or those for everyone."""

    style: str
    about: Description
    guides: list[Guide]

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def description(self) -> str:
        return self.about.description


class GuideManager(models.Manager["Guide"]):
    def get_queryset(self) -> DocumentQuerySet[Guide]:
        return DocumentQuerySet(self.model, using=self._db).filter(kind=KIND)

    def published(self, now: datetime) -> DocumentQuerySet[Guide]:
        return self.get_queryset().published(now)

    def opened(self, slug: str, now: datetime) -> Guide | None:
        """The guide that readers find under a slug, with what its page needs, by one query."""
        asked = {"kind": KIND, "language": settings.LANGUAGE_CODE, "slug": slug, "now": now, "release": release()}
        return next(iter(self.raw(PAGE, asked)), None)

    def listed(self, now: datetime) -> DocumentQuerySet[Guide]:
        """What lists show of the guides that readers see, in the order of their titles."""
        return self.published(now).only("kind", "slug", "title", "summary", "style").order_by("title")

    def groups(self, now: datetime) -> list[Group]:
        """The listed guides by style, in the order of the styles; groups without a guide are left out."""
        guides = list(self.listed(now))
        about = {**{str(style): text for style, text in STYLES.items()}, "": NO_STYLE}
        groups = [Group(style, text, [guide for guide in guides if guide.style == style]) for style, text in about.items()]
        return [group for group in groups if group.guides]


class Guide(Document):
    objects: ClassVar[GuideManager] = GuideManager()  # type: ignore[assignment]  # a proxy sees fewer rows than its table
    is_ready: bool | None  # these two are there where `opened` found the guide
    near: list[dict[str, str]] | None

    class Meta:
        proxy = True
        ordering = ["title"]
        permissions = [("publish_guide", "Can publish guides, and change published ones")]

    def get_style_display(self) -> str:
        return STYLES[Style(self.style)].name if self.style else NO_STYLE.name

    def ready_page(self) -> Page | None:
        """The page as its row keeps it; None where it was made of another text or by another release, or has a link to a draft."""
        kept = ready(self.facts) if self.is_ready and self.facts else None
        near = {guide["slug"]: Guide(kind=KIND, **guide) for guide in self.near or ()}
        if kept is None or not kept.links <= near.keys():
            return None
        return Page(kept.about, Html(self.html), [near[slug] for slug in kept.about.related if slug in near])

    def made_page(self, now: datetime, *, all_open: bool) -> Page:
        """The page made from the text."""
        parts, related = self.page(now)
        return Page(parts.facts, html_of(parts, all_open=all_open), related)

    def page(self, now: datetime) -> tuple[Parts, list[Guide]]:
        """The parts, with links only to what readers may see at `now`, and the related guides in the writer's order."""
        slugs = mentioned(self.source)
        near = {guide.slug: guide for guide in Guide.objects.listed(now).filter(slug__in=slugs)}
        parts = read(self.source, references(), {ADDRESS.format(slug) for slug in slugs - {self.slug, *near}})
        return parts, [near[slug] for slug in parts.related if slug in near]
