"""Healing guides."""

from django.apps import AppConfig

from documents.kinds import Kind, register
from guides.parts import ADDRESS
from guides.reader import read
from guides.rendering import made


class GuidesConfig(AppConfig):
    name = "guides"

    def ready(self) -> None:
        register(Kind("guide", "guides", ADDRESS, read, made))
