"""rebuild_columns: derives the columns of documents again, for instance after a release that derives them differently."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, transaction

from documents.models import DERIVED_FIELDS, Document


class Command(BaseCommand):
    help = "Derives title, summary, style, dates, the page's HTML and the like of every document from its source again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--outdated", action="store_true", help="only of documents that another release derived them of")

    def handle(self, *, outdated: bool, verbosity: int, **options: Any) -> None:
        changed, failed = rebuild(outdated=outdated)
        if verbosity:
            self.stdout.write(f"{changed} documents had columns that differed from their text.")
        if failed:
            raise CommandError(
                f"These texts are no longer what a text has to be, and their columns stay as they were: {', '.join(failed)}. "
                "Open them in the admin, which says what is wrong, and save them."
            )


@transaction.atomic
def rebuild(*, outdated: bool) -> tuple[int, list[str]]:
    """Returns how many documents changed, and the addresses of those that failed. A failure does not stop the others."""
    changed, failed = 0, []
    Document.objects.lock_table()
    for document in Document.objects.iterator(chunk_size=100):
        if outdated and document.made_of == document.render_digest:
            continue
        address = document.get_absolute_url()
        try:
            with transaction.atomic():
                changed += rebuild_document(document)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # this release or its database may refuse what an earlier one accepted
            failed.append(f"{address} ({type(error).__name__})")
    return changed, failed


def rebuild_document(document: Document) -> bool:
    """Derives the columns again. Returns whether they changed."""
    before = [getattr(document, name) for name in DERIVED_FIELDS]
    document.derive(document.parse(document.source))
    if [getattr(document, name) for name in DERIVED_FIELDS] == before:
        return False
    document.save(update_fields=DERIVED_FIELDS)
    return True
