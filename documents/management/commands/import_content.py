"""import_content: carries content/ into the database, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from documents.files.bounded_read import FileRefusedError
from documents.files.folder import text_folder_names
from documents.files.sync import ConflictPolicy, import_folder
from documents.management.sync_options import add_sync_options


class Command(BaseCommand):
    help = "Takes texts from files into the database. Where file and database both changed, nothing is done until you choose."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_sync_options(parser, ours="keep what the database has", theirs="take the files")

    def handle(self, *, root: Path, policy: ConflictPolicy, dry_run: bool, verbosity: int, **options: Any) -> None:
        try:
            plan = import_folder(root, timezone.now(), policy, dry_run=dry_run)
        except FileRefusedError as reason:
            raise CommandError(reason) from None
        for line in [*(plan.problems if verbosity else plan.errors), *plan.differences]:
            self.stdout.write(str(line))
        if plan.errors:
            raise CommandError(f"Nothing was imported: {len(plan.errors)} errors stand above. Mend them and run this again.")
        if not plan.planned:
            names = text_folder_names()
            raise CommandError(f"Nothing was imported: there is no text in {root}. Texts are in {names} of a content folder.")
        if plan.has_conflicts:
            raise CommandError(
                "Nothing was imported: the files named as conflicts were changed here and in the admin. "
                "Run it with --theirs to take the files, or with --ours to keep what the database has."
            )
        self.stdout.write(plan.summary("would be imported" if dry_run else "imported"))
