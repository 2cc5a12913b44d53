"""The browser that browser tests run in: the system's Chromium, or else playwright's own."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
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


@pytest.hookimpl(tryfirst=True)  # before -m picks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    path = INSTALLED[0] if INSTALLED else playwright.chromium.executable_path
    if not Path(path).exists():
        pytest.skip("there is no Chromium: install it, or run script/test, which does so where it can")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    return {**browser_type_launch_args, "executable_path": path, "args": [*QUIET, *as_root]}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """So that a test goes to "/guides/", as a reader names it."""
    return live_server.url


@pytest.fixture(autouse=True)
def site_url(live_server: LiveServer, settings: Any) -> None:
    """A secret link leads to the site that is tried."""
    settings.SITE_URL = live_server.url


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console says that it should not, such as a breach of the content security policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
