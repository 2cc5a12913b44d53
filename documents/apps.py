"""Documents: authored texts of any kind, and what all kinds have in common."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
