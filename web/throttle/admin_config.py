"""Django's admin with limits on logins. Separate from `apps`, because Django expects one default AppConfig per module."""

from django.contrib.admin.apps import AdminConfig


class ThrottledAdminConfig(AdminConfig):
    default_site = "web.throttle.login.ThrottledAdminSite"
