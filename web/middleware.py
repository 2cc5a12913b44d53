"""What every request passes on its way to a view: limits, fixed headers, and answers while the database is away."""

import logging
import re
import sys
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import resolve
from django.utils.deprecation import MiddlewareMixin
from django.views import defaults

from web.content_type import LOGIN, MULTIPART, UNREADABLE
from web.database_errors import cause_of, is_away
from web.shortcuts import database_failed

logger = logging.getLogger("django.request")


class FixedHeaders:
    """Headers that every answer has: pages, static files, redirects, and refusals that Django makes before it looks for a page.

    What is neither a page nor a copy that is still good says that nobody keeps it, where its view says nothing: caches may keep a 404
    or a permanent redirect as long as they like, and a guide may come to an address that had none, or that led to another one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in settings.FIXED_HEADERS.items():
            response.headers.setdefault(name, value)  # a secret page has a Referrer-Policy of its own
        if response.status_code >= 300 and response.status_code != 304:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


PATHS = {"/healthz", "/readyz"}


class Supervisors:
    """Answers health checks before the rules on names and TLS: they come from inside, by a machine's number for a name and without TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PATHS:
            return self.get_response(request)
        answer: HttpResponse = resolve(request.path_info).func(request)
        return answer


FORM = 2**16  # bytes; an answered quiz has under a thousand
UPLOAD = 11 * 2**20  # a picture (documents.image_files.MOST_BYTES) and what a form wraps around it
READ_AWAY = 2**25  # a browser that is still sending shows no answer, so a body that is a little too large is read and dropped
PIECE = 2**16
SIZE = re.compile("[0-9]{1,15}")  # as Content-Length says it
OF_SCRIPTS = ("/upload/", "/preview/")  # the editor's script asks there, and its view answers in JSON (documents.admin.editor)


class Limits:
    """How much a request may bring. What is too large, or does not say its size, is refused by its headers; nothing of it is kept."""

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


class Outage:
    """While the database is away: a page that says so and when to come back, in place of an error. Cached pages never get here.

    What a form sent comes back with the page, to be sent again, also where the database has an error for another reason.
    """

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
        return database_failed(request, render(request, "resubmit.html", {"sent": sent, "is_away": is_away(error)}), error)
    return database_failed(request, render(request, "503.html"), error) if is_away(error) else None


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, field by field; nothing of one with a file or a password, which a page can't or must not give back."""
    names = request.POST.keys()
    if request.FILES or any("password" in name for name in names):
        return []
    return [(name, value) for name in names for value in request.POST.getlist(name)]


class OnlyInAdmin(MiddlewareMixin):
    """Sessions, accounts and messages are for editors. Visitors have none of them, so their requests pass by what looks for them."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith("/admin/"):
            return super().__call__(request)
        return self.get_response(request)


class Sessions(OnlyInAdmin, SessionMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Django takes every error while it saves a session for a sign that the session is gone, and answers that the request was bad."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted as interrupted:
            update_error = interrupted.__context__
            reason = update_error and update_error.__context__
            if isinstance(reason, Error) and cause_of(reason):
                raise reason from cause_of(reason)
            raise


class Accounts(OnlyInAdmin, AuthenticationMiddleware):
    pass


class Messages(OnlyInAdmin, MessageMiddleware):
    pass


class BadLookups:
    """In its lists Django's admin looks up whatever an address or a form says, and raises where that can be no value of its kind: the
    year 0, half a regular expression, a letter for a number. That is a bad request and no fault of the site."""

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
