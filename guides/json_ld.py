"""What a guide's page tells search engines, in JSON-LD (schema.org): nothing that the page does not show."""

import json
from datetime import datetime

from documents.text.html import Html
from documents.text.typography import typographic
from guides.parts import About

# A "<" could end the script element that the text stands in (HTML, 4.12.1.3 "Restrictions for contents of script elements").
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def structured(about: About, site: str, address: str, modified: datetime) -> Html:
    """An `Article` and its `BreadcrumbList`. `site` is the site's origin, such as "https://example.org"."""
    title = typographic(about.title)
    article: dict[str, object] = {
        "@type": "Article",
        "headline": title,
        "description": typographic(about.summary),
        "inLanguage": "en",
        "url": site + address,
        "dateModified": modified.isoformat(timespec="seconds"),
        "wordCount": about.words,
    }
    if about.authors:
        article["author"] = [{"@type": "Organization", "name": name} for name in about.authors]
    trail = [("Home", "/"), ("Guides", "/guides/"), (title, address)]
    crumbs = [
        {"@type": "ListItem", "position": position, "name": name, "item": site + place} for position, (name, place) in enumerate(trail, 1)
    ]
    graph = [article, {"@type": "BreadcrumbList", "itemListElement": crumbs}]
    return Html(json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES))
