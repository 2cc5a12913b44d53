"""What a taker is told: which lines, in which order, for which answers, and which other answer would take one away."""

import math
import re

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from documents.text.references import read_references
from guides.styles import Style
from quiz import scoring
from quiz.instrument.reader import read_instrument
from quiz.instrument.types import ANXIETY, AVOIDANCE, BETWEEN, Side
from quiz.result import plane_chart
from quiz.result.breakdown import WEEKS, break_down, chosen
from quiz.scoring import Certainty, Point

WORKS, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
QUIZ = read_instrument((settings.CONTENT_DIR / "quiz/attachment.md").read_text(), WORKS)
STEPS = {insight.step: f"The step {insight.step}" for insight in (*QUIZ.triggers, *QUIZ.strengths) if insight.step}
TURNING = re.compile(r"Had you answered (?P<answer>\d)(?: or (?P<way>less|more))? to “(?P<statement>.+)”, this line would not be here\.")
FACETS = {facet: [item.key for item in QUIZ.items_of(facet)] for facet in QUIZ.facets}

answer_sheets = st.fixed_dictionaries({item.key: st.integers(1, 7) for item in QUIZ.items})


def leaning(**facets):
    """Answers with which each facet named has this mean, and each other one lies in the very middle."""
    means = {facet.replace("_", "-"): mean for facet, mean in facets.items()}
    return {item.key: int(scoring.keyed(item, means.get(item.facet, 4), QUIZ.scale)) for item in QUIZ.items}


def told(answers, relation="friend", steps=STEPS):
    return break_down(QUIZ, answers, relation, steps)


def places(findings):
    return [(finding.insight.facet, finding.insight.side) for finding in findings]


def stays(finding, answers):
    """Whether a line is there with these answers too."""
    return finding.insight in (*chosen(QUIZ, QUIZ.triggers, answers), *chosen(QUIZ, QUIZ.strengths, answers))


# Which lines, in which order


def test_the_facet_farthest_from_the_middle_comes_first():
    found = told(leaning(distance=2, alarm=7, withdrawal=5))
    assert places(found.triggers) == [
        ("alarm", "high"),
        ("distance", "low"),
        ("alarm", "high"),  # its second line, before the first of a facet less than half as far
        ("withdrawal", "high"),
        ("withdrawal", "high"),
    ]
    assert places(found.strengths) == [("alarm", "high"), ("distance", "low"), ("withdrawal", "high")]


def test_a_facet_in_the_very_middle_is_not_spoken_of():
    found = told(leaning())
    assert (found.triggers, found.strengths, found.weeks) == ((), (), ())
    assert {score.side for score in found.facets} == {None}


@given(answer_sheets)
@effort(max_examples=30)
def test_nobody_reads_more_than_five_lines_or_one_for_a_side_they_are_not_on(answers):
    found = told(answers)
    sides = {score.facet.key: score.side for score in found.facets}
    for lines in (found.triggers, found.strengths):
        assert len(lines) <= 5
        assert all(sides[facet] is side for facet, side in places(lines))


def test_of_two_facets_alike_the_one_with_more_answers_counts_as_surer():
    answers = leaning(alarm=7, reassurance=7)
    del answers["alarm-2"]
    assert places(told(answers).strengths) == [("reassurance", Side.HIGH), ("alarm", Side.HIGH)]


def test_of_two_facets_alike_the_one_of_the_better_measured_dimension_comes_first():
    assert places(told(leaning(alarm=7, distance=7)).strengths) == [("distance", Side.HIGH), ("alarm", Side.HIGH)]


# Why you see this


def test_a_line_rests_on_all_answers_of_its_facet_those_first_that_speak_most_for_it():
    answers = leaning() | {"alarm-1": 5, "alarm-2": 7, "alarm-3": 2}
    reasons = told(answers).triggers[0].reasons
    assert [(reason.said, reason.is_reversed) for reason in reasons] == [("7 of 7", False), ("2 of 7", True), ("5 of 7", False)]
    assert reasons[0].statement == "I watch for small signs that they care less about me."


def test_a_line_for_the_low_side_begins_with_the_lowest_answer():
    answers = leaning() | {"alarm-1": 3, "alarm-2": 1, "alarm-3": 6}
    assert [reason.said for reason in told(answers).strengths[0].reasons] == ["1 of 7", "6 of 7", "3 of 7"]


@given(answer_sheets)
@example(leaning(alarm=5))
@example(leaning(alarm=1, withdrawal=7))
@effort(max_examples=30)  # each looks at hundreds of other answers
def test_the_other_answer_that_is_told_would_take_the_line_away_and_one_nearer_to_the_given_would_not(answers):
    found = told(answers)
    items = {item.text: item for item in QUIZ.items}
    for finding in (*found.triggers, *found.strengths):
        if turn := TURNING.fullmatch(finding.turning):
            key, first = items[turn["statement"]].key, int(turn["answer"])
            ends = {"less": 1, "more": 7, None: first}
            beyond = range(min(first, ends[turn["way"]]), max(first, ends[turn["way"]]) + 1)
            assert not any(stays(finding, answers | {key: answer}) for answer in beyond)
            assert stays(finding, answers | {key: first + (1 if first < answers[key] else -1)})


@given(answer_sheets)
@example(leaning(alarm=7))
@effort(max_examples=30)  # each looks at hundreds of other answers
def test_where_no_other_answer_is_told_none_of_the_facets_answers_alone_would_take_the_line_away(answers):
    found = told(answers)
    for finding in (*found.triggers, *found.strengths):
        others = [answers | {key: answer} for key in FACETS[finding.insight.facet] for answer in range(1, 8)]
        assert bool(finding.turning) == any(not stays(finding, other) for other in others)


def test_the_answer_at_the_end_of_the_scale_is_told_without_or_less():
    answers = leaning() | {"alarm-1": 7, "alarm-2": 7, "alarm-3": 4}
    assert told(answers).triggers[0].turning.startswith("Had you answered 1 to “I watch for small signs")


# Where you stand


def test_the_band_is_two_standard_errors_on_either_side_and_ends_with_the_scale():
    found = told(leaning(alarm=6, distance=1, self_reliance=1, withdrawal=1))
    reach = 1.96 * 1.21 * math.sqrt(1 - 0.84)
    assert (found.anxiety.mean, found.avoidance.mean) == (pytest.approx(14 / 3), 1)
    assert (found.anxiety.low, found.anxiety.high) == (pytest.approx(14 / 3 - reach), pytest.approx(14 / 3 + reach))
    assert (found.avoidance.low, found.avoidance.high) == (1, pytest.approx(1 + 1.96 * 1.26 * math.sqrt(1 - 0.88)))


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (7, "above the middle"),
        (6, "above the middle, as far as we can tell"),
        (5, "too close to the middle to tell a side"),
        (3, "too close to the middle to tell a side"),
        (2, "below the middle, as far as we can tell"),
        (1, "below the middle"),
    ],
)
def test_the_side_is_told_as_surely_as_the_error_allows(mean, words):
    assert told(leaning(alarm=mean)).anxiety.side_words == words


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "region", "name"),
    [
        (1, 1, Style.SECURE, "Secure"),
        (7, 1, Style.ANXIOUS, "Anxious"),
        (1, 7, Style.DISMISSIVE, "Dismissive-avoidant"),
        (7, 7, Style.FEARFUL, "Fearful-avoidant"),
    ],
)
def test_in_each_corner_of_the_plane_its_own_text_is_read(anxiety, avoidance, region, name):
    dimensions = {ANXIETY: anxiety, AVOIDANCE: avoidance}
    means = {key.replace("-", "_"): dimensions[facet.dimension] for key, facet in QUIZ.facets.items()}
    found = told(leaning(**means))
    assert (found.verdict.region, found.verdict.certainty, found.style_name) == (region, Certainty.NAMED, name)
    assert found.style == QUIZ.styles[region]


def test_close_to_a_border_the_text_on_borders_is_read_and_both_sides_are_named():
    found = told(leaning(distance=1, self_reliance=1, withdrawal=1))
    assert found.verdict.certainty is Certainty.BETWEEN
    assert {found.style_name, found.second_name} == {"Secure", "Anxious"}
    assert found.style == QUIZ.styles[BETWEEN]


# The plan


@given(answer_sheets)
@effort(max_examples=30)
def test_the_plan_has_the_steps_of_the_first_triggers_one_a_week_and_none_twice(answers):
    found = told(answers)
    steps = [week.finding.insight.step for week in found.weeks]
    assert len(set(steps)) == len(steps) <= WEEKS
    assert [week.number for week in found.weeks] == list(range(1, len(steps) + 1))
    wanted = list(dict.fromkeys(finding.insight.step for finding in found.triggers))[:WEEKS]
    assert steps[: len(wanted)] == wanted


def test_a_step_that_readers_can_not_open_is_in_no_plan():
    hidden = "/guides/anxious/#name-alarm"
    found = told(leaning(alarm=7), steps={address: title for address, title in STEPS.items() if address != hidden})
    assert [week.finding.insight.step for week in found.weeks] == ["/guides/anxious/#other-readings"]
    assert found.triggers[0].step_title == ""
    assert found.triggers[1].step_title == "The step /guides/anxious/#other-readings"


# What the answers leave open


def test_a_statement_without_an_answer_is_told_and_counts_for_nothing():
    answers = leaning(alarm=7)
    del answers["alarm-1"]
    found = told(answers)
    assert found.missing == ("When they are slow to reply, I fear they are drifting away.",)
    assert len(found.triggers[0].reasons) == 2
    assert [score.answers for score in found.facets] == [2, 3, 3, 3, 3, 3]


def test_a_facet_without_any_answer_has_no_score_and_no_line():
    answers = leaning(alarm=7, reassurance=7)
    found = told({key: answer for key, answer in answers.items() if key not in FACETS["alarm"]})
    assert [(score.answers, score.mean, score.side) for score in found.facets if score.facet.key == "alarm"] == [(0, None, None)]
    assert {facet for facet, _ in places(found.triggers)} == {"reassurance"}


def test_answers_that_are_hard_to_hold_together_are_shown_as_a_pair():
    found = told(leaning() | {"withdrawal-1": 7, "withdrawal-3": 7})
    assert [[reason.statement for reason in pair] for pair in found.contradictions] == [
        ["When we argue, I go silent.", "After an argument, I go back and talk it through with them."]
    ]
    assert not found.is_straight


def test_one_answer_all_the_way_down_is_noticed():
    assert told(dict.fromkeys(leaning(), 6)).is_straight


def test_an_earlier_position_is_shown_with_its_own_ellipse():
    earlier = Point(5.5, 2)
    chart = break_down(QUIZ, leaning(alarm=7), "friend", STEPS, earlier).plane
    assert chart.earlier == plane_chart.layout(earlier, scoring.believed(earlier, QUIZ.plan), QUIZ.scale).current
    assert told(leaning(alarm=7)).plane.earlier is None


def test_the_person_in_mind_is_told_in_the_quizs_words():
    assert told(leaning()).relation == "a close friend"
