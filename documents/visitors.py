"""Pages for visitors, who have no account."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def render(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """As Django's own, which would ask who is signed in, and leave the page in memory until somebody collects what names itself."""
    shown = {**(context or {}), "request": request, "site_url": settings.SITE_URL}
    return HttpResponse(render_to_string(template, shown), status=status)
