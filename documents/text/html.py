"""Safe HTML as a type of its own, and the last net under everything that we render."""

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
    """Markup that may be printed as it is. Django and others ask `__html__` for it."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def clean(markup: str) -> Html:
    """Drops what is not on the lists above, by nh3 (ammonia). Our own markup passes unchanged but for its entities."""
    return Html(nh3.clean(markup, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None))
