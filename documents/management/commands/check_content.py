"""check_content: prints every problem of every file in content/, and exits 1 if one of them is an error."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from documents.content import NOTHING, check_files, check_other_files, gather, gather_pictures


class Command(BaseCommand):
    help = "Prints every problem of the texts as file:line: level code: message. Exits 1 on errors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders inside the content folder (all)")
        parser.add_argument("--root", type=Path, default=settings.CONTENT_DIR, help="the content folder (%(default)s)")

    def handle(self, *, paths: list[Path], root: Path, **options: Any) -> None:
        today = timezone.now().date()
        files, unreadable = gather(root)
        _, broken = gather_pictures(root)
        texts = [*unreadable, *check_files(root, files, NOTHING, today)]
        problems = sorted([*texts, *broken, *check_other_files(root, today)])
        chosen = [found for found in problems if self.is_chosen(root / found.path, paths)]
        for found in chosen:
            self.stdout.write(found.problem.at(self.shown(root / found.path)))
        if any(found.problem.is_error for found in chosen):
            raise SystemExit(1)

    def is_chosen(self, file: Path, paths: list[Path]) -> bool:
        return not paths or any(file.resolve().is_relative_to(path.resolve()) for path in paths)

    def shown(self, file: Path) -> Path:
        return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
