"""Guides as a proxy model of documents: which of them readers see, and what their pages show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models

from documents.bibliography import references
from documents.build_id import build_id
from documents.images import Picture
from documents.models import PUBLISHED_SQL, RENDERED_SQL, Document, DocumentQuerySet
from documents.text.html import Html
from guides.parser import linked_slugs, read_guide
from guides.parts import ADDRESS, HiddenGuides, Metadata, Parts
from guides.rendering import render_head, render_text
from guides.styles import NO_STYLE, STYLES, style_name
from web.prepared_statements import prepared_cursor

KIND = "guide"
# The stored page of a published guide, and as JSON the published guides that it names. A stored page is good as long as this release
# rendered it from the current text, and the review is not overdue. In SQL, because Django takes longer to build the query than
# Postgres to answer it.
PRERENDERED_PAGE_SQL = f"""
SELECT greatest(changed_at, publish_at), html, facts, (
    SELECT json_object_agg(slug, json_build_array(slug, title, summary)) FROM documents_document
    WHERE kind = %(kind)s AND language = %(language)s AND {PUBLISHED_SQL}
    AND slug = ANY(ARRAY(SELECT jsonb_array_elements_text(page.facts->'slugs')))
)
FROM documents_document AS page
WHERE kind = %(kind)s AND language = %(language)s AND slug = %(slug)s AND {PUBLISHED_SQL}
AND {RENDERED_SQL} AND (next_review IS NULL OR next_review >= %(today)s)
"""  # noqa: S608 (all of it is our own)


class GuideLink(NamedTuple):
    """Another guide, as far as a link to it needs."""

    slug: str
    title: str
    summary: str

    def get_absolute_url(self) -> str:
        return ADDRESS.format(self.slug)


@dataclass(frozen=True)
class GuidePage:
    """The content of a guide's page."""

    metadata: Metadata
    head: Html
    text: Html
    related: Sequence[Guide | GuideLink]
    modified: datetime  # when it last changed for readers


@dataclass(frozen=True)
class Group:
    """The guides for one style, or those for everyone."""

    style: str  # empty for everyone
    name: str
    description: str
    guides: list[Guide]


class GuideManager(models.Manager["Guide"]):
    def get_queryset(self) -> DocumentQuerySet[Guide]:
        return DocumentQuerySet(self.model, using=self._db).filter(kind=KIND)

    def published(self, now: datetime) -> DocumentQuerySet[Guide]:
        return self.get_queryset().published(now)

    def prerendered_page(self, slug: str, now: datetime) -> GuidePage | None:
        """Returns the stored page of a published guide, by one query; None where it has to be rendered, or there is no such guide."""
        params: dict[str, Any] = {"kind": KIND, "language": settings.LANGUAGE_CODE, "slug": slug, "now": now, "today": now.date()}
        with prepared_cursor() as cursor:
            cursor.execute(PRERENDERED_PAGE_SQL, {**params, "build_id": build_id()})
            row = cursor.fetchone()
        if row is None:
            return None
        modified, text, json_facts, published = row
        facts = json.loads(json_facts)
        if not published.keys() >= {*facts["links"]}:  # the text links to a guide that readers can't see
            return None
        related = [GuideLink(*published[slug]) for slug in facts["related"] if slug in published]
        return GuidePage(Metadata(**facts["metadata"]), Html(facts["head"]), Html(text), related, modified)

    def listed(self, now: datetime) -> DocumentQuerySet[Guide]:
        """Published guides by title, with the columns that lists show."""
        return self.published(now).only("kind", "slug", "title", "summary", "style").order_by("title")

    def parts_of(self, slugs: Iterable[str], now: datetime) -> list[Parts]:
        """Returns the parts of those guides with these slugs that are published."""
        guides = self.published(now).filter(slug__in=slugs)
        return [guide.parts_and_related(now)[0] for guide in guides]

    def groups(self, now: datetime) -> list[Group]:
        """Published guides by style, in the order of STYLES. Groups without a guide are left out."""
        guides = list(self.listed(now))
        styles = {**{str(style): described for style, described in STYLES.items()}, "": NO_STYLE}
        groups = [
            Group(style, described.name, described.description, [guide for guide in guides if guide.style == style])
            for style, described in styles.items()
        ]
        return [group for group in groups if group.guides]


class Guide(Document):
    objects: ClassVar[GuideManager] = GuideManager()  # type: ignore[assignment]  # a proxy sees fewer rows than its table

    class Meta:
        proxy = True
        ordering = ["title"]
        permissions = [("publish_guide", "Can publish guides, and change published ones")]

    def get_style_display(self) -> str:
        return style_name(self.style)

    def render_page(self, now: datetime, *, all_open: bool) -> GuidePage:
        """Renders the page from the text. With `all_open` every step is open."""
        parts, related = self.parts_and_related(now)
        overdue = parts.next_review is not None and parts.next_review < now.date()
        text = Picture.objects.add_sizes(render_text(parts, all_open=all_open))
        return GuidePage(parts.metadata, render_head(parts, overdue=overdue), text, related, self.lastmod)

    def parts_and_related(self, now: datetime) -> tuple[Parts, list[Guide]]:
        """Returns the parts, with links only to guides that are published at `now`, and the related guides in the writer's order."""
        slugs = linked_slugs(self.source)
        published = {guide.slug: guide for guide in Guide.objects.listed(now).filter(slug__in=slugs)}
        parts = read_guide(self.source, references(), HiddenGuides(frozenset({self.slug, *published})))
        return parts, [published[slug] for slug in parts.related if slug in published]
