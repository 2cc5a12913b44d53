"""Serves the site on this machine: updates database and content, starts gunicorn, and ends with it."""

import os
import secrets
import socket
import subprocess
import sys
from argparse import ArgumentTypeError
from http.client import HTTPConnection, HTTPException
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from ops.environment import MAX_PORT, bounded_int
from web.paths import ADMIN_PATH, LIVENESS_PATH

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Serves the site on this machine: migrates, imports content/, and starts a web server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=settings.PORT)

    def handle(self, *, port: int, **options: Any) -> None:
        with listen(port) as listener:
            require_database()
            call_command("release", verbosity=0)
            self.create_first_superuser()
            if not settings.DEBUG:
                collect_static()
            server = start_server(listener, port)
        try:
            wait_for_answer(port)
            self.stdout.write(f"Safe Haven is at http://{HOST}:{port}/ until you press Ctrl-C.")
            self.stdout.flush()
            server.wait()
        finally:
            server.terminate()
            server.wait()
        raise CommandError("The web server ended: its error is above.")

    def create_first_superuser(self) -> None:
        if User.objects.filter(is_staff=True).exists():
            return
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser("editor", password=password)
        self.stdout.write(f'Created an editor account: "editor", password "{password}", shown this once, for {ADMIN_PATH}.')


def port_number(text: str) -> int:
    port = bounded_int(text, 1, MAX_PORT)
    if port is None:
        raise ArgumentTypeError(f"{text!r} is not a port: give a whole number from 1 to {MAX_PORT}.")
    return port


def listen(port: int) -> socket.socket:
    """Opens the socket before anything else and passes it on to the web server, so that the port can't be taken in between."""
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise CommandError(f"Port {port} can't be used ({reason}): end what uses it, or choose another one with --port.") from None


def require_database() -> None:
    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.OperationalError as error:
        reason = str(error).partition("\n")[0]
        raise CommandError(
            f"The database can't be reached ({reason}): start it or correct DATABASE_URL; "
            "without DATABASE_URL script/serve starts an embedded one."
        ) from None


def collect_static() -> None:
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        raise CommandError(
            f"The static files can't be written to {settings.STATIC_ROOT} ({error.strerror}): let this user write there, or make room."
        ) from None


def start_server(listener: socket.socket, port: int) -> subprocess.Popen[bytes]:
    gunicorn = [sys.executable, "-m", "gunicorn", "--config=ops/gunicorn_conf.py"]
    command = [*gunicorn, f"--bind=fd://{listener.fileno()}", "--graceful-timeout=3", "--log-level=error"]
    if settings.DEBUG:
        command += ["--reload"]  # watches the code, but not the templates, which Django caches
        command += [f"--reload-extra-file={path}" for path in settings.BASE_DIR.glob("templates/**/*.html")]
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "SITE_URL": settings.SITE_URL or f"http://{HOST}:{port}"},
        pass_fds=[listener.fileno()],
        start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the server
    )


def wait_for_answer(port: int) -> None:
    http = HTTPConnection(HOST, port, timeout=60)
    try:
        http.request("GET", LIVENESS_PATH)
        http.getresponse()
    except (OSError, HTTPException) as error:
        raise CommandError(f"The site did not start ({error}): the web server's error is above.") from None
    finally:
        http.close()
