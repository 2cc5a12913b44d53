"""Parsed instruments, cached in memory by their texts, because parsing takes longer than all the rest of a request."""

from collections.abc import Container
from datetime import datetime
from functools import lru_cache

from documents.bibliography import references
from documents.models import Revision
from guides.models import Guide
from guides.parser import linked_slugs, step_titles
from guides.parts import HiddenGuides, step_address
from quiz.instrument import parser, types
from web.stale_if_error import stale_if_error


@stale_if_error
def instrument_with_links(source: str, now: datetime) -> tuple[types.Instrument, dict[str, str]]:
    """Returns an instrument that links only to guides published at `now`, and the titles of these guides' steps by their addresses."""
    guides = dict(Guide.objects.published(now).filter(slug__in=cached_slugs(source)).values_list("slug", "source"))
    titles = {step_address(slug, anchor): title for slug, text in guides.items() for anchor, title in cached_titles(text).items()}
    return parse(source, HiddenGuides(frozenset(guides))), titles


def instrument_of(revision: Revision) -> types.Instrument:
    """Returns a revision's instrument for its items and scale. Its links are not checked, so no guide is looked up."""
    return parse(revision.source, ())


@lru_cache(maxsize=32)
def parse(source: str, hidden: Container[str]) -> types.Instrument:
    return parser.read_instrument(source, references(), hidden)


cached_slugs, cached_titles = lru_cache(maxsize=32)(linked_slugs), lru_cache(maxsize=32)(step_titles)
