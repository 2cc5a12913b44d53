"""Sessions, accounts and messages are for editors. Visitors have none of them, so their requests pass by what looks for them."""

from collections.abc import Awaitable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin


class OnlyInAdmin(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith("/admin/"):
            return super().__call__(request)
        return self.get_response(request)


class Sessions(OnlyInAdmin, SessionMiddleware):
    pass


class Accounts(OnlyInAdmin, AuthenticationMiddleware):
    pass


class Messages(OnlyInAdmin, MessageMiddleware):
    pass
