"""Scores and their uncertainty, compared with scipy, numpy and figures worked out by hand, for answers of every kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from guides.styles import Style
from quiz import scoring
from quiz.instrument import parser, types
from quiz.instrument.types import ANXIETY, AVOIDANCE
from quiz.scoring import Certainty, Norm, PlanningNorms, Point, RegionEstimate, Scale, ScoredItem, TrueScoreEstimate
from tests.support.builders import sentence

SCALE = Scale(1, 7)
ANXIOUS_ITEMS = (
    ScoredItem("alarm-1", "alarm", False),
    ScoredItem("alarm-2", "alarm", False),
    ScoredItem("alarm-3", "alarm", True),
    ScoredItem("doubt-1", "doubt", False),
    ScoredItem("doubt-2", "doubt", True),
)
AVOIDANT_ITEMS = (
    ScoredItem("distance-1", "distance", False),
    ScoredItem("distance-2", "distance", True),
    ScoredItem("silence-1", "silence", True),
    ScoredItem("silence-2", "silence", False),
)
ITEMS = (*ANXIOUS_ITEMS, *AVOIDANT_ITEMS)
MIDDLE = Point(SCALE.middle, SCALE.middle)
CLOSE = 1e-9  # rounding, not measurement

all_answers = st.fixed_dictionaries({item.key: st.integers(SCALE.lowest, SCALE.highest) for item in ITEMS})
norms = st.builds(Norm, mean=st.floats(2, 6), sd=st.floats(0.4, 2), reliability=st.floats(0.5, 0.97))
planning_norms = st.builds(PlanningNorms, anxiety=norms, avoidance=norms, correlation=st.floats(-0.45, 0.45))
points = st.builds(Point, anxiety=st.floats(1, 7), avoidance=st.floats(1, 7))
deviations = st.builds(Point, anxiety=st.floats(0.1, 2), avoidance=st.floats(0.1, 2))
estimates = st.builds(TrueScoreEstimate, mean=points, sd=deviations, correlation=st.floats(-0.9, 0.9))


def position(answers):
    return scoring.score_answers({ANXIETY: ANXIOUS_ITEMS, AVOIDANCE: AVOIDANT_ITEMS}, answers, SCALE)


def mirrored(answers):
    return {key: 8 - answer for key, answer in answers.items()}


# Means of answers


def test_agreeing_with_a_reversed_statement_counts_as_disagreeing_with_the_facet():
    answers = {"alarm-1": 7, "alarm-2": 5, "alarm-3": 6}
    assert scoring.mean_of(ANXIOUS_ITEMS[:3], answers, SCALE) == pytest.approx((7 + 5 + 2) / 3)


@given(all_answers)
def test_mirrored_answers_give_the_scores_on_the_other_side_of_the_middle(answers):
    here, there = position(answers), position(mirrored(answers))
    assert (here.anxiety + there.anxiety, here.avoidance + there.avoidance) == pytest.approx((8, 8))


@given(all_answers, st.sampled_from(ITEMS), st.integers(1, 6))
def test_a_stronger_yes_never_lowers_a_dimension_nor_raises_it_where_the_statement_is_reversed(answers, item, more):
    higher = {**answers, item.key: min(7, answers[item.key] + more)}
    before, after = position(answers), position(higher)
    rises = (after.anxiety - before.anxiety, after.avoidance - before.avoidance)
    own, other = rises if item in ANXIOUS_ITEMS else reversed(rises)
    assert own <= 0 if item.is_reversed else own >= 0
    assert other == 0
    assert (own == 0) == (higher == answers)


@given(all_answers, st.sampled_from(ANXIOUS_ITEMS))
def test_an_answer_left_out_counts_as_the_mean_of_the_others(answers, left_out):
    rest = {key: answer for key, answer in answers.items() if key != left_out.key}
    others = [8 - rest[item.key] if item.is_reversed else rest[item.key] for item in ANXIOUS_ITEMS if item is not left_out]
    mean = scoring.mean_of(ANXIOUS_ITEMS, rest, SCALE)
    assert mean == pytest.approx(np.mean(others))
    assert mean == pytest.approx(np.mean([*others, np.mean(others)]))


@pytest.mark.parametrize(("asked", "may_miss"), [(9, 0), (10, 1), (18, 1), (20, 2), (30, 3), (36, 3)])
def test_up_to_a_tenth_of_the_answers_may_be_missing_and_not_one_more(asked, may_miss):
    items = [ScoredItem(f"alarm-{number}", "alarm", False) for number in range(asked)]
    answers = {item.key: 4 for item in items}
    for item in items[:may_miss]:
        del answers[item.key]
    assert scoring.answers_still_needed(items, answers) == ()
    del answers[items[-1].key]
    assert scoring.answers_still_needed(items, answers) == tuple(item.key for item in [*items[:may_miss], items[-1]])


def test_a_facet_without_any_answer_has_no_score_while_its_dimension_rests_on_the_others():
    answers = {"alarm-1": 7, "alarm-2": 6, "alarm-3": 3}
    assert scoring.mean_of(ANXIOUS_ITEMS, answers, SCALE) == pytest.approx(6)
    with pytest.raises(ValueError, match="none of these items was answered"):
        scoring.mean_of(ANXIOUS_ITEMS[3:], answers, SCALE)


# The true score


def test_the_estimate_regresses_to_the_mean_by_the_reliability():
    """By hand: 4 + .84 * (6 - 4) = 5.68 and 1.2 * sqrt(.84 * .16) = .440; 4 + .9 * (3 - 4) = 3.1 and 1 * sqrt(.9 * .1) = .3."""
    estimate = scoring.estimate_true_score(Point(6, 3), PlanningNorms(Norm(4, 1.2, 0.84), Norm(4, 1, 0.9), 0))
    assert (estimate.mean.anxiety, estimate.mean.avoidance) == pytest.approx((5.68, 3.1))
    assert (estimate.sd.anxiety, estimate.sd.avoidance) == pytest.approx((0.440, 0.3), abs=0.0005)
    assert estimate.correlation == 0


@given(points, planning_norms)
def test_the_estimate_is_the_precision_weighted_mean(score, norms):
    """The same by another formula: mean (T^-1 + E^-1)^-1 (T^-1 m + E^-1 x), covariance (T^-1 + E^-1)^-1."""
    both = (norms.anxiety, norms.avoidance)
    observed = norms.correlation * norms.anxiety.sd * norms.avoidance.sd * (1 - np.eye(2)) + np.diag([norm.sd**2 for norm in both])
    error = np.diag([norm.sd**2 * (1 - norm.reliability) for norm in both])
    of_truth, of_error = np.linalg.inv(observed - error), np.linalg.inv(error)
    covariance = np.linalg.inv(of_truth + of_error)
    planned, given_score = [norm.mean for norm in both], [score.anxiety, score.avoidance]
    mean = covariance @ (of_truth @ planned + of_error @ given_score)
    estimate = scoring.estimate_true_score(score, norms)
    assert [estimate.mean.anxiety, estimate.mean.avoidance] == pytest.approx(mean.tolist(), abs=CLOSE)
    assert [estimate.sd.anxiety, estimate.sd.avoidance] == pytest.approx(np.sqrt(np.diag(covariance)).tolist(), abs=CLOSE)
    assert estimate.correlation == pytest.approx(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]), abs=CLOSE)


# Probabilities of the regions


@pytest.mark.parametrize(
    ("score", "secure", "anxious", "dismissive", "fearful"),
    [
        (Point(3.0, 3.0), 0.97, 0.01, 0.01, 0.00),
        (Point(3.5, 5.0), 0.01, 0.00, 0.86, 0.13),
        (Point(4.2, 5.6), 0.00, 0.00, 0.33, 0.67),
        (Point(4.0, 4.0), 0.25, 0.25, 0.25, 0.25),
    ],
)
def test_probabilities_worked_by_hand_with_a_standard_error_of_0_45(score, secure, anxious, dismissive, fearful):
    found = scoring.region_probabilities(TrueScoreEstimate(score, Point(0.45, 0.45), 0), MIDDLE)
    assert {region: round(certainty, 2) for region, certainty in found.items()} == {
        Style.SECURE: secure,
        Style.ANXIOUS: anxious,
        Style.DISMISSIVE: dismissive,
        Style.FEARFUL: fearful,
    }


@given(estimates, points)
def test_probabilities_are_those_of_scipys_bivariate_normal(estimate, center):
    """scipy's cumulative distribution, mirrored so that each region is the lower left quadrant."""
    a, v = center.anxiety - estimate.mean.anxiety, center.avoidance - estimate.mean.avoidance
    cov = estimate.correlation * estimate.sd.anxiety * estimate.sd.avoidance
    factors = {Style.SECURE: (1, 1), Style.ANXIOUS: (-1, 1), Style.DISMISSIVE: (1, -1), Style.FEARFUL: (-1, -1)}
    expected = {}
    for region, (x, y) in factors.items():
        covariance = [[estimate.sd.anxiety**2, x * y * cov], [x * y * cov, estimate.sd.avoidance**2]]
        expected[region] = multivariate_normal.cdf([x * a, y * v], cov=covariance)
    assert scoring.region_probabilities(estimate, center) == pytest.approx(expected, abs=1e-11)


@given(estimates, points)
def test_probabilities_sum_to_one(estimate, center):
    found = scoring.region_probabilities(estimate, center)
    assert set(found) == set(Style)
    assert all(0 <= certainty <= 1 for certainty in found.values())
    assert sum(found.values()) == pytest.approx(1, abs=CLOSE)


@given(st.builds(TrueScoreEstimate, mean=points, sd=st.just(Point(0.02, 0.03)), correlation=st.floats(-0.9, 0.9)))
def test_the_probability_of_a_distant_region_stays_between_0_and_1(estimate):
    assert all(0 <= certainty <= 1 for certainty in scoring.region_probabilities(estimate, MIDDLE).values())


@given(all_answers, planning_norms)
def test_mirrored_answers_swap_the_probabilities_of_opposite_regions(answers, norms):
    mirrored_norms = PlanningNorms(
        Norm(8 - norms.anxiety.mean, norms.anxiety.sd, norms.anxiety.reliability),
        Norm(8 - norms.avoidance.mean, norms.avoidance.sd, norms.avoidance.reliability),
        norms.correlation,
    )
    here = scoring.region_probabilities(scoring.estimate_true_score(position(answers), norms), MIDDLE)
    there = scoring.region_probabilities(scoring.estimate_true_score(position(mirrored(answers)), mirrored_norms), MIDDLE)
    assert here == pytest.approx(
        {
            Style.SECURE: there[Style.FEARFUL],
            Style.FEARFUL: there[Style.SECURE],
            Style.ANXIOUS: there[Style.DISMISSIVE],
            Style.DISMISSIVE: there[Style.ANXIOUS],
        },
        abs=CLOSE,
    )


def test_the_integration_rule_is_gauss_and_legendres():
    nodes, weights = np.polynomial.legendre.leggauss(32)
    assert np.array(sorted(scoring.GAUSS_LEGENDRE)) == pytest.approx(np.column_stack([nodes, weights]), abs=1e-13)


@pytest.mark.parametrize(
    ("probability", "certainty"),
    [
        (0.99, Certainty.NAMED),
        (0.9, Certainty.NAMED),
        (0.899, Certainty.CLOSEST),
        (0.75, Certainty.CLOSEST),
        (0.749, Certainty.BETWEEN),
        (0.5, Certainty.BETWEEN),
    ],
)
def test_the_probability_decides_whether_a_region_is_named_called_closest_or_between_two(probability, certainty):
    rest = 1 - probability
    probabilities = {Style.SECURE: rest / 10, Style.ANXIOUS: rest * 8 / 10, Style.DISMISSIVE: probability, Style.FEARFUL: rest / 10}
    assert scoring.most_likely_region(probabilities) == RegionEstimate(Style.DISMISSIVE, Style.ANXIOUS, certainty)


def test_in_the_middle_of_the_plane_no_region_is_named():
    estimate = scoring.most_likely_region(scoring.region_probabilities(TrueScoreEstimate(MIDDLE, Point(0.45, 0.45), 0), MIDDLE))
    assert estimate.certainty is Certainty.BETWEEN
    assert estimate.region != estimate.second


# Change


def test_a_change_counts_only_beyond_what_measurement_error_would_give():
    """By hand: SEM = 1.2 * sqrt(1 - .84) = .48; a difference's error is .48 * sqrt(2) = .679; 1.33 points are the least to count."""
    norm = Norm(4, 1.2, 0.84)
    assert norm.sem == pytest.approx(0.48)
    enough, too_little = scoring.reliable_change(3, 4.4, norm), scoring.reliable_change(3, 4.3, norm)
    assert (round(enough.points, 2), round(enough.index, 2), enough.is_reliable) == (1.4, 2.06, True)
    assert (round(too_little.points, 2), round(too_little.index, 2), too_little.is_reliable) == (1.3, 1.92, False)
    back = scoring.reliable_change(4.4, 3, norm)
    assert (back.points, back.index, back.is_reliable) == (-enough.points, -enough.index, True)


# How people answer


@pytest.mark.parametrize("answer", [1, 4, 7])
def test_straightlining_is_noticed(answer):
    answers = dict.fromkeys((item.key for item in ITEMS), answer)
    assert scoring.is_straightlining(answers)
    assert not scoring.is_straightlining({**answers, "silence-2": 2})


def test_two_equal_answers_are_no_straightlining():
    assert not scoring.is_straightlining({"alarm-1": 4, "alarm-2": 4})


@pytest.mark.parametrize("answer", [1, 7])
def test_strong_agreement_or_disagreement_with_a_statement_and_its_opposite_is_a_contradiction(answer):
    answers = dict.fromkeys((item.key for item in ITEMS), answer)
    assert scoring.contradictions(ITEMS, answers, SCALE) == (
        ("alarm-1", "alarm-3"),
        ("alarm-2", "alarm-3"),
        ("doubt-1", "doubt-2"),
        ("distance-1", "distance-2"),
        ("silence-2", "silence-1"),
    )


@pytest.mark.parametrize(
    "answers", [{"alarm-1": 7, "alarm-3": 6}, {"alarm-1": 1, "alarm-3": 7}, {"alarm-1": 7}, {"alarm-1": 7, "doubt-2": 7}]
)
def test_a_mild_a_fitting_a_missing_and_an_unrelated_answer_are_no_contradiction(answers):
    assert scoring.contradictions(ITEMS, answers, SCALE) == ()


# Another instrument

FACETS = {"north": ANXIETY, "south": ANXIETY, "east": AVOIDANCE, "west": AVOIDANCE}
FRONT_MATTER = """---
title: Another quiz
slug: another
summary: It asks about nothing at all.
reviewed: 2026-11-01
next_review: 2027-11-01
authors: [Nobody]
scale:
  from: 1
  to: 5
  low: Not so
  middle: Half so
  high: Quite so
dimensions:
  anxiety:
    name: One thing
    about: A high score means one thing.
    mean: 3
    sd: 0.8
    reliability: 0.9
  avoidance:
    name: Another thing
    about: A high score means another thing.
    mean: 2.5
    sd: 0.9
    reliability: 0.92
correlation: 0.1
planning: These figures are made up.
facets:
"""


def bank():
    """36 statements without a meaning, on a scale from 1 to 5, in the quiz's own format."""
    said = map(sentence, range(10_000, 20_000))
    facets = "".join(f"  {key}:\n    name: The {key}\n    dimension: {dimension}\n" for key, dimension in FACETS.items())
    items = "".join(
        f"- {key}-{number}{' (reversed)' if (number + place) % 2 else ''}: {next(said)}\n"
        for number in range(1, 10)
        for place, key in enumerate(FACETS)
    )
    styles = "".join(f"### Place {style} {{#{style}}}\n{next(said)}\n\n" for style in types.REGION_TEXT_KEYS)
    insights = {
        part: "".join(
            f"### {part} {key} {side}\n- Facet: {key}, {side}\n"
            + "".join(f"- {label}: {next(said)}\n" for label in labels)
            + f"- Step: /guides/anxious/#{part}-{key}-{side}\n\n"
            for key in FACETS
            for side in types.Side
        )
        for part, labels in parser.LABELS.items()
    }
    return (
        f"{FRONT_MATTER}{facets}---\n{next(said)}\n\n## Whom do you have in mind?\n- general: people in general\n\n"
        f"## Statements\n{items}\n## Where you stand\n{styles}## What sets you off\n{insights['triggers']}"
        f"## What you are good at\n{insights['strengths']}## Limits\n- {next(said)}\n"
    )


def test_another_instrument_with_36_statements_on_a_scale_from_1_to_5_is_read_and_scored():
    other = parser.read_instrument(bank(), {})
    assert other.problems == ()
    assert (len(other.items), other.scale, other.planning_norms.avoidance) == (36, Scale(1, 5), Norm(2.5, 0.9, 0.92))
    anxious = {item.key: 1 if item.is_reversed else 5 for item in other.dimension_items(ANXIETY)}
    calm = {item.key: 4 if item.is_reversed else 2 for item in other.dimension_items(AVOIDANCE)[3:]}
    answers = anxious | calm
    assert not scoring.answers_still_needed(other.items, answers)
    score = scoring.score_answers(other.items_by_dimension, answers, other.scale)
    assert (score.anxiety, score.avoidance) == (5, 2)
    estimate = scoring.estimate_true_score(score, other.planning_norms)
    probabilities = scoring.region_probabilities(estimate, Point(other.scale.middle, other.scale.middle))
    assert scoring.most_likely_region(probabilities) == RegionEstimate(Style.ANXIOUS, Style.FEARFUL, Certainty.NAMED)
