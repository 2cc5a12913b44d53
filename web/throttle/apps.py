"""How often one address may write. Knows nothing of what is written."""

from django.apps import AppConfig


class ThrottleConfig(AppConfig):
    name = "web.throttle"
