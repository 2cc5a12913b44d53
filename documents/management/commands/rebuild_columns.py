"""rebuild_columns: derives the columns of all documents anew, for instance after a release that derives them differently."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from documents.models import DERIVED, Document


class Command(BaseCommand):
    help = "Derives title, summary, style, dates and the like of every document from its source again."

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        changed = 0
        for document in Document.objects.select_for_update().iterator(chunk_size=100):
            before = [getattr(document, name) for name in DERIVED]
            document.derive()
            if [getattr(document, name) for name in DERIVED] != before:
                document.save(update_fields=DERIVED)
                changed += 1
        self.stdout.write(f"{changed} documents had columns that differed from their text.")
