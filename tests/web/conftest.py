"""A site to serve, as production serves it behind a proxy that ends TLS."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.checkout import Released
from tests.support.checkout import released as released
from tests.support.gunicorn import Response, Site, serve

TLS = {"X-Forwarded-Proto": "https"}


class Visitor:
    """A client whose requests come by TLS through a trusted proxy."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def get(self, path: str, **headers: str) -> Response:
        return self.site.ask("GET", path, **{**TLS, **headers})

    def post(self, path: str, form: dict[str, str] | str, headers: dict[str, str] | None = None) -> Response:
        return self.site.ask("POST", path, form if isinstance(form, str) else urlencode(form), **{**TLS, **(headers or {})})


@pytest.fixture(scope="module")
def deployed(released: Released) -> tuple[Path, str]:
    """The checkout with all its static files, and its database."""
    return released.folder, released.url


@pytest.fixture(scope="module")
def site(deployed) -> Iterator[Site]:
    with serve(*deployed, PLAIN_HTTP="0") as site:
        yield site


@pytest.fixture(scope="module")
def visitor(site) -> Visitor:
    return Visitor(site)
