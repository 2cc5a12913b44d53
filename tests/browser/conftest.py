"""The browser of the browser tests: the system's Chromium, or else Playwright's."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, Playwright
from pytest_django.live_server_helper import LiveServer

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps an event loop running in the tests' thread
INSTALLED = [path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))]
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(tryfirst=True)  # before -m selects by the marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")
            item.add_marker("no_cover")  # playwright switches greenlets, which coverage is not set to follow


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    path = INSTALLED[0] if INSTALLED else playwright.chromium.executable_path
    if not Path(path).exists():
        pytest.skip("there is no Chromium: install it, or run script/test, which does so where it can")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    return {**browser_type_launch_args, "executable_path": path, "args": [*QUIET, *as_root]}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Lets tests go to a path such as "/guides/"."""
    return live_server.url


@pytest.fixture(autouse=True)
def site_url(live_server: LiveServer, settings: Any) -> None:
    """Lets secret links lead to the test server."""
    settings.SITE_URL = live_server.url


@pytest.fixture
def library(transactional_db: None) -> None:
    """The guides and the quiz in content/, published, where the test server sees them."""
    call_command("import_content", verbosity=0)


@pytest.fixture
def console_errors(page: Page) -> list[str]:
    """Errors and warnings in the browser's console, such as a breach of the content security policy. Filled as they come."""
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: messages.append(str(error)))
    return messages
