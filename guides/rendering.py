"""A guide's parts as HTML: made when it is saved, so that its page lies ready, or for whoever asks for another form of it."""

import re
from dataclasses import asdict
from html import unescape

from django.template.loader import render_to_string

from documents.kinds import StoredPage
from documents.text.html import Html
from guides.parts import ADDRESS, Parts, slug_in
from guides.styles import NO_STYLE, STYLES

LINK = re.compile(r'href="([^"]+)"')


def head_of(parts: Parts, *, overdue: bool = False) -> Html:
    style = STYLES[parts.style] if parts.style else NO_STYLE
    due = "review was due" if overdue else "next review"
    return Html(render_to_string("components/guide_head.html", {"parts": parts, "style": style.name, "due": due}))


def text_of(parts: Parts, *, all_open: bool = False) -> Html:
    """From the introduction to the sources; the related guides are not in it, for they change without this text."""
    context = {"parts": parts, "all_open": all_open, "address": ADDRESS.format(parts.slug)}
    return Html(render_to_string("components/guide_text.html", context))


def render_for_storage(parts: Parts) -> StoredPage:
    """What is kept ready: the text as if all that it links to could be read, and beside it what tells whether that is so."""
    text = text_of(parts)
    links, related = {slug_in(unescape(address)) for address in LINK.findall(text)} - {""}, [*parts.related]
    names = sorted({parts.slug, *links, *related})
    return text, {"about": asdict(parts.about), "head": head_of(parts), "links": sorted(links), "related": related, "names": names}
