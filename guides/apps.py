"""Healing guides."""

from django.apps import AppConfig

from documents.kinds import Kind, register
from guides.made import made
from guides.parts import ADDRESS, read


class GuidesConfig(AppConfig):
    name = "guides"

    def ready(self) -> None:
        register(Kind("guide", "guides", ADDRESS, read, made))
