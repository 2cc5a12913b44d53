"""The admin's door: whoever tries passwords is stopped, by address and by account."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from throttle.models import Limit, address_of

BY_ADDRESS = Limit("login of an address", most=20, seconds=900)
BY_ACCOUNT = Limit("login to an account", most=50, seconds=3600)  # from many addresses; its owner waits an hour at most
THROTTLED = "throttled"


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # noqa: S101  # the admin passes it
        now, account = timezone.now(), self.cleaned_data.get("username", "").casefold()
        if not BY_ADDRESS.allows(address_of(self.request), now) or not BY_ACCOUNT.allows(account, now):
            raise ValidationError("There were too many tries to log in. Wait an hour, then try again.", code=THROTTLED)
        return super().clean()


class Door(AdminSite):
    """The admin, where a login that was one too many is told so by its status too."""

    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, extra_context)
        if isinstance(response, TemplateResponse) and (response.context_data or {})["form"].has_error(NON_FIELD_ERRORS, THROTTLED):
            response.status_code, response["Retry-After"] = 429, str(BY_ACCOUNT.seconds)
        return response
