"""import_content: carries content/ into the database, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from documents.files.folder import folders_named
from documents.files.sync import Act, import_folder
from documents.files.sync_options import add_choices, chosen, counted, require_folder


class Command(BaseCommand):
    help = "Takes texts from files into the database. Where file and database both changed, nothing is done until you choose."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_choices(parser, ours="keep what the database has", theirs="take the files")
        parser.add_argument("root", nargs="?", type=Path, default=settings.CONTENT_DIR, help="the content folder (%(default)s)")

    def handle(self, *, root: Path, dry_run: bool, verbosity: int, **options: Any) -> None:
        require_folder(root)
        done = import_folder(root, timezone.now(), chosen(options), dry_run=dry_run)
        for found in done.problems if verbosity else done.errors:
            self.stdout.write(str(found))
        for arrival in done.arrivals:
            if arrival.act is not Act.SAME:
                self.stdout.write(f"{arrival.act}: {arrival.file.path}")
        if done.errors:
            raise CommandError(f"Nothing was imported: {len(done.errors)} errors stand above. Mend them and run this again.")
        if not done.arrivals:
            raise CommandError(f"Nothing was imported: there is no text in {root}. Texts are in {folders_named()} of a content folder.")
        if done.conflicts:
            raise CommandError(
                "Nothing was imported: the files named as conflicts were changed here and in the admin. "
                "Run it with --theirs to take the files, or with --ours to keep what the database has."
            )
        self.stdout.write(counted("would be imported" if dry_run else "imported", [arrival.act for arrival in done.arrivals]))
