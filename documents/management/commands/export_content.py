"""export_content: carries the database's documents into content/, byte for byte."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.files.bounded_read import FileRefusedError
from documents.files.sync import ConflictPolicy, export_folder
from documents.management.sync_options import add_sync_options


class Command(BaseCommand):
    help = "Writes texts from the database into files; drafts under drafts/. Where both changed, nothing is done until you choose."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_sync_options(parser, ours="keep the files", theirs="take what the database has")

    def handle(self, *, root: Path, policy: ConflictPolicy, dry_run: bool, **options: Any) -> None:
        try:
            plan = export_folder(root, policy, dry_run=dry_run)
        except FileRefusedError as reason:
            raise CommandError(f"Nothing was exported. {reason}") from None
        except OSError as error:
            raise CommandError(
                f"The texts could not be written: {error.filename2 or error.filename or root}: {error.strerror}. "
                "No file is half-written. Mend that, or name another folder, and run this again."
            ) from None
        for planned in plan.differences:
            self.stdout.write(str(planned))
        if plan.has_conflicts:
            raise CommandError(
                "Nothing was exported: the files named as conflicts were changed here and in the admin. "
                "Run it with --theirs to take what the database has, or with --ours to keep the files."
            )
        self.stdout.write(plan.summary("would be exported" if dry_run else "exported"))
