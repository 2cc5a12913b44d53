"""Pages for visitors, who have no account."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.log import log_response

from web.database_errors import is_away

RETRY_AFTER = 10  # seconds


def render(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """As Django's own, which would ask who is signed in, and leave the page in memory until somebody collects what names itself."""
    shown = {**(context or {}), "request": request, "site_url": settings.SITE_URL}
    return HttpResponse(render_to_string(template, shown), status=status)


def database_failed(request: HttpRequest, response: HttpResponse, error: Error) -> HttpResponse:
    """Makes `response` the answer to a request that an error of the database ended, and writes the error down, once.

    503 where trying again helps, without the trace, for there may be very many; else 500.
    """
    response.headers.setdefault("Cache-Control", "no-store")
    response.status_code = 500
    if is_away(error):
        response.status_code, response["Retry-After"] = 503, str(RETRY_AFTER)
        error = error.with_traceback(None)
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=error)
    return response
