"""How much a request may bring. What is too large, or does not say its size, is refused by its headers; nothing of it is kept."""

import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.content_type import LOGIN, MULTIPART, UNREADABLE
from config.outage import answer_to

FORM = 2**16  # bytes; an answered quiz has under a thousand
UPLOAD = 11 * 2**20  # a picture (documents.uploads.MOST_BYTES) and what a form wraps around it
READ_AWAY = 2**25  # a browser that is still sending shows no answer, so a body that is a little too large is read and dropped
PIECE = 2**16
SIZE = re.compile("[0-9]{1,15}")  # as Content-Length says it
OF_SCRIPTS = ("/upload/", "/preview/")  # the editor's script asks there, and its view answers in JSON (documents.editor)


class Limits:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # no browser sends a form so, and Django would take it for an empty one
            return render(request, "400.html", status=411)
        if SIZE.fullmatch(request.META.get("CONTENT_LENGTH", "")) and size(request) > most(request.path_info):
            read_away(request)
            return render(request, "413.html", status=413)
        if not is_readable(request):
            return render(request, "400.html", status=400)
        return self.get_response(request)


class AnonymousLimits:
    """In the admin only staff may send more than a small form. Who that is, is known after Accounts and before anything reads the body,
    as the check of a form's token does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            is_allowed = not request.path_info.startswith("/admin/") or is_small_form(request) or is_staff(request)
        except Error as error:
            read_away(request)  # or the page about the error would read it whole, to give it back
            answer = answer_to(request, error)
            if answer is None:
                raise
            return answer
        if is_allowed:
            return self.get_response(request)
        read_away(request)
        if request.path_info.endswith(OF_SCRIPTS):
            return self.get_response(request)
        if request.path_info == LOGIN:
            return render(request, "413.html", status=413)
        return redirect_to_login(request.get_full_path(), LOGIN)


def is_small_form(request: HttpRequest) -> bool:
    return size(request) <= FORM and (request.content_type != MULTIPART or request.path_info == LOGIN)


def is_staff(request: HttpRequest) -> bool:
    is_staff = isinstance(request.user, User) and request.user.is_active and request.user.is_staff
    if not connection.in_atomic_block:  # as only a test is here
        connection.close()  # back to the pool: others need it while the body is on its way
    return is_staff


def is_readable(request: HttpRequest) -> bool:
    """Whether its head can be taken at its word. No text of ours holds a NUL, and Postgres raises at one."""
    has_size = SIZE.fullmatch(request.META.get("CONTENT_LENGTH") or "0")
    has_nul = "\0" in request.path_info or "%00" in request.META["QUERY_STRING"]
    return bool(has_size) and not has_nul and request.META.get("CONTENT_TYPE") != UNREADABLE


def size(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def read_away(request: HttpRequest) -> None:
    while size(request) < READ_AWAY and request.read(PIECE):
        pass


def most(path: str) -> int:
    """The bytes that may be sent to an address: strangers send forms, editors texts, and one address takes pictures."""
    if not path.startswith("/admin/"):
        return FORM
    return UPLOAD if path.endswith("/upload/") else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
