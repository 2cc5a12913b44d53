"""Headers that every answer has: pages, static files, redirects, and refusals that Django makes before it looks for a page.

What is neither a page nor a copy that is still good says that nobody keeps it, where its view says nothing: caches may keep a 404 or a
permanent redirect as long as they like, and a guide may come to an address that had none, or that led to another one.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class FixedHeaders:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in settings.FIXED_HEADERS.items():
            response.headers.setdefault(name, value)  # a secret page has a Referrer-Policy of its own
        if response.status_code >= 300 and response.status_code != 304:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
