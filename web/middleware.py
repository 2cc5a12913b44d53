"""The site's own middleware, in the order of settings.MIDDLEWARE, and the view for errors that a middleware raises."""

import logging
import re
import sys
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils.deprecation import MiddlewareMixin
from django.views import defaults

from web.content_type import MULTIPART, UNSUPPORTED
from web.database_errors import is_outage, psycopg_error
from web.paths import ADMIN_PATH, LIVENESS_PATH, LOGIN_PATH, READINESS_PATH
from web.shortcuts import mark_database_error, render

logger = logging.getLogger("django.request")

MAX_FORM_BYTES = 2**16  # a filled-in quiz has under a thousand
MAX_UPLOAD_BYTES = 11 * 2**20  # the largest image that documents.image_files takes, and the form around it
MAX_DISCARDED_BYTES = 2**25
CHUNK_BYTES = 2**16
CONTENT_LENGTH = re.compile("[0-9]{1,15}")
JSON_ENDPOINTS = ("/upload/", "/preview/")  # the editor's script posts there, and documents.admin.editor answers in JSON


class FixedHeadersMiddleware:
    """Sets the security headers of every response: pages, static files, redirects, and refusals by the middleware below.

    Redirects and errors whose view sets no Cache-Control get `no-store`: caches may otherwise keep a 404 or a permanent redirect as
    long as they like, and a guide may later be published at that address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in settings.FIXED_HEADERS.items():
            response.headers.setdefault(name, value)  # private pages set another Referrer-Policy
        if response.status_code >= 300 and response.status_code != 304:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class HealthCheckMiddleware:
    """Answers health checks before SecurityMiddleware and ALLOWED_HOSTS: a supervisor asks by IP address and without TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in {LIVENESS_PATH, READINESS_PATH}:
            return self.get_response(request)
        response: HttpResponse = resolve(request.path_info).func(request)
        return response


class RequestSizeMiddleware:
    """Refuses a request by its headers where its body is too large, has no known size, or has a type that `normalize` rejects.

    So no body of a refused request is parsed or kept in memory.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:  # no browser sends a form like this, and Django would read an empty one
            return render(request, "400.html", status=411)
        if CONTENT_LENGTH.fullmatch(request.META.get("CONTENT_LENGTH", "")) and body_bytes(request) > max_body_bytes(request.path_info):
            discard_body(request)
            return render(request, "413.html", status=413)
        if not is_well_formed(request):
            return render(request, "400.html", status=400)
        return self.get_response(request)


def max_body_bytes(path: str) -> int:
    """The largest body that a path takes: a visitor's form, an editor's text, or an image."""
    if not path.startswith(ADMIN_PATH):
        return MAX_FORM_BYTES
    return MAX_UPLOAD_BYTES if path.endswith("/upload/") else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def body_bytes(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def discard_body(request: HttpRequest) -> None:
    """Reads a refused body that isn't very large: a browser shows the response only when it has sent everything."""
    if body_bytes(request) < MAX_DISCARDED_BYTES:
        while request.read(CHUNK_BYTES):
            pass


def is_well_formed(request: HttpRequest) -> bool:
    """Whether size, address and type are valid. No address of the site has a NUL, and Postgres refuses it in a query."""
    has_size = CONTENT_LENGTH.fullmatch(request.META.get("CONTENT_LENGTH") or "0")
    has_nul = "\0" in request.path_info or "%00" in request.META["QUERY_STRING"]
    return bool(has_size) and not has_nul and request.META.get("CONTENT_TYPE") != UNSUPPORTED


class AdminOnlyMixin(MiddlewareMixin):
    """Skips a middleware outside the admin: visitors have no session, account or messages, so their requests don't look for them."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith(ADMIN_PATH):
            return super().__call__(request)
        return self.get_response(request)


class AdminSessionMiddleware(AdminOnlyMixin, SessionMiddleware):
    """Django's sessions, for editors only. A database error while a session is saved stays a database error.

    Django takes every error there to mean that the session was deleted, and answers 400, where 503 and a retry would help.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted as interrupted:
            update_error = interrupted.__context__
            reason = update_error and update_error.__context__
            if isinstance(reason, Error) and psycopg_error(reason):
                raise reason from psycopg_error(reason)
            raise


class AdminAuthenticationMiddleware(AdminOnlyMixin, AuthenticationMiddleware):
    """Django's accounts, for editors only."""


class AdminRequestSizeMiddleware:
    """In the admin, lets only staff send more than a small form.

    Comes after AdminAuthenticationMiddleware, which knows the user, and before anything reads the body, as the CSRF check of a view does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            is_allowed = not request.path_info.startswith(ADMIN_PATH) or is_small_form(request) or is_sent_by_staff(request)
        except Error as error:
            discard_body(request)  # or the error page would parse it, to give the fields back
            response = database_error_page(request, error)
            if response is None:
                raise
            return response
        if is_allowed:
            return self.get_response(request)
        discard_body(request)
        if request.path_info.endswith(JSON_ENDPOINTS):
            return self.get_response(request)
        if request.path_info == LOGIN_PATH:
            return render(request, "413.html", status=413)
        return redirect_to_login(request.get_full_path(), LOGIN_PATH)


def is_small_form(request: HttpRequest) -> bool:
    return body_bytes(request) <= MAX_FORM_BYTES and (request.content_type != MULTIPART or request.path_info == LOGIN_PATH)


def is_sent_by_staff(request: HttpRequest) -> bool:
    is_active_staff = request.user.is_active and request.user.is_staff
    return_connection()
    return is_active_staff


def return_connection() -> None:
    """Gives the connection back to the pool, because others need it while the body arrives."""
    if not connection.in_atomic_block:  # only a test is in one here
        connection.close()


class AdminMessageMiddleware(AdminOnlyMixin, MessageMiddleware):
    """Django's messages, for editors only."""


class BadLookupMiddleware:
    """Answers 400 where a list of Django's admin raises for a value that a client sent.

    The admin looks up whatever an address or a form says, and raises where it can't be a value of the field: the year 0, half a
    regular expression, a letter for a number.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_bad_lookup(request, exception):
            return None
        logger.warning("Bad Request: %s", request.path, exc_info=exception)  # with its traceback, because it might be a bug after all
        return render(request, "400.html", status=400)


def is_bad_lookup(request: HttpRequest, exception: Exception) -> bool:
    match = request.resolver_match
    if match is None or match.app_name != "admin":
        return False
    is_list = (match.url_name or "").endswith("_changelist")
    is_bad_value = isinstance(exception, DataError) or (is_list and isinstance(exception, (ValueError, OverflowError)))
    return is_bad_value or ("_to_field" in {*request.GET, *request.POST} and isinstance(exception, FieldDoesNotExist))


class DatabaseOutageMiddleware:
    """Answers 503 and Retry-After while the database is down. Pages in the page cache never get here.

    The fields of a submitted form come back with the page, to be sent again, also where the database fails for another reason.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return database_error_page(request, exception) if isinstance(exception, Error) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: for errors of a middleware, such as a session that can't be saved, and those of a view that aren't the database's."""
    error = sys.exc_info()[1]
    response = database_error_page(request, error) if isinstance(error, Error) else None
    return response or defaults.server_error(request)


def database_error_page(request: HttpRequest, error: Error) -> HttpResponse | None:
    """Returns a page with the fields of a submitted form, or the page for an outage; None for an error without either."""
    sent = resubmittable_fields(request)
    if sent:
        return mark_database_error(request, render(request, "resubmit.html", {"sent": sent, "is_away": is_outage(error)}), error)
    return mark_database_error(request, render(request, "503.html"), error) if is_outage(error) else None


def resubmittable_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Returns names and values of a submitted form; none where it has a file or a password, which a page can't or must not give back."""
    names = request.POST.keys()
    if request.FILES or any("password" in name for name in names):
        return []
    return [(name, value) for name in names for value in request.POST.getlist(name)]
