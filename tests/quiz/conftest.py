"""The quiz that we ship, with its guides, published; and a taker who answers it over HTTP."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from documents.models import Document
from guides.models import Guide
from quiz.models import Instrument, Result


@pytest.fixture
def library(db: None) -> Instrument:
    """The guides that the quiz leads to, and the quiz."""
    for path in sorted(settings.CONTENT_DIR.glob("guides/*.md")):
        publish(Guide(kind="guide", state="published"), path.read_text())
    quiz = Instrument(kind="quiz", state="published")
    publish(quiz, (settings.CONTENT_DIR / "quiz/attachment.md").read_text())
    return quiz


def publish(document: Document, text: str) -> None:
    document.rewrite(text, by=None, now=timezone.now(), note="For a test")


class Taker:
    """Somebody at the form: every answer is `usual` but for those given."""

    def __init__(self, client: Client, usual: int = 5, form: str = "/quiz/take/") -> None:
        self.client, self.form = client, form
        page = client.get(form).content.decode()
        [self.key] = re.findall(r'name="key" value="([^"]+)"', page)
        [self.version] = re.findall(r'name="version" value="([^"]+)"', page)
        self.items = list(dict.fromkeys(re.findall(r'name="([a-z-]+-\d)"', page)))
        self.usual = usual

    def send(self, keep="yes", left_out=(), relation="friend", headers=None, **given):
        answers = {item: given.get(item.replace("-", "_"), self.usual) for item in self.items if item not in left_out}
        sent = {"key": self.key, "version": self.version, "relation": relation, "keep": keep, **answers}
        return self.client.post(f"{self.form}?sent", sent, headers=headers)

    @property
    def address(self) -> str:
        return f"/quiz/results/{self.key}/"


@pytest.fixture
def taker(library: Instrument, client: Client) -> Taker:
    return Taker(client)


@pytest.fixture
def kept(taker: Taker) -> Callable[[], Result]:
    taker.send()
    return lambda: Result.objects.get()
