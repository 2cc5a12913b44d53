"""check_content: prints every problem of every file in content/, and exits 1 if one of them is an error."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from documents.files.bounded_read import FileRefusedError
from documents.files.folder import EMPTY_LIBRARY, ContentFolder


class Command(BaseCommand):
    help = "Prints every problem of the texts as file:line: level code: message. Exits 1 on errors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders inside the content folder (all)")
        parser.add_argument("--root", type=Path, default=settings.CONTENT_DIR, help="the content folder (%(default)s)")

    def handle(self, *, paths: list[Path], root: Path, **options: Any) -> None:
        try:
            folder = ContentFolder.load(root)
        except FileRefusedError as reason:
            raise CommandError(reason) from None
        for path in paths or [root]:
            require_content(path, folder)
        problems = folder.problems(EMPTY_LIBRARY, timezone.now().date())
        chosen = [found for found in problems if not paths or any(is_inside(root / found.path, path) for path in paths)]
        for found in chosen:
            self.stdout.write(found.problem.formatted(relative_to_cwd(root / found.path)))
        if any(found.problem.is_error for found in chosen):
            raise SystemExit(1)


def relative_to_cwd(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def require_content(path: Path, folder: ContentFolder) -> None:
    """Raises `CommandError` for a path that selects no file, because printing nothing would look as if all was well."""
    try:
        exists = path.is_symlink() or path.exists()
    except OSError:  # such as a name that is too long
        exists = False
    if not exists:
        raise CommandError(f"There is no file or folder {path}. Write the path as it is seen from {Path.cwd()}.")
    if not resolve_folder(path).is_relative_to(folder.root.resolve()):
        raise CommandError(
            f"{path} is not inside the content folder {folder.root}. Name a file or folder in there, or another folder with --root."
        )
    if not any(is_inside(folder.root / file, path) for file in [*folder.paths, *(found.path for found in folder.unreadable)]):
        raise CommandError(f"There is nothing to check in {path}: it holds no file, or only hidden ones.")


def is_inside(file: Path, chosen: Path) -> bool:
    """Whether a file is in a chosen folder, or is the chosen one."""
    return resolve_parent(file).is_relative_to(resolve_folder(chosen))


def resolve_folder(path: Path) -> Path:
    return path.resolve() if path.is_dir() else resolve_parent(path)


def resolve_parent(path: Path) -> Path:
    """Resolves links in all of a path but its last part: a link to a file counts where it is, not where it leads."""
    return path.parent.resolve() / path.name
