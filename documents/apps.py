"""The ground floor: what every authored text is."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
