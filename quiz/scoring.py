"""Scores from answers, and their uncertainty. All scores are means in points of the response scale. Pure: no Django.

Sources: reverse-keying and person means as in any textbook of test theory (Nunnally & Bernstein 1994); standard error of
measurement SEM = SD * sqrt(1 - r); true scores regressed to the mean (Kelley's formula); reliable change (Jacobson & Truax 1991).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from guides.styles import Style

MAX_MISSING = 0.1  # share of all items; with more missing, the person's mean would say too little
Z_95 = 1.96  # 95 % of a normal distribution is within this many standard deviations of its mean
MIN_RELIABLE_CHANGE = Z_95  # in standard errors of the difference
# Minimum probability to name a region, or to call it the closest. Our choice: right nine times in ten, or three in four.
MIN_NAMED, MIN_CLOSEST = 0.90, 0.75
# Distance of a strong answer from the middle, where the end of the scale is 1: on 1 to 7 only the ends are strong. Of simulated takers
# who answer honestly, some 6 in 100 have a contradicting pair of such answers; if 2 and 6 were strong, it would be 4 in 10.
MIN_STRONG = 0.9


class Certainty(StrEnum):
    """How a result words its region: by name, as the closest one, or as between two."""

    NAMED = "named"
    CLOSEST = "closest"
    BETWEEN = "between"


@dataclass(frozen=True)
class ScoredItem:
    """An item as scoring sees it: its facet, and whether agreement lowers the score."""

    key: str
    facet: str
    is_reversed: bool


@dataclass(frozen=True)
class Scale:
    """The response scale's ends, such as 1 and 7."""

    lowest: int
    highest: int

    @property
    def choices(self) -> range:
        """The possible answers, lowest first."""
        return range(self.lowest, self.highest + 1)

    @property
    def middle(self) -> float:
        return (self.lowest + self.highest) / 2

    def mirrored(self, answer: float) -> float:
        return self.lowest + self.highest - answer

    def lean(self, answer: float) -> float:
        """Signed distance from the middle: -1 for the lowest answer, 0 for the middle, 1 for the highest."""
        return 2 * (answer - self.middle) / (self.highest - self.lowest)


@dataclass(frozen=True)
class Norm:
    """Mean, standard deviation and reliability of one dimension's scores in a known or an assumed sample."""

    mean: float
    sd: float
    reliability: float

    @property
    def sem(self) -> float:
        """Standard error of measurement, in points of the scale: SD * sqrt(1 - r)."""
        return self.sd * math.sqrt(1 - self.reliability)


@dataclass(frozen=True)
class PlanningNorms:
    """The norms of both dimensions and the correlation of their observed scores, assumed until the quiz has enough answers."""

    anxiety: Norm
    avoidance: Norm
    correlation: float


@dataclass(frozen=True)
class Point:
    """Scores on both dimensions, in points of the response scale."""

    anxiety: float
    avoidance: float


@dataclass(frozen=True)
class TrueScoreEstimate:
    """Distribution of a person's true score: a bivariate normal with this mean, these standard deviations and this correlation."""

    mean: Point
    sd: Point
    correlation: float


def keyed_answer(item: ScoredItem, answer: int, scale: Scale) -> float:
    """The answer, mirrored for a reverse-keyed item, so that more always means more of the facet."""
    return scale.mirrored(answer) if item.is_reversed else answer


def answers_still_needed(items: Sequence[ScoredItem], answers: Mapping[str, int]) -> tuple[str, ...]:
    """Returns the keys of the items without an answer if they are too many for scores; none if they may be left out."""
    missing = tuple(item.key for item in items if item.key not in answers)
    return missing if len(missing) > MAX_MISSING * len(items) else ()


def mean_of(items: Sequence[ScoredItem], answers: Mapping[str, int], scale: Scale) -> float:
    """The mean of the keyed answers. An item left out counts as if it was answered with the person's own mean.

    Raises ValueError if none of the items was answered: such a facet has no score, and its dimension is the mean of the others.
    """
    given = [keyed_answer(item, answers[item.key], scale) for item in items if item.key in answers]
    if not given:
        raise ValueError("none of these items was answered")
    return fmean(given)


def score_answers(items: Mapping[str, Sequence[ScoredItem]], answers: Mapping[str, int], scale: Scale) -> Point:
    """The observed scores. `items` holds the items of each dimension by its name.

    Raises ValueError if a dimension has no answer. That can't be so if `answers_still_needed` returns none and the instrument passes
    `quiz.instrument.checks.check_dimension_sizes`.
    """
    return Point(**{dimension: mean_of(own_items, answers, scale) for dimension, own_items in items.items()})


def estimate_true_score(score: Point, norms: PlanningNorms) -> TrueScoreEstimate:
    """Estimates the true score from an observed one and the norms of a sample.

    With observed covariance T + E, where E holds the squared standard errors, the true score has mean m + T (T + E)^-1 (x - m)
    and covariance T - T (T + E)^-1 T: Kelley's formula for two dimensions at once. The norms must be possible: the correlation can't
    exceed the root of the product of the reliabilities.
    """
    a, v = norms.anxiety, norms.avoidance
    between = norms.correlation * a.sd * v.sd  # errors are independent, so true scores covary as observed ones do
    true_a, true_v = a.reliability * a.sd**2, v.reliability * v.sd**2
    det = a.sd**2 * v.sd**2 - between**2
    gain = (
        ((true_a * v.sd**2 - between**2) / det, (between * a.sd**2 - true_a * between) / det),
        ((between * v.sd**2 - true_v * between) / det, (true_v * a.sd**2 - between**2) / det),
    )
    off_a, off_v = score.anxiety - a.mean, score.avoidance - v.mean
    mean = Point(a.mean + gain[0][0] * off_a + gain[0][1] * off_v, v.mean + gain[1][0] * off_a + gain[1][1] * off_v)
    var_a = true_a - gain[0][0] * true_a - gain[0][1] * between
    var_v = true_v - gain[1][0] * between - gain[1][1] * true_v
    cov = between - gain[0][0] * between - gain[0][1] * true_v
    sd = Point(math.sqrt(var_a), math.sqrt(var_v))
    return TrueScoreEstimate(mean, sd, cov / (sd.anxiety * sd.avoidance))


def region_probabilities(estimate: TrueScoreEstimate, center: Point) -> dict[Style, float]:
    """The probability that the true score is in each quadrant around `center`; the four sum to 1."""
    # Each quadrant is mirrored to the lower left: computed as 1 minus the others, a small one would be lost in rounding, or be negative.
    a = (center.anxiety - estimate.mean.anxiety) / estimate.sd.anxiety
    v = (center.avoidance - estimate.mean.avoidance) / estimate.sd.avoidance
    return {
        Style.SECURE: lower_quadrant(a, v, estimate.correlation),
        Style.ANXIOUS: lower_quadrant(-a, v, -estimate.correlation),
        Style.DISMISSIVE: lower_quadrant(a, -v, -estimate.correlation),
        Style.FEARFUL: lower_quadrant(-a, -v, estimate.correlation),
    }


@dataclass(frozen=True)
class RegionEstimate:
    """The most likely region, the second, and how to word them."""

    region: Style
    second: Style
    certainty: Certainty


def most_likely_region(probabilities: Mapping[Style, float]) -> RegionEstimate:
    """The region with the highest probability. Of two with the same, the first in `Style` counts as the likelier."""
    region, second, *_ = sorted(Style, key=lambda region: -probabilities[region])
    if probabilities[region] >= MIN_NAMED:
        return RegionEstimate(region, second, Certainty.NAMED)
    if probabilities[region] >= MIN_CLOSEST:
        return RegionEstimate(region, second, Certainty.CLOSEST)
    return RegionEstimate(region, second, Certainty.BETWEEN)


def normal_cdf(z: float) -> float:
    """Cumulative distribution function of the standard normal distribution."""
    return math.erfc(-z / math.sqrt(2)) / 2


def lower_quadrant(h: float, k: float, rho: float) -> float:
    """P(X < h, Y < k) of a standard bivariate normal with correlation `rho`, to about 1e-12 for |rho| < 0.95.

    Plackett's identity: the derivative by rho is the density, so integrate that from 0 to rho (Drezner & Wesolowsky 1990),
    by Gauss and Legendre's rule.
    """
    total = 0.0
    for node, weight in GAUSS_LEGENDRE:
        r = rho * (node + 1) / 2
        total += weight * math.exp(-(h * h - 2 * r * h * k + k * k) / (2 * (1 - r * r))) / math.sqrt(1 - r * r)
    found = normal_cdf(h) * normal_cdf(k) + rho / 2 * total / (2 * math.pi)
    return min(max(found, 0.0), 1.0)  # far from the mean both terms are tiny, and rounding may take the sum out of range


def gauss_legendre(number: int) -> tuple[tuple[float, float], ...]:
    """Nodes and weights of the Gauss-Legendre rule on -1 to 1, by Newton's method from Tricomi's first guess."""
    found = []
    for i in range(1, number + 1):
        x = math.cos(math.pi * (i - 0.25) / (number + 0.5))
        for _ in range(20):
            before, value = 0.0, 1.0
            for degree in range(1, number + 1):
                before, value = value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree
            slope = number * (x * value - before) / (x * x - 1)
            x -= value / slope
        found.append((x, 2 / ((1 - x * x) * slope * slope)))
    return tuple(found)


GAUSS_LEGENDRE = gauss_legendre(32)


@dataclass(frozen=True)
class Change:
    """The difference of two scores of one dimension, and the same in standard errors of a difference (`index`)."""

    points: float
    index: float

    @property
    def is_reliable(self) -> bool:
        """Whether measurement error alone would cause so large a change in fewer than 5 of 100 cases."""
        return abs(self.index) > MIN_RELIABLE_CHANGE


def reliable_change(before: float, after: float, norm: Norm) -> Change:
    """The change with its reliable change index (x2 - x1) / (sqrt(2) * SEM)."""
    return Change(after - before, (after - before) / (math.sqrt(2) * norm.sem))


def is_straightlining(answers: Mapping[str, int]) -> bool:
    """Whether all answers are the same. That is more likely haste than opinion, because half of a facet's items are reverse-keyed."""
    return len(answers) > 2 and len(set(answers.values())) == 1


def contradictions(items: Sequence[ScoredItem], answers: Mapping[str, int], scale: Scale) -> tuple[tuple[str, str], ...]:
    """Pairs of an item and a reverse-keyed one of the same facet that both got strong agreement or both strong disagreement.

    They are a reason to ask whether both were meant, not to doubt the taker: people can be of two minds.
    """
    leans = {item: scale.lean(answers[item.key]) for item in items if item.key in answers}
    return tuple(
        (item.key, other.key)
        for item, lean in leans.items()
        for other, other_lean in leans.items()
        if item.facet == other.facet
        and other.is_reversed
        and not item.is_reversed
        and (min(lean, other_lean) >= MIN_STRONG or max(lean, other_lean) <= -MIN_STRONG)
    )
