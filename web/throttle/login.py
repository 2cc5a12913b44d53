"""Limits on logins to the admin, by address and by account. A stranger who exceeds them locks out the owner only in other browsers.

A browser in which somebody has logged in gets a device cookie for that account, in exchange for that of another account (OWASP,
"Slow Down Online Guessing Attacks with Device Cookies"). Attempts for that account with that cookie are counted separately. So an owner
whose account is under attack can still log in where it was the last account to be logged in to. In all other browsers she has to wait
until the attack stops.
"""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from web.client_address import client_address
from web.throttle.models import Limit

ADDRESS_LIMIT = Limit("login of an address", max_count=20, seconds=900)
ACCOUNT_LIMIT = Limit("login to an account", max_count=50, seconds=3600)  # from many addresses
DEVICE_LIMIT = Limit("login to an account in a browser that it was used in", max_count=20, seconds=3600)
DEVICE_COOKIE, DEVICE_COOKIE_AGE = "device", 31_536_000  # name, and seconds in a year


class LoginForm(AdminAuthenticationForm):
    exceeded_limit: Limit | None = None

    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # noqa: S101  # the admin passes it
        self.exceeded_limit = count_attempt(self.request, account_name(self.cleaned_data.get("username", "")))
        if self.exceeded_limit:
            raise ValidationError("There were too many tries to log in. Wait an hour, then try again.")
        return super().clean()


def account_name(username: str) -> str:
    """Returns the name that an account is counted under, however its letters were typed."""
    return username.casefold()


def count_attempt(request: HttpRequest, account: str) -> Limit | None:
    """Counts an attempt to log in to the account. Returns the limit that it exceeds; None if the password may be checked."""
    now, device = timezone.now(), device_id(request, account)
    limits = [(DEVICE_LIMIT, device)] if device else [(ADDRESS_LIMIT, client_address(request)), (ACCOUNT_LIMIT, account)]
    return next((limit for limit, who in limits if not limit.count_and_check(who, now)), None)


def device_id(request: HttpRequest, account: str) -> str:
    """The random identifier that this browser got if the account was last logged in to here; otherwise ""."""
    try:
        return device_signer(account).unsign(request.COOKIES.get(DEVICE_COOKIE, ""), max_age=DEVICE_COOKIE_AGE)
    except BadSignature:
        return ""


def device_signer(account: str) -> TimestampSigner:
    return TimestampSigner(salt=f"throttle.device {account}")  # the salt binds the cookie to the account without naming it


def set_device_cookie(response: HttpResponse, account: str) -> None:
    cookie = device_signer(account).sign(secrets.token_urlsafe(16))
    secure = settings.SESSION_COOKIE_SECURE
    path = reverse("admin:index")
    response.set_cookie(DEVICE_COOKIE, cookie, max_age=DEVICE_COOKIE_AGE, path=path, secure=secure, httponly=True, samesite="Strict")


class ThrottledAdminSite(AdminSite):
    """Answers a login over the limit with 429, and sets the device cookie after a successful one."""

    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, extra_context)
        if isinstance(response, TemplateResponse) and (limit := (response.context_data or {})["form"].exceeded_limit):
            response.status_code, response["Retry-After"] = 429, str(limit.seconds)
        if isinstance(response, HttpResponseRedirect) and request.method == "POST":
            set_device_cookie(response, account_name(request.user.get_username()))
        return response
