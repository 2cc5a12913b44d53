#!/usr/bin/env python3
"""Runs the site's commands, and where no DATABASE_URL is set an embedded Postgres for as long as they run."""

import os
import secrets
import signal
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from ops.embedded_postgres import PostgresError, running
from ops.environment import TRUE_VALUES, env_text

OWN = Path(__file__).resolve().parent / ".postgres"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, leave)
    with ExitStack() as until_the_end:
        embedded = not env_text("DATABASE_URL")
        if embedded:
            os.environ["DATABASE_URL"] = until_the_end.enter_context(running(OWN / "serve"))
        if not env_text("SECRET_KEY") and (embedded or os.environ.get("DEBUG", "").strip().lower() in TRUE_VALUES):
            os.environ["SECRET_KEY"] = own_secret()
        execute_from_command_line(sys.argv)


def leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def own_secret() -> str:
    """Made once for this checkout, so that a restart keeps its editors signed in."""
    kept, fresh = OWN / "secret", OWN / f"secret.{os.getpid()}"
    try:
        if not kept.exists():
            OWN.mkdir(exist_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(50))
            with suppress(FileExistsError):  # of two who make one at once, the first one's counts
                kept.hardlink_to(fresh)
            fresh.unlink()
        return kept.read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"SECRET_KEY is not set, and none can be kept in {kept} ({error.strerror}). Set SECRET_KEY.") from None


if __name__ == "__main__":
    try:
        main()
    except (ImproperlyConfigured, PostgresError) as problem:
        sys.exit(str(problem))
    except (OperationalError, psycopg.OperationalError) as problem:
        reason = str(problem).partition("\n")[0]
        sys.exit(f"The database did not do that ({reason}). If it is not there, start it or correct DATABASE_URL; then run this again.")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
