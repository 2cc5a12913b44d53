"""Rate limits by client address or account, for any action."""

from django.apps import AppConfig


class ThrottleConfig(AppConfig):
    name = "web.throttle"
