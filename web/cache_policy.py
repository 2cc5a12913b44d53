"""Public pages: the same bytes for everyone who asks, so that every cache on the way may keep them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

View = Callable[..., HttpResponse]

# Browsers ask each time, which costs a 304, so that an editor sees what was saved; caches in front ask once a second,
# answer with what they have meanwhile, and go on answering for a day while the site is down.
POLICY = "public, max-age=0, s-maxage=1, stale-while-revalidate=60, stale-if-error=86400"


def public(view: View) -> View:
    """For a view that depends on nothing but its address, the published texts and the clock."""

    @wraps(view)
    def for_everyone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == HttpResponse.status_code:
            response.headers.setdefault("Cache-Control", POLICY)
        return response

    for_everyone.is_public = True  # type: ignore[attr-defined]  # what `is_public` asks for
    return for_everyone


def is_public(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "is_public", False)
    except Resolver404:
        return False


def secret(view: View) -> View:
    """For pages that only a link opens: nobody stores them, lists them, or learns their address from a click."""

    @wraps(view)
    def kept_secret(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "strict-origin"  # "no-referrer" would make browsers hide the origin of our own forms
        return response

    return kept_secret
