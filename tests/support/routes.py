"""Every address that the site has, as its resolver knows them, so that a new one is tried along with the others."""

from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

Patterns = Sequence[URLPattern | URLResolver]


def every_address(patterns: Patterns | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """The route from the root, such as "guides/<slug:slug>/", and its pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern.url_patterns, route)
        else:
            yield route, pattern
