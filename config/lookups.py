"""In its lists Django's admin looks up whatever an address or a form says, and raises where that can be no value of its kind: the year 0,
half a regular expression, a letter for a number. That is a bad request and no fault of the site."""

import logging
from collections.abc import Callable

from django.core.exceptions import FieldDoesNotExist
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger("django.request")


class BadLookups:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_of_the_sender(request, exception):
            return None
        logger.warning("Bad Request: %s", request.path, exc_info=exception)  # it might be ours after all
        return render(request, "400.html", status=400)


def is_of_the_sender(request: HttpRequest, exception: Exception) -> bool:
    page = request.resolver_match
    if page is None or page.app_name != "admin":
        return False
    is_list = (page.url_name or "").endswith("_changelist")
    wrong_value = isinstance(exception, DataError) or (is_list and isinstance(exception, (ValueError, OverflowError)))
    return wrong_value or ("_to_field" in {*request.GET, *request.POST} and isinstance(exception, FieldDoesNotExist))
