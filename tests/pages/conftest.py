"""The shipped guides and quiz, published, and a parser for the pages that visitors get."""

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
    """The text of a page, the names of its elements, and its URLs with the ids of the elements around them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []  # ids of the open elements, "" for an element without one
        self.tags: list[str] = []
        self.text = ""
        self.urls: list[tuple[str, str, list[str]]] = []  # element, URL, ids around it
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        url = attributes.get("href") or attributes.get("src")
        if url:
            self.urls.append((tag, url, [*self.open]))
        if tag not in VOID:
            self.open.append(attributes.get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += " ".join(data.split()) + " " if data.strip() else ""

    @property
    def links(self) -> set[str]:
        return {url for tag, url, _ in self.urls if tag == "a"}


@pytest.fixture
def publish(db: None) -> Publish:
    """Publishes a shipped guide from a given time on."""

    def publish(slug: str, at: datetime) -> Guide:
        return create_guide(text=shipped_text(f"guides/{slug}.md"), publish_at=at, now=at)

    return publish


@pytest.fixture
def guides(publish: Publish) -> list[Guide]:
    """Three shipped guides, published yesterday."""
    yesterday = timezone.now() - timedelta(days=1)
    return [publish(slug, yesterday) for slug in ("anxious", "dismissive-avoidant", "fearful-avoidant")]


@pytest.fixture
def quiz(db: None) -> Instrument:
    return create_shipped_quiz()


@pytest.fixture
def read(client: Client) -> Callable[[str], Page]:
    """Gets a page without cookies, and parses it."""
    return lambda path: Page(client.get(path).content.decode())
