#!/usr/bin/env python3
"""Runs Django's commands; without DATABASE_URL, with an embedded Postgres for as long as they run."""

import os
import secrets
import signal
import sys
from contextlib import ExitStack, suppress
from types import FrameType

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from ops.embedded_postgres import DEFAULT_HOME, PostgresError, handle_signals, running
from ops.environment import TRUE_VALUES, env_text

SECRET_FILE = DEFAULT_HOME.with_name("secret")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    handle_signals((signal.SIGTERM, signal.SIGHUP), exit_by_signal)
    with ExitStack() as stack:
        embedded = not env_text("DATABASE_URL")
        if embedded:
            os.environ["DATABASE_URL"] = stack.enter_context(running(DEFAULT_HOME))
        if not env_text("SECRET_KEY") and (embedded or os.environ.get("DEBUG", "").strip().lower() in TRUE_VALUES):
            os.environ["SECRET_KEY"] = checkout_secret()
        execute_from_command_line(sys.argv)


def exit_by_signal(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def checkout_secret() -> str:
    """Returns a secret key that is generated once for this checkout, so that editors stay signed in after a restart."""
    file, new_file = SECRET_FILE, SECRET_FILE.with_name(f"secret.{os.getpid()}")
    try:
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            new_file.touch(mode=0o600)
            new_file.write_text(secrets.token_urlsafe(50))
            with suppress(FileExistsError):  # another process was first, and its key is used
                file.hardlink_to(new_file)
            new_file.unlink()
        return file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(f"SECRET_KEY is not set, and none can be kept in {file} ({error.strerror}). Set SECRET_KEY.") from None


if __name__ == "__main__":
    try:
        main()
    except (ImproperlyConfigured, PostgresError) as problem:
        sys.exit(str(problem))
    except (OperationalError, psycopg.OperationalError) as problem:
        reason = str(problem).partition("\n")[0]
        sys.exit(f"The database refused the command ({reason}). If it is not there, start it or correct DATABASE_URL; then run this again.")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
