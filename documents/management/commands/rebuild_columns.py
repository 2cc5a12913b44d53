"""rebuild_columns: derives the columns of documents anew, for instance after a release that derives them differently."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from documents.models import DERIVED, Document


class Command(BaseCommand):
    help = "Derives title, summary, style, dates, the page's HTML and the like of every document from its source again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--outdated", action="store_true", help="only of documents that another release derived them of")

    @transaction.atomic
    def handle(self, *, outdated: bool, verbosity: int, **options: Any) -> None:
        changed = 0
        for document in Document.objects.select_for_update().iterator(chunk_size=100):
            if outdated and document.made_of == document.digest_of_now:
                continue
            before = [getattr(document, name) for name in DERIVED]
            document.derive()
            if [getattr(document, name) for name in DERIVED] != before:
                document.save(update_fields=DERIVED)
                changed += 1
        if verbosity:
            self.stdout.write(f"{changed} documents had columns that differed from their text.")
