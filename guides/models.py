"""Guides in the table of documents: which of them readers see, and what their pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import models

from documents.content import references
from documents.models import Document, DocumentQuerySet
from guides.parts import ADDRESS, Parts, Style, mentioned, read
from guides.styles import NO_STYLE, STYLES, Description

KIND = "guide"


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

    def page(self, now: datetime) -> tuple[Parts, list[Guide]]:
        """The parts, with links only to what readers may see at `now`, and the related guides in the writer's order."""
        slugs = mentioned(self.source)
        near = {guide.slug: guide for guide in Guide.objects.listed(now).filter(slug__in=slugs)}
        parts = read(self.source, references(), {ADDRESS.format(slug) for slug in slugs - {self.slug, *near}})
        return parts, [near[slug] for slug in parts.related if slug in near]
