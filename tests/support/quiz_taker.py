"""A visitor who takes the quiz over HTTP, and results that are kept without one."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from documents.models import Revision
from quiz.instrument_cache import instrument_of
from quiz.models import Instrument, Result
from quiz.submission import form_fields, fresh_key, read_submission


class Taker:
    """A visitor at the form, who gives the `usual` answer to every statement unless a test says otherwise."""

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


def keep(answers: dict[str, int], version: Revision, now: datetime, key: str = "") -> None:
    """Keeps a result as the form does."""
    fields = {"key": key or fresh_key(), **form_fields(version.pk, "friend", answers)}
    submission = read_submission(fields, instrument_of(version), version.pk)
    assert Result.objects.keep(submission, submission.key, now)  # no two from one address, so that no limit is met


@pytest.fixture
def taker(library: Instrument, client: Client) -> Taker:
    return Taker(client)


@pytest.fixture
def kept(taker: Taker) -> Callable[[], Result]:
    """Keeps a result, and returns a function that reads it from the database."""
    taker.send()
    return lambda: Result.objects.get()
