"""Responses to visitors, who have no account."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.log import log_response

from web.database_errors import is_outage

RETRY_AFTER = 10  # seconds


def render(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """Renders a template with the request and SITE_URL, and without context processors.

    Django's own `render` would look up the user, and would keep each page in memory until the garbage collector breaks a reference cycle.
    """
    values = {**(context or {}), "request": request, "site_url": settings.SITE_URL}
    return HttpResponse(render_to_string(template, values), status=status)


def mark_database_error(request: HttpRequest, response: HttpResponse, error: Error) -> HttpResponse:
    """Turns `response` into the answer to a request that failed with a database error, and logs the error once.

    The status is 503 in an outage, logged without its traceback as there may be very many, and 500 otherwise.
    """
    response.headers.setdefault("Cache-Control", "no-store")
    response.status_code = 500
    if is_outage(error):
        response.status_code, response["Retry-After"] = 503, str(RETRY_AFTER)
        error = error.with_traceback(None)
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error)
    return response
