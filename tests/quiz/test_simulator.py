"""The simulator of the admin: made-up takers for every place on the plane, the page that each would get, and how much text it has."""

from collections import Counter
from dataclasses import replace

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from documents.html import Html
from quiz import scoring
from quiz.breakdown import break_down, position
from quiz.instrument import ANXIETY, AVOIDANCE, Item, Side, read
from quiz.scoring import Point, Scale
from quiz.simulation import COLUMNS, answers_at, cell, facet_sides, plane_map, steps, words

TEXT = (settings.CONTENT_DIR / "quiz/attachment.md").read_text()
QUIZ = read(TEXT, {})
TITLES = {insight.step: "A step" for insight in (*QUIZ.triggers, *QUIZ.strengths)}


# Answers for a place


@st.composite
def instruments(draw):
    """Ours with another scale, and with any number of statements to each facet."""
    lowest, span = draw(st.integers(-20, 20)), draw(st.integers(2, 100))
    items = tuple(
        Item(f"{facet}-{number}", facet, draw(st.booleans()), "", 1) for facet in QUIZ.facets for number in range(draw(st.integers(1, 6)))
    )
    return replace(QUIZ, scale=Scale(lowest, lowest + span), items=items)


@given(instruments(), st.floats(0, 1), st.floats(0, 1))
def test_answers_for_a_place_are_as_near_to_it_as_whole_answers_can_be(instrument, across, up):
    scale = instrument.scale
    point = Point(*(scale.lowest + share * (scale.highest - scale.lowest) for share in (across, up)))
    answers = answers_at(instrument, point)
    assert set(answers) == {item.key for item in instrument.items}
    assert all(isinstance(answer, int) and scale.lowest <= answer <= scale.highest for answer in answers.values())
    found = position(instrument, answers)
    assert abs(found.anxiety - point.anxiety) <= 0.5 / len(instrument.items_in(ANXIETY)) + 1e-9
    assert abs(found.avoidance - point.avoidance) <= 0.5 / len(instrument.items_in(AVOIDANCE)) + 1e-9


@given(instruments(), st.floats(0, 1))
def test_answers_for_a_place_are_spread_evenly_over_the_facets(instrument, share):
    point = Point(*[instrument.scale.lowest + share * (instrument.scale.highest - instrument.scale.lowest)] * 2)
    answers = answers_at(instrument, point)
    for dimension, mean in ((ANXIETY, position(instrument, answers).anxiety), (AVOIDANCE, position(instrument, answers).avoidance)):
        for facet in (facet for facet in instrument.facets.values() if facet.dimension == dimension):
            items = instrument.items_of(facet.key)
            assert abs(scoring.mean_of(items, answers, instrument.scale) - mean) * len(items) <= 1 + 1e-9


# The map


def test_the_map_has_half_points_from_end_to_end_with_the_middle():
    assert steps(Scale(1, 7)) == [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7]
    assert steps(Scale(0, 100))[::6] == [0, 50, 100]


def test_the_map_counts_what_each_result_shows():
    for row in plane_map(QUIZ, TITLES)[::4]:
        for found in row.cells[::3]:
            assert found.point.avoidance == row.avoidance
            told = break_down(QUIZ, answers_at(QUIZ, found.point), "friend", TITLES)
            assert (found.triggers, found.strengths, found.weeks) == (len(told.triggers), len(told.strengths), len(told.weeks))
            assert found.words == words(told.style)


def test_the_map_is_drawn_with_the_most_avoidant_on_top():
    rows = plane_map(QUIZ, TITLES)
    assert [row.avoidance for row in rows] == steps(QUIZ.scale)[::-1]
    assert {len(row.cells) for row in rows} == {COLUMNS}


def test_the_shipped_quiz_is_thin_in_the_middle_alone():
    thin = [found.point for row in plane_map(QUIZ, TITLES) for found in row.cells if found.thin]
    assert thin == [Point(4, 4)]


def test_a_place_without_text_says_what_is_missing():
    assert cell(QUIZ, Point(4, 4), TITLES).thin == "0 triggers, 0 strengths, no week"
    assert cell(QUIZ, Point(6, 6), {}).thin == "no week"
    bare = replace(QUIZ, styles={**QUIZ.styles, "fearful": Html("Two words")})
    assert cell(bare, Point(6, 6), TITLES).thin == "2 words on the region"


# The sides of the facets


def test_every_side_of_every_facet_is_counted():
    found = facet_sides(QUIZ)
    assert [(side.facet.key, side.side) for side in found] == [(key, side) for key in QUIZ.facets for side in Side]
    counted = Counter((insight.facet, insight.side) for insight in QUIZ.triggers)
    assert {(side.facet.key, side.side): side.triggers for side in found} == counted
    assert not any(side.thin for side in found)


def test_a_side_with_short_texts_or_none_is_thin():
    strengths = tuple(replace(strength, like=Html(""), worth=Html("")) for strength in QUIZ.strengths)
    (first, *_) = facet_sides(replace(QUIZ, strengths=strengths, triggers=()))
    assert first.thin == "no trigger, short strength"
