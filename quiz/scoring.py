"""From answers to scores, and how sure they are. Pure: no Django, no database; all scores are means on the response scale.

Sources: reverse-keying and person means as in any textbook of test theory (Nunnally & Bernstein 1994); standard error of
measurement SEM = SD * sqrt(1 - r); pull to the mean by reliability (Kelley's formula); reliable change (Jacobson & Truax 1991).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from guides.styles import Style

MOST_MISSING = 0.1  # of all items; with more the person's mean would say too little
BAND = 1.96  # standard errors on either side that hold 95 % of a normal distribution
RELIABLE = 1.96  # a change counts beyond this many standard errors of the difference
NAMED_FROM, CLOSEST_FROM = 0.90, 0.75  # ours: right nine times in ten is enough to name a region, three in four to lean to one
# How far from the middle a strong answer lies, where the end is 1: on 1 to 7 only the ends themselves. In simulated takers who
# answer honestly, some 6 in 100 have a contradicting pair of such answers; with 2 and 6 as strong ones it would be 4 in 10.
STRONG = 0.9


class Certainty(StrEnum):
    """In which words the region is told."""

    NAMED = "named"
    CLOSEST = "closest"
    BETWEEN = "between"


@dataclass(frozen=True)
class Keyed:
    """What scoring needs to know of an item: the facet it belongs to, and whether agreeing with it lowers the score."""

    key: str
    facet: str
    is_reversed: bool


@dataclass(frozen=True)
class Scale:
    """The response scale's ends, such as 1 and 7."""

    lowest: int
    highest: int

    @property
    def middle(self) -> float:
        return (self.lowest + self.highest) / 2

    def mirrored(self, answer: float) -> float:
        return self.lowest + self.highest - answer

    def lean(self, answer: float) -> float:
        """How far an answer lies from the middle: -1 at the lowest, 0 in the middle, 1 at the highest."""
        return 2 * (answer - self.middle) / (self.highest - self.lowest)


@dataclass(frozen=True)
class Norm:
    """What is known, or planned, of one dimension: mean and standard deviation of people's scores, and their reliability."""

    mean: float
    sd: float
    reliability: float

    @property
    def sem(self) -> float:
        """Standard error of measurement, in points of the scale: SD * sqrt(1 - r)."""
        return self.sd * math.sqrt(1 - self.reliability)


@dataclass(frozen=True)
class Plan:
    """The norms of both dimensions and how their observed scores correlate."""

    anxiety: Norm
    avoidance: Norm
    correlation: float


@dataclass(frozen=True)
class Point:
    """A place on the plane, in points of the response scale."""

    anxiety: float
    avoidance: float


@dataclass(frozen=True)
class Belief:
    """Where a person's true score is likely to lie: a bivariate normal, as its mean, two standard deviations, a correlation."""

    mean: Point
    sd: Point
    correlation: float


def keyed(item: Keyed, answer: int, scale: Scale) -> float:
    """The answer, turned round for a reverse-keyed item, so that more always means more of the facet."""
    return scale.mirrored(answer) if item.is_reversed else answer


def missing(items: Iterable[Keyed], answers: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(item.key for item in items if item.key not in answers)


def may_be_scored(items: Sequence[Keyed], answers: Mapping[str, int]) -> bool:
    """Whether enough was answered: at most a tenth of all items is missing."""
    return len(missing(items, answers)) <= MOST_MISSING * len(items)


def mean_of(items: Sequence[Keyed], answers: Mapping[str, int], scale: Scale) -> float:
    """The mean of the answered items of a scale, keyed. Leaving an item out is the same as giving it the person's own mean.

    Raises ValueError where none of the items was answered: such a facet has no score, and its dimension rests on the others.
    """
    given = [keyed(item, answers[item.key], scale) for item in items if item.key in answers]
    if not given:
        raise ValueError("none of these items was answered")
    return fmean(given)


def position(items: Mapping[str, Sequence[Keyed]], answers: Mapping[str, int], scale: Scale) -> Point:
    """The observed means of both dimensions. `items` are those of each dimension, by its name.

    Raises ValueError if a dimension has no answer; `may_be_scored` rules that out.
    """
    return Point(**{dimension: mean_of(own_items, answers, scale) for dimension, own_items in items.items()})


def believed(score: Point, plan: Plan) -> Belief:
    """Where the true score is likely to lie, given an observed one and the sample that the plan describes.

    With observed covariance T + E, where E holds the squared standard errors, the true score has mean m + T (T + E)^-1 (x - m)
    and covariance T - T (T + E)^-1 T: Kelley's pull to the mean, for two dimensions at once. The plan has to be possible: no
    scores correlate more than the root of the product of their reliabilities.
    """
    a, v = plan.anxiety, plan.avoidance
    between = plan.correlation * a.sd * v.sd  # errors are independent, so true scores covary as observed ones do
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
    return Belief(mean, sd, cov / (sd.anxiety * sd.avoidance))


def certainties(belief: Belief, centre: Point) -> dict[Style, float]:
    """How likely the true score lies in each quarter around `centre`; the four sum to 1."""
    # Each quarter is turned to the lower left: as a difference from 1, a small one would be lost in rounding, or be negative.
    a = (centre.anxiety - belief.mean.anxiety) / belief.sd.anxiety
    v = (centre.avoidance - belief.mean.avoidance) / belief.sd.avoidance
    return {
        Style.SECURE: lower_quadrant(a, v, belief.correlation),
        Style.ANXIOUS: lower_quadrant(-a, v, -belief.correlation),
        Style.DISMISSIVE: lower_quadrant(a, -v, -belief.correlation),
        Style.FEARFUL: lower_quadrant(-a, -v, belief.correlation),
    }


@dataclass(frozen=True)
class Verdict:
    """What may be said of the region: the likeliest, the second, and in which words."""

    region: Style
    second: Style
    certainty: Certainty


def verdict(shares: Mapping[Style, float]) -> Verdict:
    """The words that the certainties allow. Of two alike, the one that comes first in `Style` counts as the likelier."""
    region, second, *_ = sorted(Style, key=lambda region: -shares[region])
    if shares[region] >= NAMED_FROM:
        return Verdict(region, second, Certainty.NAMED)
    if shares[region] >= CLOSEST_FROM:
        return Verdict(region, second, Certainty.CLOSEST)
    return Verdict(region, second, Certainty.BETWEEN)


def phi(z: float) -> float:
    """The standard normal distribution function."""
    return math.erfc(-z / math.sqrt(2)) / 2


def lower_quadrant(h: float, k: float, rho: float) -> float:
    """P(X < h, Y < k) of a standard bivariate normal with correlation `rho`, to about 1e-12 for |rho| < 0.95.

    Plackett's identity: the derivative by rho is the density, so integrate that from 0 to rho (Drezner & Wesolowsky 1990),
    by Gauss and Legendre's rule.
    """
    total = 0.0
    for node, weight in LEGENDRE:
        r = rho * (node + 1) / 2
        total += weight * math.exp(-(h * h - 2 * r * h * k + k * k) / (2 * (1 - r * r))) / math.sqrt(1 - r * r)
    found = phi(h) * phi(k) + rho / 2 * total / (2 * math.pi)
    return min(max(found, 0.0), 1.0)  # far out both terms are tiny, and their rounding may show


def legendre(number: int) -> tuple[tuple[float, float], ...]:
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


LEGENDRE = legendre(32)


@dataclass(frozen=True)
class Change:
    """The difference of two scores of one dimension, and by how many standard errors of a difference it stands out."""

    points: float
    index: float

    @property
    def is_reliable(self) -> bool:
        """Whether measurement error alone would give a change as large in fewer than 5 of 100 cases."""
        return abs(self.index) > RELIABLE


def change(before: float, after: float, norm: Norm) -> Change:
    """The reliable change index (x2 - x1) / (sqrt(2) * SEM)."""
    return Change(after - before, (after - before) / (math.sqrt(2) * norm.sem))


def is_straight(answers: Mapping[str, int]) -> bool:
    """One answer all the way down: more likely a hurry than a view, since half of a facet's items are reverse-keyed."""
    return len(answers) > 2 and len(set(answers.values())) == 1


def contradictions(items: Sequence[Keyed], answers: Mapping[str, int], scale: Scale) -> tuple[tuple[str, str], ...]:
    """Pairs of a normal and a reversed item of one facet that were both agreed with strongly, or both rejected strongly.

    A reason to ask whether both were meant, not to doubt the taker: people can be of two minds.
    """
    leans = {item: scale.lean(answers[item.key]) for item in items if item.key in answers}
    return tuple(
        (one.key, other.key)
        for one, lean in leans.items()
        for other, other_lean in leans.items()
        if one.facet == other.facet
        and other.is_reversed
        and not one.is_reversed
        and (min(lean, other_lean) >= STRONG or max(lean, other_lean) <= -STRONG)
    )
