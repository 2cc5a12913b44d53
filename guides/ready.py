"""A guide's text as HTML: kept ready in its row when it is saved, or made for whoever asks for another form of it."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.template.loader import render_to_string

from documents.html import Html
from guides.parts import ADDRESS, Facts, Parts

LINK = re.compile(rf'href="{ADDRESS.format("([a-z0-9-]+)")}')


@dataclass(frozen=True)
class Ready:
    """What a row keeps ready beside its HTML."""

    about: Facts
    links: frozenset[str]  # slugs of the other guides that the HTML links to: where one of them can't be read, it may not be shown


def html_of(parts: Parts, *, all_open: bool = False) -> Html:
    """From the introduction to the sources; the related guides are not in it, for they change without this text."""
    context = {"parts": parts, "all_open": all_open, "address": ADDRESS.format(parts.slug)}
    return Html(render_to_string("components/guide_text.html", context))


def made(parts: Parts) -> tuple[str, dict[str, Any]]:
    """What is kept when a guide is saved: its HTML as if all that it links to could be read, and what `ready` reads again."""
    html = html_of(parts)
    return html, {"about": asdict(parts.facts), "links": sorted({*LINK.findall(html)} - {parts.slug})}


def ready(facts: dict[str, Any]) -> Ready:
    return Ready(Facts(**facts["about"]), frozenset(facts["links"]))
