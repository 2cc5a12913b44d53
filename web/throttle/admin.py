"""The admin's login: guessing passwords is stopped by address and by account, and no stranger keeps an owner out by it.

A browser in which somebody has logged in gets a device cookie (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). Tries
for that account with that cookie are counted apart from all others. So an owner whose account strangers try all day still logs in where
she did before. In a browser that her account was never used in she has to wait until they stop.
"""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from web.throttle.models import Limit, address_of

BY_ADDRESS = Limit("login of an address", most=20, seconds=900)
BY_ACCOUNT = Limit("login to an account", most=50, seconds=3600)  # from many addresses
BY_DEVICE = Limit("login to an account in a browser that it was used in", most=20, seconds=3600)
THROTTLED = "throttled"
DEVICE, DEVICE_LASTS = "device", 31_536_000  # the cookie's name, and its seconds: a year


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # noqa: S101  # the admin passes it
        if not may_try(self.request, self.cleaned_data.get("username", "").casefold()):
            raise ValidationError("There were too many tries to log in. Wait an hour, then try again.", code=THROTTLED)
        return super().clean()


def may_try(request: HttpRequest, account: str) -> bool:
    """Whether a password may be looked at once more; this time is counted."""
    now, device = timezone.now(), device_of(request, account)
    if device:
        return BY_DEVICE.allows(device, now)
    return BY_ADDRESS.allows(address_of(request), now) and BY_ACCOUNT.allows(account, now)


def device_of(request: HttpRequest, account: str) -> str:
    """The random name that this browser got when somebody logged in to the account; nothing where nobody did."""
    try:
        return signer_of(account).unsign(request.COOKIES.get(DEVICE, ""), max_age=DEVICE_LASTS)
    except BadSignature:
        return ""


def signer_of(account: str) -> TimestampSigner:
    return TimestampSigner(salt=f"throttle.device {account}")  # so the cookie names no account


def remember_device(response: HttpResponse, account: str) -> None:
    cookie = signer_of(account).sign(secrets.token_urlsafe(16))
    secure = settings.SESSION_COOKIE_SECURE
    path = reverse("admin:index")
    response.set_cookie(DEVICE, cookie, max_age=DEVICE_LASTS, path=path, secure=secure, httponly=True, samesite="Strict")


class Door(AdminSite):
    """The admin, where a login that was one too many is told so by its status too."""

    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, extra_context)
        if isinstance(response, TemplateResponse) and (response.context_data or {})["form"].has_error(NON_FIELD_ERRORS, THROTTLED):
            response.status_code, response["Retry-After"] = 429, str(BY_ACCOUNT.seconds)
        if isinstance(response, HttpResponseRedirect) and request.method == "POST":
            remember_device(response, request.user.get_username().casefold())
        return response
