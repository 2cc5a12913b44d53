"""Decorators that set how long caches may keep a page."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

View = Callable[..., HttpResponse]

# Browsers ask each time, which costs a 304, so that an editor sees what was saved. Shared caches ask once a second, send the page
# they have meanwhile, and go on for a day while the site is down.
PUBLIC_CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=60, stale-if-error=86400"


def public_page(view: View) -> View:
    """Decorator for pages that depend on nothing but their address, the published content and the clock, so that everyone gets the same.

    Sets Cache-Control on a 200 that has none, and lets the page cache keep the page.
    """

    @wraps(view)
    def public_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK:
            response.headers.setdefault("Cache-Control", PUBLIC_CACHE_CONTROL)
        return response

    public_view.is_public = True  # type: ignore[attr-defined]  # read by `is_public` below
    return public_view


def is_public(path: str) -> bool:
    """Whether the view at `path` is decorated with `public_page`."""
    try:
        return getattr(resolve(path).func, "is_public", False)
    except Resolver404:
        return False


def private_page(view: View) -> View:
    """Decorator for pages with a secret in their address or with a visitor's answers. See `make_private`."""

    @wraps(view)
    def private_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return make_private(view(request, *args, **kwargs))

    return private_view


def make_private(response: HttpResponse) -> HttpResponse:
    """Sets headers so that no cache stores the response, no search engine lists it, and no other site gets its address as a referrer."""
    response.headers.setdefault("Cache-Control", "no-store")
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "strict-origin"  # with "no-referrer" browsers would send "Origin: null" with our own forms
    return response
