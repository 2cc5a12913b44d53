"""A simulation study: for takers with known true scores the quiz recovers them, and its certainty is calibrated.

They answer the statements of the quiz in content/. With -s the figures are printed: script/test tests/quiz/test_scoring_accuracy.py -s
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from guides.styles import Style
from quiz import scoring
from quiz.instrument import parser
from quiz.instrument.types import ANXIETY, AVOIDANCE
from quiz.scoring import Certainty, Norm, PlanningNorms, Point
from tests.quiz.builders import alpha_of

QUIZ = parser.read_instrument((Path(__file__).parents[2] / "content/quiz/attachment.md").read_text(), {})
MIDDLE = Point(QUIZ.scale.middle, QUIZ.scale.middle)
TAKERS = 5_000
# By dimension: mean and SD of the true scores, SD of the error of an answer, chosen so that the scores fit the planning norms of the
# quiz. The statements' loadings alternate, and are 1 on average.
POPULATION = {ANXIETY: (4.16, 1.34, 1.68), AVOIDANCE: (3.2, 1.5, 1.55)}
LOADINGS = (0.8, 1, 1.2)


@dataclass(frozen=True)
class Takers:
    true_scores: dict[str, np.ndarray]  # by dimension
    answers: list[dict[str, int]]

    def scores(self, dimension: str) -> list[float]:
        return [scoring.mean_of(QUIZ.dimension_items(dimension), answers, QUIZ.scale) for answers in self.answers]

    def alpha(self, dimension: str) -> float:
        return alpha_of(QUIZ, dimension, self.answers)

    def norm(self, dimension: str) -> Norm:
        scores = self.scores(dimension)
        return Norm(float(np.mean(scores)), float(np.std(scores, ddof=1)), self.alpha(dimension))

    def plan(self) -> PlanningNorms:
        """Norms of this sample. Certainties are calibrated only for a population that fits the norms."""
        correlation = np.corrcoef(self.scores(ANXIETY), self.scores(AVOIDANCE))[0, 1]
        return PlanningNorms(self.norm(ANXIETY), self.norm(AVOIDANCE), float(correlation))

    @cached_property
    def certainties(self) -> list[dict[Style, float]]:
        plan, positions = self.plan(), zip(self.scores(ANXIETY), self.scores(AVOIDANCE), strict=True)
        return [scoring.region_probabilities(scoring.estimate_true_score(Point(*position), plan), MIDDLE) for position in positions]

    def regions(self) -> list[Style]:
        """The regions of the true scores. Limiting answers to the scale is symmetrical, so it moves no score across the middle."""
        names = {
            (False, False): Style.SECURE,
            (True, False): Style.ANXIOUS,
            (False, True): Style.DISMISSIVE,
            (True, True): Style.FEARFUL,
        }
        sides = zip(self.true_scores[ANXIETY] > MIDDLE.anxiety, self.true_scores[AVOIDANCE] > MIDDLE.avoidance, strict=True)
        return [names[bool(anxious), bool(avoidant)] for anxious, avoidant in sides]


@pytest.fixture(scope="module")
def takers() -> Takers:
    chance = np.random.default_rng(1998)
    standard = dict(zip(POPULATION, chance.multivariate_normal([0, 0], [[1, -0.06], [-0.06, 1]], TAKERS).T, strict=True))
    true_scores = {dimension: mean + sd * standard[dimension] for dimension, (mean, sd, _) in POPULATION.items()}
    columns = {}
    for dimension, (_, _, noise) in POPULATION.items():
        for index, item in enumerate(QUIZ.dimension_items(dimension)):
            felt = LOADINGS[index % 3] * (true_scores[dimension] - 4) + noise * chance.standard_normal(TAKERS)
            columns[item.key] = np.clip(np.rint(4 - felt if item.is_reversed else 4 + felt), 1, 7).astype(int).tolist()
    return Takers(true_scores, [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)])


@pytest.mark.parametrize("dimension", [ANXIETY, AVOIDANCE])
def test_scores_correlate_with_the_true_ones_above_point_9(takers, dimension):
    found = np.corrcoef(takers.scores(dimension), takers.true_scores[dimension])[0, 1]
    print(f"{dimension}: correlation with the true score {found:.3f}")  # noqa: T201 (shown with -s)
    assert found > 0.9


@pytest.mark.parametrize("dimension", [ANXIETY, AVOIDANCE])
def test_the_simulated_answers_fit_the_planning_norms(takers, dimension):
    found, planned = takers.norm(dimension), QUIZ.dimensions[dimension].norm
    print(f"{dimension}: alpha {found.reliability:.3f}, mean {found.mean:.2f}, SD {found.sd:.2f}")  # noqa: T201
    assert found.reliability == pytest.approx(planned.reliability, abs=0.02)
    assert found.mean == pytest.approx(planned.mean, abs=0.1)
    assert found.sd == pytest.approx(planned.sd, abs=0.1)


@pytest.mark.parametrize(("low", "high"), [(0.45, 0.55), (0.55, 0.65), (0.65, 0.75), (0.75, 0.85), (0.85, 0.95), (0.95, 1)])
def test_of_the_takers_with_a_certainty_for_a_region_this_share_is_truly_in_it(takers, low, high):
    likeliest = [(max(shares, key=shares.__getitem__), max(shares.values())) for shares in takers.certainties]
    right = [region is truth for (region, sure), truth in zip(likeliest, takers.regions(), strict=True) if low <= sure < high]
    share = np.mean(right)
    print(f"certainty {low:.2f} to {high:.2f}: {len(right)} takers, {share:.3f} of them in that region")  # noqa: T201
    assert len(right) > 300
    assert low <= share <= high


def test_each_wording_is_right_as_often_as_it_promises(takers):
    estimates = [scoring.most_likely_region(shares) for shares in takers.certainties]
    for words, minimum in ((Certainty.NAMED, 0.9), (Certainty.CLOSEST, 0.75)):
        right = [v.region is truth for v, truth in zip(estimates, takers.regions(), strict=True) if v.certainty is words]
        print(f"{words}: {len(right)} takers, {np.mean(right):.3f} right")  # noqa: T201
        assert np.mean(right) >= minimum
    between = [
        truth in (v.region, v.second) for v, truth in zip(estimates, takers.regions(), strict=True) if v.certainty is Certainty.BETWEEN
    ]
    print(f"between: {len(between)} takers, {np.mean(between):.3f} in one of the two")  # noqa: T201
    assert np.mean(between) >= 0.9


def test_the_answers_of_attentive_takers_rarely_contradict_each_other(takers):
    contradicting = [bool(scoring.contradictions(QUIZ.items, answers, QUIZ.scale)) for answers in takers.answers]
    print(f"with a contradiction: {np.mean(contradicting):.3f}")  # noqa: T201
    assert np.mean(contradicting) < 0.1
    assert not any(map(scoring.is_straightlining, takers.answers))
