"""The top floor: home, help in a crisis, about, privacy, and what machines ask for."""

from django.apps import AppConfig

from documents.kinds import FILES
from pages.helplines import problems


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        FILES["helplines.yaml"] = problems
