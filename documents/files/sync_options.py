"""What import and export have in common on the command line."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from documents.files.sync import Act, Choice


def add_choices(parser: ArgumentParser, ours: str, theirs: str) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--ours", action="store_true", help=f"where both sides changed, {ours}")
    either.add_argument("--theirs", action="store_true", help=f"where both sides changed, {theirs}")


def require_folder(root: Path) -> None:
    try:
        is_there = root.is_dir()
    except OSError:  # such as a name that is too long
        is_there = False
    if not is_there:
        raise CommandError(f"There is no folder {root}.")


def chosen(options: Mapping[str, Any]) -> Choice:
    return Choice.OURS if options["ours"] else Choice.THEIRS if options["theirs"] else Choice.STOP


def counted(done: str, acts: Sequence[Act]) -> str:
    """For example "3 texts imported: 1 new, 2 same"."""
    counts = Counter(acts)
    told = ", ".join(f"{counts[act]} {act}" for act in Act if counts[act]) or "none there"
    return f"{len(acts)} text{'' if len(acts) == 1 else 's'} {done}: {told}."
