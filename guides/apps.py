"""Healing guides."""

from django.apps import AppConfig

from documents.kinds import Kind, register
from guides.parser import read_guide
from guides.parts import ADDRESS
from guides.rendering import render_for_storage


class GuidesConfig(AppConfig):
    name = "guides"

    def ready(self) -> None:
        register(Kind("guide", "guides", ADDRESS, read_guide, render_for_storage))
