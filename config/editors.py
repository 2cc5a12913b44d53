"""Sessions, accounts and messages are for editors. Visitors have none of them, so their requests pass by what looks for them."""

from collections.abc import Awaitable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from documents.database_errors import cause_of


class OnlyInAdmin(MiddlewareMixin):
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
