"""While the database is away: a page that says so and when to come back, in place of an error. Cached pages never get here.

What a form sent comes back with the page, to be sent again, also where the database has an error for another reason.
"""

import sys
from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

from documents.database_errors import is_away
from documents.visitors import database_failed


class Outage:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer_to(request, exception) if isinstance(exception, Error) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an error that no view raised but a middleware, such as a session that can't be saved, or a view and not the database."""
    error = sys.exc_info()[1]
    answer = answer_to(request, error) if isinstance(error, Error) else None
    return answer or defaults.server_error(request)


def answer_to(request: HttpRequest, error: Error) -> HttpResponse | None:
    sent = fields_of(request)
    if sent:
        return database_failed(request, render(request, "given_back.html", {"sent": sent, "is_away": is_away(error)}), error)
    return database_failed(request, render(request, "503.html"), error) if is_away(error) else None


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, field by field; nothing of one with a file or a password, which a page can't or must not give back."""
    names = request.POST.keys()
    if request.FILES or any("password" in name for name in names):
        return []
    return [(name, value) for name in names for value in request.POST.getlist(name)]
