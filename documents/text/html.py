"""A type for safe HTML, and the sanitizer that all HTML rendered from Markdown goes through."""

import nh3

TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
TAGS = {"a", "blockquote", "br", "code", "div", "em", "hr", "img", "li", "ol", "p", "pre", "strong", "sup", "ul"} | TABLES
ATTRIBUTES = {
    "a": {"aria-label", "class", "href", "role"},
    "div": {"aria-label", "class", "role", "tabindex"},
    "img": {"alt", "height", "loading", "src", "width"},
    "ol": {"start"},
    "td": {"class"},
    "th": {"class", "scope"},
}
SCHEMES = {"https", "mailto", "tel"}


class Html(str):
    """Markup that needs no escaping: templates call `__html__` for it."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def clean(markup: str) -> Html:
    """Removes what is not on the lists above, with nh3 (ammonia). Our own markup passes unchanged, except for entities."""
    return Html(nh3.clean(markup, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None))
