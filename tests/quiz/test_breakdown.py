"""The breakdown of a result: which findings, in which order, for which answers, and which other answer would remove one."""

import math
import re

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from documents.text.references import read_references
from guides.styles import Style
from quiz import scoring
from quiz.instrument.parser import read_instrument
from quiz.instrument.types import ANXIETY, AVOIDANCE, BETWEEN, Side
from quiz.result import plane_chart
from quiz.result.breakdown import MAX_WEEKS, break_down, select_insights
from quiz.scoring import Certainty, Point
from tests.support.sampling import examples

WORKS, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
QUIZ = read_instrument((settings.CONTENT_DIR / "quiz/attachment.md").read_text(), WORKS)
STEPS = {insight.step_address: f"The step {insight.step_address}" for insight in (*QUIZ.triggers, *QUIZ.strengths) if insight.step_address}
COUNTERFACTUAL = re.compile(
    r"Had you answered (?P<answer>\d)(?: or (?P<way>less|more))? to “(?P<statement>.+)”, this line would not be here\."
)
FACETS = {facet: [item.key for item in QUIZ.facet_items(facet)] for facet in QUIZ.facets}

answer_sheets = st.fixed_dictionaries({item.key: st.integers(1, 7) for item in QUIZ.items})


def leaning(**facets):
    """Answers that give each named facet this mean, and leave the others exactly in the middle."""
    means = {facet.replace("_", "-"): mean for facet, mean in facets.items()}
    return {item.key: int(scoring.keyed_answer(item, means.get(item.facet, 4), QUIZ.scale)) for item in QUIZ.items}


def result_of(answers, relation="friend", steps=STEPS):
    return break_down(QUIZ, answers, relation, steps)


def facet_sides(findings):
    return [(finding.insight.facet, finding.insight.side) for finding in findings]


def remains(finding, answers):
    """Whether these answers lead to the finding too."""
    return finding.insight in (*select_insights(QUIZ, QUIZ.triggers, answers), *select_insights(QUIZ, QUIZ.strengths, answers))


# Which findings, in which order


def test_the_facet_farthest_from_the_middle_comes_first():
    found = result_of(leaning(distance=2, alarm=7, withdrawal=5))
    assert facet_sides(found.triggers) == [
        ("alarm", "high"),
        ("distance", "low"),
        ("alarm", "high"),  # its second finding comes before the first of a facet less than half as far from the middle
        ("withdrawal", "high"),
        ("withdrawal", "high"),
    ]
    assert facet_sides(found.strengths) == [("alarm", "high"), ("distance", "low"), ("withdrawal", "high")]


def test_a_facet_exactly_in_the_middle_gets_no_finding():
    found = result_of(leaning())
    assert (found.triggers, found.strengths, found.plan) == ((), (), ())
    assert {score.side for score in found.facets} == {None}


@given(answer_sheets)
@hypothesis_settings(max_examples=examples(30))
def test_there_are_at_most_five_findings_of_a_kind_all_for_the_sides_of_their_facets(answers):
    found = result_of(answers)
    sides = {score.facet.key: score.side for score in found.facets}
    for findings in (found.triggers, found.strengths):
        assert len(findings) <= 5
        assert all(sides[facet] is side for facet, side in facet_sides(findings))


def test_of_two_facets_at_one_distance_the_one_with_more_answers_comes_first():
    answers = leaning(alarm=7, reassurance=7)
    del answers["alarm-2"]
    assert facet_sides(result_of(answers).strengths) == [("reassurance", Side.HIGH), ("alarm", Side.HIGH)]


def test_of_two_facets_at_one_distance_the_one_of_the_more_reliable_dimension_comes_first():
    assert facet_sides(result_of(leaning(alarm=7, distance=7)).strengths) == [("distance", Side.HIGH), ("alarm", Side.HIGH)]


# Why you see this


def test_the_reasons_of_a_finding_are_all_answers_of_its_facet_the_strongest_first():
    answers = leaning() | {"alarm-1": 5, "alarm-2": 7, "alarm-3": 2}
    reasons = result_of(answers).triggers[0].reasons
    assert [(reason.answer_text, reason.is_reversed) for reason in reasons] == [("7 of 7", False), ("2 of 7", True), ("5 of 7", False)]
    assert reasons[0].statement == "I watch for small signs that they care less about me."


def test_the_reasons_for_the_low_side_begin_with_the_lowest_answer():
    answers = leaning() | {"alarm-1": 3, "alarm-2": 1, "alarm-3": 6}
    assert [reason.answer_text for reason in result_of(answers).strengths[0].reasons] == ["1 of 7", "6 of 7", "3 of 7"]


@given(answer_sheets)
@example(leaning(alarm=5))
@example(leaning(alarm=1, withdrawal=7))
@hypothesis_settings(max_examples=examples(30))  # each tries hundreds of other answers
def test_the_counterfactual_answer_removes_the_finding_and_one_closer_to_the_given_answer_does_not(answers):
    found = result_of(answers)
    items = {item.text: item for item in QUIZ.items}
    for finding in (*found.triggers, *found.strengths):
        if match := COUNTERFACTUAL.fullmatch(finding.counterfactual):
            key, first = items[match["statement"]].key, int(match["answer"])
            ends = {"less": 1, "more": 7, None: first}
            beyond = range(min(first, ends[match["way"]]), max(first, ends[match["way"]]) + 1)
            assert not any(remains(finding, answers | {key: answer}) for answer in beyond)
            assert remains(finding, answers | {key: first + (1 if first < answers[key] else -1)})


@given(answer_sheets)
@example(leaning(alarm=7))
@hypothesis_settings(max_examples=examples(30))  # each tries hundreds of other answers
def test_without_a_counterfactual_no_single_answer_of_the_facet_would_remove_the_finding(answers):
    found = result_of(answers)
    for finding in (*found.triggers, *found.strengths):
        others = [answers | {key: answer} for key in FACETS[finding.insight.facet] for answer in range(1, 8)]
        assert bool(finding.counterfactual) == any(not remains(finding, other) for other in others)


def test_a_counterfactual_at_the_end_of_the_scale_has_no_or_less():
    answers = leaning() | {"alarm-1": 7, "alarm-2": 7, "alarm-3": 4}
    assert result_of(answers).triggers[0].counterfactual.startswith("Had you answered 1 to “I watch for small signs")


# Position and region


def test_the_interval_has_two_standard_errors_on_either_side_within_the_scale():
    found = result_of(leaning(alarm=6, distance=1, self_reliance=1, withdrawal=1))
    half_width = 1.96 * 1.21 * math.sqrt(1 - 0.84)
    assert (found.anxiety.mean, found.avoidance.mean) == (pytest.approx(14 / 3), 1)
    assert (found.anxiety.low, found.anxiety.high) == (pytest.approx(14 / 3 - half_width), pytest.approx(14 / 3 + half_width))
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
def test_the_words_for_the_side_are_as_certain_as_the_error_of_measurement_allows(mean, words):
    assert result_of(leaning(alarm=mean)).anxiety.side_words == words


@pytest.mark.parametrize(
    ("anxiety", "avoidance", "region", "name"),
    [
        (1, 1, Style.SECURE, "Secure"),
        (7, 1, Style.ANXIOUS, "Anxious"),
        (1, 7, Style.DISMISSIVE, "Dismissive-avoidant"),
        (7, 7, Style.FEARFUL, "Fearful-avoidant"),
    ],
)
def test_each_corner_of_the_plane_has_its_own_text(anxiety, avoidance, region, name):
    dimensions = {ANXIETY: anxiety, AVOIDANCE: avoidance}
    means = {key.replace("-", "_"): dimensions[facet.dimension] for key, facet in QUIZ.facets.items()}
    found = result_of(leaning(**means))
    assert (found.region_estimate.region, found.region_estimate.certainty, found.region_name) == (region, Certainty.NAMED, name)
    assert found.region_text == QUIZ.region_texts[region]


def test_close_to_a_border_the_text_is_the_one_for_borders_and_both_regions_are_named():
    found = result_of(leaning(distance=1, self_reliance=1, withdrawal=1))
    assert found.region_estimate.certainty is Certainty.BETWEEN
    assert {found.region_name, found.second_region_name} == {"Secure", "Anxious"}
    assert found.region_text == QUIZ.region_texts[BETWEEN]


# The plan


@given(answer_sheets)
@hypothesis_settings(max_examples=examples(30))
def test_the_plan_has_one_step_a_week_in_the_order_of_the_triggers_and_none_twice(answers):
    found = result_of(answers)
    steps = [entry.step_address for entry in found.plan]
    assert len(set(steps)) == len(steps) <= MAX_WEEKS
    assert [entry.week for entry in found.plan] == list(range(1, len(steps) + 1))
    wanted = list(dict.fromkeys(finding.insight.step_address for finding in found.triggers))[:MAX_WEEKS]
    assert steps[: len(wanted)] == wanted


def test_a_step_that_readers_can_not_open_is_in_no_plan():
    hidden = "/guides/anxious/#name-alarm"
    found = result_of(leaning(alarm=7), steps={address: title for address, title in STEPS.items() if address != hidden})
    assert [entry.step_address for entry in found.plan] == ["/guides/anxious/#other-readings"]
    assert found.triggers[0].step_title == ""
    assert found.triggers[1].step_title == "The step /guides/anxious/#other-readings"


# Missing, identical and contradictory answers


def test_a_statement_without_an_answer_is_listed_and_left_out_of_the_scores():
    answers = leaning(alarm=7)
    del answers["alarm-1"]
    found = result_of(answers)
    assert found.missing == ("When they are slow to reply, I fear they are drifting away.",)
    assert len(found.triggers[0].reasons) == 2
    assert [score.answer_count for score in found.facets] == [2, 3, 3, 3, 3, 3]


def test_a_facet_without_any_answer_has_no_score_and_no_finding():
    answers = leaning(alarm=7, reassurance=7)
    found = result_of({key: answer for key, answer in answers.items() if key not in FACETS["alarm"]})
    assert [(score.answer_count, score.mean, score.side) for score in found.facets if score.facet.key == "alarm"] == [(0, None, None)]
    assert {facet for facet, _ in facet_sides(found.triggers)} == {"reassurance"}


def test_contradictory_answers_are_shown_as_a_pair():
    found = result_of(leaning() | {"withdrawal-1": 7, "withdrawal-3": 7})
    assert [[answered.statement for answered in pair] for pair in found.contradictions] == [
        ["When we argue, I go silent.", "After an argument, I go back and talk it through with them."]
    ]
    assert not found.is_straightlining


def test_the_same_answer_to_every_statement_is_noticed():
    assert result_of(dict.fromkeys(leaning(), 6)).is_straightlining


def test_an_earlier_result_is_shown_with_its_own_ellipse():
    earlier = Point(5.5, 2)
    chart = break_down(QUIZ, leaning(alarm=7), "friend", STEPS, earlier).plane
    assert chart.earlier == plane_chart.layout(earlier, scoring.estimate_true_score(earlier, QUIZ.planning_norms), QUIZ.scale).current
    assert result_of(leaning(alarm=7)).plane.earlier is None


def test_the_person_in_mind_is_named_in_the_quizs_words():
    assert result_of(leaning()).relation_text == "a close friend"
