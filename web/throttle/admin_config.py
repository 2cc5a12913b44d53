"""Django's admin as an app, with a door that counts who knocks. Apart from this app's own, because a module can hold one."""

from django.contrib.admin.apps import AdminConfig


class GuardedAdminConfig(AdminConfig):
    default_site = "web.throttle.admin.Door"
