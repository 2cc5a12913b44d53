"""Coverage of a quiz's text: simulated answers for any position, and the amount of text for positions and sides of facets."""

from collections import Counter
from dataclasses import replace

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from documents.text.html import Html
from quiz import scoring
from quiz.admin.text_coverage import GRID_SIZE, answers_at, cell, count_words, coverage_grid, facet_sides, grid_values
from quiz.instrument.parser import read_instrument
from quiz.instrument.types import ANXIETY, AVOIDANCE, Item, Side
from quiz.result.breakdown import break_down, observed_scores
from quiz.scoring import Point, Scale

QUIZ = read_instrument((settings.CONTENT_DIR / "quiz/attachment.md").read_text(), {})
TITLES = {insight.step_address: "A step" for insight in (*QUIZ.triggers, *QUIZ.strengths)}


# Answers for a position


@st.composite
def instruments(draw):
    """The shipped quiz with another scale and other numbers of statements."""
    lowest, span = draw(st.integers(-20, 20)), draw(st.integers(2, 100))
    items = tuple(
        Item(f"{facet}-{number}", facet, draw(st.booleans()), "", 1) for facet in QUIZ.facets for number in range(draw(st.integers(1, 6)))
    )
    return replace(QUIZ, scale=Scale(lowest, lowest + span), items=items)


@given(instruments(), st.floats(0, 1), st.floats(0, 1))
def test_the_scores_of_the_answers_for_a_position_are_as_close_to_it_as_possible(instrument, across, up):
    scale = instrument.scale
    point = Point(*(scale.lowest + share * (scale.highest - scale.lowest) for share in (across, up)))
    answers = answers_at(instrument, point)
    assert set(answers) == {item.key for item in instrument.items}
    assert all(isinstance(answer, int) and scale.lowest <= answer <= scale.highest for answer in answers.values())
    found = observed_scores(instrument, answers)
    assert abs(found.anxiety - point.anxiety) <= 0.5 / len(instrument.dimension_items(ANXIETY)) + 1e-9
    assert abs(found.avoidance - point.avoidance) <= 0.5 / len(instrument.dimension_items(AVOIDANCE)) + 1e-9


@given(instruments(), st.floats(0, 1))
def test_the_answers_for_a_position_are_distributed_evenly_over_the_facets(instrument, share):
    point = Point(*[instrument.scale.lowest + share * (instrument.scale.highest - instrument.scale.lowest)] * 2)
    answers = answers_at(instrument, point)
    scores = observed_scores(instrument, answers)
    for dimension, mean in ((ANXIETY, scores.anxiety), (AVOIDANCE, scores.avoidance)):
        for facet in (facet for facet in instrument.facets.values() if facet.dimension == dimension):
            items = instrument.facet_items(facet.key)
            assert abs(scoring.mean_of(items, answers, instrument.scale) - mean) * len(items) <= 1 + 1e-9


# Positions


def test_the_grid_goes_from_end_to_end_in_half_points_with_the_middle():
    assert grid_values(Scale(1, 7)) == [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7]
    assert grid_values(Scale(0, 100))[::6] == [0, 50, 100]


def test_a_cell_counts_the_contents_of_the_result():
    for row in coverage_grid(QUIZ, TITLES)[::4]:
        for found in row.cells[::3]:
            assert found.point.avoidance == row.avoidance
            result = break_down(QUIZ, answers_at(QUIZ, found.point), "friend", TITLES)
            assert (found.triggers, found.strengths, found.weeks) == (len(result.triggers), len(result.strengths), len(result.plan))
            assert found.region_words == count_words(result.region_text)


def test_the_first_row_has_the_highest_avoidance():
    rows = coverage_grid(QUIZ, TITLES)
    assert [row.avoidance for row in rows] == grid_values(QUIZ.scale)[::-1]
    assert {len(row.cells) for row in rows} == {GRID_SIZE}


def test_the_shipped_quiz_has_too_little_text_only_in_the_middle():
    gaps = [found.point for row in coverage_grid(QUIZ, TITLES) for found in row.cells if found.gaps]
    assert gaps == [Point(4, 4)]


def test_a_cell_names_its_gaps():
    assert cell(QUIZ, Point(4, 4), TITLES).gaps == "0 triggers, 0 strengths, no week"
    assert cell(QUIZ, Point(6, 6), {}).gaps == "no week"
    bare = replace(QUIZ, region_texts={**QUIZ.region_texts, "fearful": Html("Two words")})
    assert cell(bare, Point(6, 6), TITLES).gaps == "2 words on the region"


# The sides of the facets


def test_the_texts_for_every_side_of_every_facet_are_counted():
    found = facet_sides(QUIZ)
    assert [(side.facet.key, side.side) for side in found] == [(key, side) for key in QUIZ.facets for side in Side]
    counted = Counter((insight.facet, insight.side) for insight in QUIZ.triggers)
    assert {(side.facet.key, side.side): side.triggers for side in found} == counted
    assert not any(side.gaps for side in found)


def test_a_side_names_its_gaps():
    strengths = tuple(replace(strength, like=Html(""), worth=Html("")) for strength in QUIZ.strengths)
    (first, *_) = facet_sides(replace(QUIZ, strengths=strengths, triggers=()))
    assert first.gaps == "no trigger, short strength"
