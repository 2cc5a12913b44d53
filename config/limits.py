"""How much a request may bring. What is too large, or does not say its size, is refused by its headers; nothing of it is kept."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

FORM = 2**16  # bytes; an answered quiz has under a thousand
UPLOAD = 11 * 2**20  # a picture (documents.uploads.MOST_BYTES) and what a form wraps around it
READ_AWAY = 2**25  # a browser that is still sending shows no answer, so a body that is a little too large is read and dropped
PIECE = 2**16


class Limits:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # no browser sends a form so, and Django would take it for an empty one
            return render(request, "400.html", status=411)
        if size(request) > most(request.path_info):
            while size(request) < READ_AWAY and request.read(PIECE):
                pass
            return render(request, "413.html", status=413)
        return self.get_response(request)


def size(request: HttpRequest) -> int:
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isdecimal() else 0  # Django reads nothing then


def most(path: str) -> int:
    """The bytes that may be sent to an address: strangers send forms, editors texts, and one address takes pictures."""
    if not path.startswith("/admin/"):
        return FORM
    return UPLOAD if path.endswith("/upload/") else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
