"""Every URL pattern of the site, from its resolver, so that a new one is tested with the others."""

from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

Patterns = Sequence[URLPattern | URLResolver]


def every_route(patterns: Patterns | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yields the whole route, such as "guides/<slug:slug>/", and the pattern."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_route(pattern.url_patterns, route)
        else:
            yield route, pattern
