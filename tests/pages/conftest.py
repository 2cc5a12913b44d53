"""What tests of the pages stand on: the guides that we ship, published, and a page taken apart as a reader's browser would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import timezone

from guides.models import Guide
from quiz.models import Instrument
from tests.support.library import create_guide, create_shipped_quiz, shipped_text

Publish = Callable[[str, datetime], Guide]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "path", "source", "track", "wbr"}


class Page(HTMLParser):
    """A page's text, its elements by name, and for each address where it stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []  # the ids of the elements around, "" where there is none
        self.tags: list[str] = []
        self.text = ""
        self.addresses: list[tuple[str, str, list[str]]] = []  # element, address, ids around it
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        address = found.get("href") or found.get("src")
        if address:
            self.addresses.append((tag, address, [*self.open]))
        if tag not in VOID:
            self.open.append(found.get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split()) + " " if data.strip() else ""

    @property
    def links(self) -> set[str]:
        return {address for tag, address, _ in self.addresses if tag == "a"}


@pytest.fixture
def publish(db: None) -> Publish:
    """Puts one of our guides online from some moment on."""

    def publish(slug: str, at: datetime) -> Guide:
        return create_guide(text=shipped_text(f"guides/{slug}.md"), publish_at=at, now=at)

    return publish


@pytest.fixture
def guides(publish: Publish) -> list[Guide]:
    """Our three guides, online since yesterday."""
    yesterday = timezone.now() - timedelta(days=1)
    return [publish(slug, yesterday) for slug in ("anxious", "dismissive-avoidant", "fearful-avoidant")]


@pytest.fixture
def quiz(db: None) -> Instrument:
    """Our quiz, online."""
    return create_shipped_quiz()


@pytest.fixture
def read(client: Client) -> Callable[[str], Page]:
    """Opens an address as a reader who has no cookie, and takes the page apart."""
    return lambda address: Page(client.get(address).content.decode())
