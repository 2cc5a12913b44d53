"""Front matter that passes the check can be saved and shown, at the limits of lengths and of the calendar too."""

import pytest

from guides.parser import read_guide
from tests.support.builders import VALID
from tests.support.library import create_guide

ALLOWED = {
    "a title as long as its column": ("title: How to wait for an answer", f"title: {'ä' * 120}"),
    "a title of two lines": ("title: How to wait for an answer", "title: |\n  How to wait\n  for an answer"),
    "a slug as long as its column": ("slug: waiting", f"slug: {'a-' * 39}aa"),
    "a summary as long as its column": ("summary: Two small", f"summary: {'𝒂' * 147} Two"),
    "the first day of the calendar": ("reviewed: 2026-11-01\nnext", "reviewed: 0001-01-01\nnext"),
    "the last day of the calendar": ("next_review: 2027-11-01", "next_review: 9999-12-31"),
    "a review long overdue": ("reviewed: 2026-11-01\nnext_review: 2027-11-01", "reviewed: 0001-01-01\nnext_review: 0001-01-02"),
}
REFUSED = {
    "a title of blanks": ("title: How to wait for an answer", 'title: " "'),
    "a slug of blanks": ("slug: waiting", 'slug: " \\n"'),
    "a summary of blanks": ("summary: Two small skills for the hour in which nobody writes back.", 'summary: "\\t"'),
    "a title longer than its column": ("title: How to wait for an answer", f"title: {'ä' * 121}"),
    "a slug longer than its column": ("slug: waiting", f"slug: {'a-' * 40}a"),
    "a day before the calendar": ("reviewed: 2026-11-01\nnext", "reviewed: 0000-01-01\nnext"),
    "a day that is none": ("next_review: 2027-11-01", "next_review: 2027-02-29"),
}


def changed(what):
    old, new = what
    assert old in VALID
    return VALID.replace(old, new)


def errors(text):
    return [problem.code for problem in read_guide(text, {}).problems if problem.is_error and problem.code != "citation-unknown"]


@pytest.mark.parametrize("what", ALLOWED.values(), ids=ALLOWED)
def test_a_text_that_passes_the_check_is_saved_and_shown(what, client, db):
    text = changed(what)
    assert errors(text) == []
    guide = create_guide(text=text)
    assert [client.get(path).status_code for path in (guide.get_absolute_url(), "/guides/", "/sitemap.xml")] == [200] * 3


@pytest.mark.parametrize("what", REFUSED.values(), ids=REFUSED)
def test_a_value_that_no_column_can_hold_is_refused(what):
    assert errors(changed(what))
