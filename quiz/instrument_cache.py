"""Parsed instruments, kept in memory while their texts stay the same."""

from collections.abc import Container
from datetime import datetime
from functools import lru_cache

from documents.bibliography import references
from documents.models import Revision
from guides.models import Guide
from guides.parts import ADDRESS, HiddenGuides
from guides.reader import linked_slugs, step_titles
from quiz.instrument import reader, types
from web.stale_if_error import stale_if_error


@stale_if_error
def read(source: str, now: datetime) -> tuple[types.Instrument, dict[str, str]]:
    """An instrument's text, with links only to what readers may see at `now`, and the titles of the steps that it names."""
    guides = dict(Guide.objects.published(now).filter(slug__in=slugs_in(source)).values_list("slug", "source"))
    titles = {f"{ADDRESS.format(slug)}#{anchor}": title for slug, text in guides.items() for anchor, title in titles_in(text).items()}
    return parsed(source, HiddenGuides(frozenset(guides))), titles


def asked(version: Revision) -> types.Instrument:
    """What a version asks. Its links are not looked at, so that no guide has to be."""
    return parsed(version.source, ())


@lru_cache(maxsize=32)
def parsed(source: str, hidden: Container[str]) -> types.Instrument:
    """Kept, because parsing takes longer than all the rest of a request. Works cited are read once a process, as everywhere."""
    return reader.read_instrument(source, references(), hidden)


slugs_in, titles_in = lru_cache(maxsize=32)(linked_slugs), lru_cache(maxsize=32)(step_titles)
