"""Renders the parts of a guide as HTML: once when it is saved, and for requests that the stored page does not serve."""

import re
from dataclasses import asdict
from html import unescape

from django.template.loader import render_to_string

from documents.kinds import StoredPage
from documents.text.html import Html
from guides.parts import ADDRESS, Parts, guide_slug
from guides.styles import style_name

LINK = re.compile(r'href="([^"]+)"')


def render_head(parts: Parts, *, overdue: bool = False) -> Html:
    due = "review was due" if overdue else "next review"
    return Html(render_to_string("components/guide_head.html", {"parts": parts, "style": style_name(parts.style or ""), "due": due}))


def render_text(parts: Parts, *, all_open: bool = False) -> Html:
    """Renders everything from the introduction to the sources. The related guides may change while this text stays the same."""
    context = {"parts": parts, "all_open": all_open, "address": ADDRESS.format(parts.slug)}
    return Html(render_to_string("components/guide_text.html", context))


def render_for_storage(parts: Parts) -> StoredPage:
    """Renders the text with all its links, and lists the guides that it links to: it may be shown only while they are published."""
    text = render_text(parts)
    links, related = {guide_slug(unescape(address)) for address in LINK.findall(text)} - {""}, [*parts.related]
    # With its own slug, so that the query for stored pages finds at least one published guide.
    slugs = sorted({parts.slug, *links, *related})
    facts = {"metadata": asdict(parts.metadata), "head": render_head(parts), "links": sorted(links), "related": related, "slugs": slugs}
    return text, facts
