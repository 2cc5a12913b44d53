"""What kept results say in totals: figures of scales and statements, and which counts may be shown. Pure: no Django."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quiz.instrument.types import ANXIETY, AVOIDANCE, Dimension, Instrument, Item
from quiz.scoring import BAND, Norm, Region, Scale

LEAST = 10  # a group of fewer is not shown, and no figure rests on fewer
ENOUGH = 300  # for planning values: of nine statements with an alpha of .85, the interval below is then .82 to .87
NEAR = "near"  # a middle, where no region can be told


@dataclass(frozen=True)
class ScaleTotals:
    """One dimension's scores: their mean, standard deviation, and how many lie in each bin of one point, by its lower end."""

    mean: float
    sd: float
    bins: Mapping[int, int]


@dataclass(frozen=True)
class Totals:
    """Sums over the results in which every statement was answered, as the database gives them."""

    number: int
    scales: Mapping[str, ScaleTotals]  # by dimension; empty where there are no results
    correlation: float | None  # None where a score does not vary
    regions: Mapping[str, int]  # by region, and NEAR
    answers: Mapping[str, Mapping[int, int]]  # how often each answer was given, by item


@dataclass(frozen=True)
class Group:
    name: str
    number: int | None  # None: not to be shown


@dataclass(frozen=True)
class ScaleFigures:
    dimension: Dimension  # with the planning values
    mean: float
    sd: float
    alpha: float | None  # None where scores do not vary
    interval: tuple[float, float] | None  # that holds the true alpha in about 95 of 100 samples
    sem: float | None
    bins: tuple[Group, ...]


@dataclass(frozen=True)
class ItemFigures:
    item: Item
    counts: tuple[int | None, ...]  # of each answer, the lowest first
    mean: float | None  # None where a count is hidden: it could be reckoned from mean and SD
    sd: float | None


@dataclass(frozen=True)
class Figures:
    """All that may be told of the results."""

    number: int
    scales: tuple[ScaleFigures, ...]
    correlation: float | None
    regions: tuple[Group, ...]
    items: tuple[ItemFigures, ...]

    @property
    def are_enough(self) -> bool:
        return self.number >= ENOUGH


def figures(instrument: Instrument, totals: Totals) -> Figures | None:
    """What may be told; nothing at all of fewer than LEAST results."""
    if totals.number < LEAST:
        return None
    return Figures(
        number=totals.number,
        scales=tuple(scale_figures(instrument, totals, dimension) for dimension in (ANXIETY, AVOIDANCE)),
        correlation=totals.correlation,
        regions=groups({name: totals.regions.get(name, 0) for name in (*Region, NEAR)}),
        items=tuple(item_figures(item, instrument.scale, totals.answers.get(item.key, {})) for item in instrument.items),
    )


def scale_figures(instrument: Instrument, totals: Totals, key: str) -> ScaleFigures:
    scale, found = instrument.scale, totals.scales[key]
    spreads = [spread(totals.answers.get(item.key, {})) for item in instrument.items_in(key)]
    reliability = alpha([item.sd**2 for item in spreads], found.sd**2)
    bins = {f"{start} to {start + 1}": found.bins.get(start, 0) for start in range(scale.lowest, scale.highest)}
    return ScaleFigures(
        dimension=instrument.dimensions[key],
        mean=found.mean,
        sd=found.sd,
        alpha=reliability,
        interval=None if reliability is None else alpha_interval(reliability, len(spreads), totals.number),
        sem=None if reliability is None else Norm(found.mean, found.sd, reliability).sem,
        bins=groups(bins),
    )


def item_figures(item: Item, scale: Scale, counts: Mapping[int, int]) -> ItemFigures:
    told = shown([counts.get(answer, 0) for answer in range(scale.lowest, scale.highest + 1)])
    if None in told:
        return ItemFigures(item, told, None, None)
    found = spread(counts)
    return ItemFigures(item, told, found.mean, found.sd)


@dataclass(frozen=True)
class Spread:
    mean: float
    sd: float


def spread(counts: Mapping[int, int]) -> Spread:
    """Mean and sample standard deviation of answers, from how often each was given; there have to be two at least."""
    number = sum(counts.values())
    mean = sum(answer * count for answer, count in counts.items()) / number
    squares = sum(count * (answer - mean) ** 2 for answer, count in counts.items())
    return Spread(mean, math.sqrt(squares / (number - 1)))


def alpha(variances: Sequence[float], variance: float) -> float | None:
    """Coefficient alpha from the items' variances and that of the persons' means: k/(k-1) * (1 - sum / (k^2 * variance)).

    The variance of totals is k^2 times that of means (Cronbach 1951). None for fewer than two items, and where means do not vary.
    """
    k = len(variances)
    if k < 2 or variance == 0:
        return None
    return min(k / (k - 1) * (1 - sum(variances) / (k * k * variance)), 1.0)  # what is above is rounding


def alpha_interval(found: float, items: int, persons: int) -> tuple[float, float]:
    """The true alpha in 95 of 100 samples, for items that are about alike: ln(1 - alpha) has variance 2k / ((k-1)(n-2)) (Bonett 2002)."""
    reach = BAND * math.sqrt(2 * items / ((items - 1) * (persons - 2)))
    return 1 - (1 - found) * math.exp(reach), 1 - (1 - found) * math.exp(-reach)


# What may be shown


def groups(counts: Mapping[str, int]) -> tuple[Group, ...]:
    return tuple(Group(name, number) for name, number in zip(counts, shown(list(counts.values())), strict=True))


def shown(counts: Sequence[int], least: int = LEAST) -> tuple[int | None, ...]:
    """The counts of the groups of a whole that may be shown; None for the others.

    A group below `least` is hidden, an empty one too. While what is hidden could be worked out from the total and the rest, the
    next group in the table's order is hidden as well: not the smallest, since then this rule itself would tell how large it is at most.
    """
    hidden = {place for place, count in enumerate(counts) if count < least}
    while hidden and len(hidden) < len(counts) and not keeps_secret([counts[place] for place in hidden], least):
        hidden.add(next(place for place in range(len(counts)) if place not in hidden and (place - 1) % len(counts) in hidden))
    return tuple(None if place in hidden else count for place, count in enumerate(counts))


def keeps_secret(hidden: Sequence[int], least: int) -> bool:
    """Whether each small count among the hidden ones may be any small number, as far as their sum tells.

    The sum can be had by subtraction. Are all small, it has to leave room for the smallest and the largest of each; is a large one
    among them, it has to stay large whatever the others are.
    """
    total = sum(hidden)
    if max(hidden) < least:
        return least <= total <= (least - 1) * (len(hidden) - 1)
    return total >= 2 * least - 1
