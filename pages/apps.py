"""Home, help in a crisis, about, privacy, and the addresses for search engines and supervisors."""

from django.apps import AppConfig

from documents.kinds import OTHER_FILE_CHECKS
from pages.helplines import check


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        OTHER_FILE_CHECKS["helplines.yaml"] = check
