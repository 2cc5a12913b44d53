"""The options that import_content and export_content share."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings

from documents.files.sync import ConflictPolicy


def add_sync_options(parser: ArgumentParser, ours: str, theirs: str) -> None:
    """Adds `root`, `dry_run` and `policy`. `ours` and `theirs` are the help texts of the two ways to resolve conflicts."""
    parser.add_argument("root", nargs="?", type=Path, default=settings.CONTENT_DIR, help="the content folder (%(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    either = parser.add_mutually_exclusive_group()
    for policy, effect in ((ConflictPolicy.OURS, ours), (ConflictPolicy.THEIRS, theirs)):
        either.add_argument(
            f"--{policy}",
            dest="policy",
            action="store_const",
            const=policy,
            default=ConflictPolicy.STOP,
            help=f"where both sides changed, {effect}",
        )
