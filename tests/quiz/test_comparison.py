"""Two results of one person: which changes exceed the error of measurement, and which results can be compared."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.template.defaultfilters import floatformat
from hypothesis import example, given
from hypothesis import strategies as st

from documents.bibliography import references
from quiz.admin.text_coverage import answers_at
from quiz.instrument.parser import read_instrument
from quiz.result.comparison import Attempt, DimensionChange, compare
from quiz.scoring import Point, reliable_change

INSTRUMENT = read_instrument((settings.CONTENT_DIR / "quiz/attachment.md").read_text(), references())
DAY = date(2026, 5, 1)
points = st.builds(Point, st.floats(1, 7), st.floats(1, 7))


def attempt(point, relation="friend", day=DAY, instrument=INSTRUMENT):
    return Attempt(instrument, answers_at(instrument, point), relation, day)


def later(point, days=180, **known):
    return attempt(point, day=DAY + timedelta(days=days), **known)


def test_a_change_counts_beyond_the_error_of_two_measurements():
    """SEM of anxiety: 1.21 * sqrt(1 - .84) = .484; sqrt(2) * .484 * 1.96 = 1.342 points. Nine items move in steps of 1/9."""
    anxiety, avoidance = compare(attempt(Point(5, 3)), later(Point(5 - 12 / 9, 3))).changes
    assert anxiety.change.points == pytest.approx(-4 / 3)
    assert (anxiety.direction, anxiety.change.is_reliable) == ("went down", False)
    assert (avoidance.direction, avoidance.change.is_reliable) == ("hardly moved", False)
    [more, _] = compare(attempt(Point(5, 3)), later(Point(5 - 13 / 9, 3))).changes
    assert more.change.index == pytest.approx(-13 / 9 / (2**0.5 * 0.484))
    assert more.change.is_reliable


@given(points, points)
def test_the_change_in_the_other_direction_is_the_negative_one(one, other):
    there, back = compare(attempt(one), later(other)), compare(attempt(other), later(one))
    for forth, home in zip(there.changes, back.changes, strict=True):
        assert forth.change.points == pytest.approx(-home.change.points)
        assert forth.change.is_reliable == home.change.is_reliable


@given(st.floats(1, 7), st.floats(1, 7))
@example(4.17, 4.23)  # both are 4.2 on the page
@example(4.2, 4.25)
def test_a_score_said_to_go_up_or_down_does_so_in_the_figures_on_the_page(before, after):
    anxiety = INSTRUMENT.dimensions["anxiety"]
    found = DimensionChange(anxiety, before, after, reliable_change(before, after, anxiety.norm))
    shown = float(floatformat(after)) - float(floatformat(before))
    assert {"went up": shown > 0, "went down": shown < 0, "hardly moved": abs(shown) < 0.11}[found.direction]


@pytest.mark.parametrize(("days", "is_soon"), [(0, True), (13, True), (14, False), (400, False), (-20, False)])
def test_a_second_result_within_two_weeks_is_soon(days, is_soon):
    assert compare(attempt(Point(4, 4)), later(Point(4, 4), days)).is_soon == is_soon


def test_somebody_else_in_mind_is_noticed_and_named():
    found = compare(attempt(Point(4, 4), relation="partner"), later(Point(4, 4)))
    assert found.is_about_somebody_else
    assert found.earlier_attempt.relation_text == "my partner, or the person I am seeing"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("When they are slow to reply, I fear", "When they are late, I fear"),
        ("- alarm-1:", "- alarm-1 (reversed):"),
        ("to: 7", "to: 9"),
    ],
)
def test_other_statements_or_another_scale_are_never_compared(old, new):
    text = (settings.CONTENT_DIR / "quiz/attachment.md").read_text().replace(old, new)
    found = compare(attempt(Point(4, 4), instrument=read_instrument(text, references())), later(Point(4, 4)))
    assert (found.changes, found.earlier_scores) == ((), None)


def test_other_texts_can_be_compared_and_the_later_planning_norms_are_used():
    norm = INSTRUMENT.dimensions["anxiety"]
    sharper = replace(INSTRUMENT, dimensions={**INSTRUMENT.dimensions, "anxiety": replace(norm, norm=replace(norm.norm, reliability=0.99))})
    found = compare(attempt(Point(4, 4)), later(Point(5, 4), instrument=sharper))
    assert found.changes[0].change.is_reliable
    assert found.earlier_scores == attempt(Point(4, 4)).scores
