"""Thousands of made-up takers whose true scores are known: the quiz finds them, and is as sure as it is right.

They answer the quiz's own statements, keys as in content/. The figures are printed: script/test tests/quiz/test_simulation.py -s
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from guides.styles import Style
from quiz import scoring
from quiz.instrument import reader
from quiz.instrument.types import ANXIETY, AVOIDANCE
from quiz.scoring import Certainty, Norm, PlanningNorms, Point
from tests.quiz.conftest import alpha_of

QUIZ = reader.read_instrument((Path(__file__).parents[2] / "content/quiz/attachment.md").read_text(), {})
MIDDLE = Point(QUIZ.scale.middle, QUIZ.scale.middle)
TAKERS = 5_000
# Per dimension: mean and SD of the true scores, SD of what else moves an answer; chosen so that the answers come near the quiz's
# planning figures. Statements differ in how well they tell: their loadings are taken in turn, and are 1 on average.
TRUTHS = {ANXIETY: (4.16, 1.34, 1.68), AVOIDANCE: (3.2, 1.5, 1.55)}
LOADINGS = (0.8, 1, 1.2)


@dataclass(frozen=True)
class Takers:
    truths: dict[str, np.ndarray]
    answers: list[dict[str, int]]

    def scores(self, dimension: str) -> list[float]:
        return [scoring.mean_of(QUIZ.dimension_items(dimension), answers, QUIZ.scale) for answers in self.answers]

    def alpha(self, dimension: str) -> float:
        return alpha_of(QUIZ, dimension, self.answers)

    def norm(self, dimension: str) -> Norm:
        scores = self.scores(dimension)
        return Norm(float(np.mean(scores)), float(np.std(scores, ddof=1)), self.alpha(dimension))

    def plan(self) -> PlanningNorms:
        """What a described sample would give. A stated certainty is only as true as the plan behind it, so the plan has to fit."""
        correlation = np.corrcoef(self.scores(ANXIETY), self.scores(AVOIDANCE))[0, 1]
        return PlanningNorms(self.norm(ANXIETY), self.norm(AVOIDANCE), float(correlation))

    @cached_property
    def certainties(self) -> list[dict[Style, float]]:
        plan, positions = self.plan(), zip(self.scores(ANXIETY), self.scores(AVOIDANCE), strict=True)
        return [scoring.region_probabilities(scoring.estimate_true_score(Point(*position), plan), MIDDLE) for position in positions]

    def regions(self) -> list[Style]:
        """Where they truly stand. Cutting answers to the scale is even on both sides, so it leaves each side of the middle alone."""
        names = {
            (False, False): Style.SECURE,
            (True, False): Style.ANXIOUS,
            (False, True): Style.DISMISSIVE,
            (True, True): Style.FEARFUL,
        }
        sides = zip(self.truths[ANXIETY] > MIDDLE.anxiety, self.truths[AVOIDANCE] > MIDDLE.avoidance, strict=True)
        return [names[bool(anxious), bool(avoidant)] for anxious, avoidant in sides]


@pytest.fixture(scope="module")
def takers() -> Takers:
    chance = np.random.default_rng(1998)
    standard = dict(zip(TRUTHS, chance.multivariate_normal([0, 0], [[1, -0.06], [-0.06, 1]], TAKERS).T, strict=True))
    truths = {dimension: mean + sd * standard[dimension] for dimension, (mean, sd, _) in TRUTHS.items()}
    columns = {}
    for dimension, (_, _, noise) in TRUTHS.items():
        for place, item in enumerate(QUIZ.dimension_items(dimension)):
            felt = LOADINGS[place % 3] * (truths[dimension] - 4) + noise * chance.standard_normal(TAKERS)
            columns[item.key] = np.clip(np.rint(4 - felt if item.is_reversed else 4 + felt), 1, 7).astype(int).tolist()
    return Takers(truths, [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


@pytest.mark.parametrize("dimension", [ANXIETY, AVOIDANCE])
def test_scores_go_with_the_true_ones_beyond_point_9(takers, dimension):
    found = np.corrcoef(takers.scores(dimension), takers.truths[dimension])[0, 1]
    print(f"{dimension}: correlation with the true score {found:.3f}")  # noqa: T201 (for whoever looks, with -s)
    assert found > 0.9


@pytest.mark.parametrize("dimension", [ANXIETY, AVOIDANCE])
def test_the_made_up_takers_answer_about_as_the_plan_says_that_people_do(takers, dimension):
    found, planned = takers.norm(dimension), QUIZ.dimensions[dimension].norm
    print(f"{dimension}: alpha {found.reliability:.3f}, mean {found.mean:.2f}, SD {found.sd:.2f}")  # noqa: T201
    assert found.reliability == pytest.approx(planned.reliability, abs=0.02)
    assert found.mean == pytest.approx(planned.mean, abs=0.1)
    assert found.sd == pytest.approx(planned.sd, abs=0.1)


@pytest.mark.parametrize(("low", "high"), [(0.45, 0.55), (0.55, 0.65), (0.65, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1)])
def test_of_those_told_a_certainty_as_many_truly_stand_in_that_region(takers, low, high):
    told = [(max(shares, key=shares.__getitem__), max(shares.values())) for shares in takers.certainties]
    right = [region is truth for (region, sure), truth in zip(told, takers.regions(), strict=True) if low <= sure < high]
    share = np.mean(right)
    print(f"told {low:.2f} to {high:.2f}: {len(right)} takers, {share:.3f} of them in that region")  # noqa: T201
    assert len(right) > 300
    assert low <= share <= high


def test_each_wording_is_right_as_often_as_it_promises(takers):
    verdicts = [scoring.region_estimate(shares) for shares in takers.certainties]
    for words, least in ((Certainty.NAMED, 0.9), (Certainty.CLOSEST, 0.75)):
        right = [v.region is truth for v, truth in zip(verdicts, takers.regions(), strict=True) if v.certainty is words]
        print(f"{words}: {len(right)} takers, {np.mean(right):.3f} right")  # noqa: T201
        assert np.mean(right) >= least
    torn = [truth in (v.region, v.second) for v, truth in zip(verdicts, takers.regions(), strict=True) if v.certainty is Certainty.BETWEEN]
    print(f"between: {len(torn)} takers, {np.mean(torn):.3f} in one of the two")  # noqa: T201
    assert np.mean(torn) >= 0.9


def test_honest_takers_are_seldom_asked_whether_they_meant_it(takers):
    asked = [bool(scoring.contradictions(QUIZ.items, answers, QUIZ.scale)) for answers in takers.answers]
    print(f"asked about a contradiction: {np.mean(asked):.3f}")  # noqa: T201
    assert np.mean(asked) < 0.1
    assert not any(map(scoring.is_straightlining, takers.answers))
