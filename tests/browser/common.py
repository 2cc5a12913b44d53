"""What browser tests of several kinds use."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ColorScheme = Literal["light", "dark"]
without_javascript = pytest.mark.browser_context_args(java_script_enabled=False)
in_both_color_schemes = pytest.mark.parametrize("color_scheme", ["light", "dark"])


def axe_violations(page: Page) -> list[tuple[str, list[str]]]:
    """The accessibility rules that the page violates, each with the HTML of the elements."""
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in Axe().run(page).response["violations"]]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
