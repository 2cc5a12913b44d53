"""check_content: prints every problem of every file in content/, and exits 1 if one of them is an error."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from documents.files.folder import NOTHING, check_files, check_other_files, gather, gather_pictures, walk
from documents.files.sync_options import require_folder


class Command(BaseCommand):
    help = "Prints every problem of the texts as file:line: level code: message. Exits 1 on errors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders inside the content folder (all)")
        parser.add_argument("--root", type=Path, default=settings.CONTENT_DIR, help="the content folder (%(default)s)")

    def handle(self, *, paths: list[Path], root: Path, **options: Any) -> None:
        require_folder(root)
        for path in paths or [root]:
            require_something(path, root)
        today = timezone.now().date()
        files, unreadable = gather(root)
        _, broken = gather_pictures(root)
        texts = [*unreadable, *check_files(root, files, NOTHING, today)]
        problems = sorted([*texts, *broken, *check_other_files(root, today)])
        chosen = [found for found in problems if not paths or any(is_in(root / found.path, path) for path in paths)]
        for found in chosen:
            self.stdout.write(found.problem.at(self.shown(root / found.path)))
        if any(found.problem.is_error for found in chosen):
            raise SystemExit(1)

    def shown(self, file: Path) -> Path:
        return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def require_something(path: Path, root: Path) -> None:
    """Refuses a path that chooses nothing: somebody who mistyped it would take silence for praise."""
    try:
        is_there = path.is_symlink() or path.exists()
    except OSError:  # such as a name that is too long
        is_there = False
    if not is_there:
        raise CommandError(f"There is no file or folder {path}. Write the path as it is seen from {Path.cwd()}.")
    if not place_of(path).is_relative_to(root.resolve()):
        raise CommandError(
            f"{path} is not inside the content folder {root}. Name a file or folder in there, or another folder with --root."
        )
    files, closed = walk(root)
    if not any(is_in(root / file, path) for file in [*files, *(found.path for found in closed)]):
        raise CommandError(f"There is nothing to check in {path}: it holds no file, or only hidden ones.")


def is_in(file: Path, chosen: Path) -> bool:
    """Whether a file is in a chosen folder, or is the chosen one."""
    return unfollowed(file).is_relative_to(place_of(chosen))


def place_of(path: Path) -> Path:
    return path.resolve() if path.is_dir() else unfollowed(path)


def unfollowed(path: Path) -> Path:
    """A link counts where it is, not where it leads."""
    return path.parent.resolve() / path.name
