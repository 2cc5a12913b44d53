"""The admin's door: whoever tries passwords is stopped, by address and by account."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from throttle.models import Limit, address_of

BY_ADDRESS = Limit("login of an address", most=20, seconds=900)
BY_ACCOUNT = Limit("login to an account", most=50, seconds=3600)  # from many addresses; its owner waits an hour at most


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        assert self.request is not None  # noqa: S101  # the admin passes it
        now, account = timezone.now(), self.cleaned_data.get("username", "").casefold()
        if not BY_ADDRESS.allows(address_of(self.request), now) or not BY_ACCOUNT.allows(account, now):
            raise ValidationError("There were too many tries to log in. Wait an hour, then try again.", code="throttled")
        return super().clean()


admin.site.login_form = LoginForm
