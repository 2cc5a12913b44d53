"""Guides in the table of documents: which of them readers see, and what their pages show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models

from documents.bibliography import references
from documents.build_id import release
from documents.images import Picture
from documents.models import PUBLISHED, Document, DocumentQuerySet
from documents.text.html import Html
from guides.parts import ADDRESS, About, OtherGuides, Parts
from guides.reader import mentioned, read_guide
from guides.rendering import head_of, text_of
from guides.styles import NO_STYLE, STYLES, Description, Style
from web.prepared_statements import prepared_cursor

KIND = "guide"
# A guide whose page lies ready, and beside it the guides that the page names, as far as readers may see them. Ready is what this
# release made of this very text, while its review is not overdue. Written out, because Django takes longer to write it than Postgres
# to answer.
READY = f"""
SELECT greatest(changed_at, publish_at), html, facts, (
    SELECT json_object_agg(slug, json_build_array(slug, title, summary)) FROM documents_document
    WHERE kind = %(kind)s AND language = %(language)s AND {PUBLISHED}
    AND slug = ANY(ARRAY(SELECT jsonb_array_elements_text(page.facts->'names')))
)
FROM documents_document AS page
WHERE kind = %(kind)s AND language = %(language)s AND slug = %(slug)s AND {PUBLISHED}
AND made_of = sha256(convert_to(%(release)s || source, 'UTF8')) AND (next_review IS NULL OR next_review >= %(today)s)
"""  # noqa: S608 (all of it is our own)


class Near(NamedTuple):
    """Another guide, as much of it as leads there."""

    slug: str
    title: str
    summary: str

    def get_absolute_url(self) -> str:
        return ADDRESS.format(self.slug)


@dataclass(frozen=True)
class Page:
    """What a guide's page shows."""

    about: About
    head: Html
    text: Html
    related: Sequence[Guide | Near]
    modified: datetime  # when readers last saw something change


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

    def ready_page(self, slug: str, now: datetime) -> Page | None:
        """The page of the guide under a slug, by one query; None where there is none, or it has to be made from the text."""
        asked: dict[str, Any] = {"kind": KIND, "language": settings.LANGUAGE_CODE, "slug": slug, "now": now, "today": now.date()}
        with prepared_cursor() as cursor:
            cursor.execute(READY, {**asked, "release": release()})
            row = cursor.fetchone()
        if row is None:
            return None
        modified, text, told, near = row
        facts = json.loads(told)
        if not near.keys() >= {*facts["links"]}:
            return None
        related = [Near(*near[name]) for name in facts["related"] if name in near]
        return Page(About(**facts["about"]), Html(facts["head"]), Html(text), related, modified)

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

    class Meta:
        proxy = True
        ordering = ["title"]
        permissions = [("publish_guide", "Can publish guides, and change published ones")]

    def get_style_display(self) -> str:
        return STYLES[Style(self.style)].name if self.style else NO_STYLE.name

    def made_page(self, now: datetime, *, all_open: bool) -> Page:
        """The page made from the text."""
        parts, related = self.page(now)
        overdue = parts.next_review is not None and parts.next_review < now.date()
        text = Picture.objects.add_sizes(text_of(parts, all_open=all_open))
        return Page(parts.about, head_of(parts, overdue=overdue), text, related, self.lastmod)

    def page(self, now: datetime) -> tuple[Parts, list[Guide]]:
        """The parts, with links only to what readers may see at `now`, and the related guides in the writer's order."""
        slugs = mentioned(self.source)
        near = {guide.slug: guide for guide in Guide.objects.listed(now).filter(slug__in=slugs)}
        parts = read_guide(self.source, references(), OtherGuides(frozenset({self.slug, *near})))
        return parts, [near[slug] for slug in parts.related if slug in near]
