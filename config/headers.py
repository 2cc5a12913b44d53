"""Headers that every answer has: pages, static files, redirects, and refusals that Django makes before it looks for a page."""

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
        return response
