"""The top floor: home, help in a crisis, about, privacy, and what machines ask for."""

from django.apps import AppConfig

from documents.kinds import OTHER_FILE_CHECKS
from pages.helplines import problems


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        OTHER_FILE_CHECKS["helplines.yaml"] = problems
