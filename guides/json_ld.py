"""The structured data of a guide's page, as JSON-LD (schema.org). Built from the guide's metadata."""

import json
from datetime import datetime

from documents.text.html import Html
from documents.text.typography import typographic
from guides.parts import Metadata

# A "<" could end the script element around the JSON (HTML, 4.12.1.3 "Restrictions for contents of script elements").
ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def guide_json_ld(metadata: Metadata, site: str, address: str, modified: datetime) -> Html:
    """Returns an `Article` and a `BreadcrumbList`. `site` is the site's origin, such as "https://example.org"."""
    title = typographic(metadata.title)
    article: dict[str, object] = {
        "@type": "Article",
        "headline": title,
        "description": typographic(metadata.summary),
        "inLanguage": "en",
        "url": site + address,
        "dateModified": modified.isoformat(timespec="seconds"),
        "wordCount": metadata.words,
    }
    if metadata.authors:
        article["author"] = [{"@type": "Organization", "name": name} for name in metadata.authors]
    breadcrumbs = [("Home", "/"), ("Guides", "/guides/"), (title, address)]
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": site + path}
        for position, (name, path) in enumerate(breadcrumbs, 1)
    ]
    graph = [article, {"@type": "BreadcrumbList", "itemListElement": items}]
    return Html(json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False).translate(ESCAPES))
