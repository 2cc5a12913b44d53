"""Statistics of the kept results: figures of dimensions and items, and suppression of small counts. Pure: no Django."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guides.styles import Style
from quiz.instrument.types import ANXIETY, AVOIDANCE, Dimension, Instrument, Item
from quiz.scoring import Z_95, Norm, Scale

MIN_CELL = 10  # results: a smaller group is not shown, and no figure is computed from fewer
MIN_FOR_PLANNING = 300  # results: for nine statements with an alpha of .85, `alpha_interval` is then .82 to .87
# The group of results with a score within a standard error of the middle. This is not the rule of a single result, because the database
# counts observed scores, which have no region probabilities.
NEAR_MIDDLE = "near"


@dataclass(frozen=True)
class DimensionTotals:
    """The scores of one dimension."""

    mean: float
    sd: float
    bins: Mapping[int, int]  # the number of scores in each bin of one point, by its lower end


@dataclass(frozen=True)
class Totals:
    """Totals of the results in which every statement was answered, as the database computes them."""

    number: int
    dimensions: Mapping[str, DimensionTotals]  # empty for fewer than two results
    correlation: float | None  # None if a score does not vary
    regions: Mapping[str, int]  # by region, and NEAR_MIDDLE
    answer_counts: Mapping[str, Mapping[int, int]]  # by item: how often each answer was given


@dataclass(frozen=True)
class Group:
    name: str
    number: int | None  # None if suppressed


@dataclass(frozen=True)
class DimensionFigures:
    dimension: Dimension  # with the planning norm
    mean: float
    sd: float
    alpha: float | None  # None if scores do not vary
    interval: tuple[float, float] | None  # the 95 % confidence interval of alpha
    sem: float | None
    bins: tuple[Group, ...]


@dataclass(frozen=True)
class ItemFigures:
    item: Item
    counts: tuple[int | None, ...]  # of each answer, the lowest first
    mean: float | None  # None if a count is suppressed: it could be computed from mean and SD
    sd: float | None


@dataclass(frozen=True)
class Figures:
    """The figures that may be published."""

    number: int
    dimensions: tuple[DimensionFigures, ...]
    correlation: float | None
    regions: tuple[Group, ...]
    items: tuple[ItemFigures, ...]

    @property
    def suffice_for_planning(self) -> bool:
        return self.number >= MIN_FOR_PLANNING


def compute_figures(instrument: Instrument, totals: Totals) -> Figures | None:
    """Returns the figures that may be published; None for fewer than MIN_CELL results."""
    if totals.number < MIN_CELL:
        return None
    return Figures(
        number=totals.number,
        dimensions=tuple(dimension_figures(instrument, totals, key) for key in (ANXIETY, AVOIDANCE)),
        correlation=totals.correlation,
        regions=groups({name: totals.regions.get(name, 0) for name in (*Style, NEAR_MIDDLE)}),
        items=tuple(item_figures(item, instrument.scale, totals.answer_counts.get(item.key, {})) for item in instrument.items),
    )


def dimension_figures(instrument: Instrument, totals: Totals, key: str) -> DimensionFigures:
    scale, found = instrument.scale, totals.dimensions[key]
    item_statistics = [mean_and_sd(totals.answer_counts.get(item.key, {})) for item in instrument.dimension_items(key)]
    reliability = alpha([statistics.sd**2 for statistics in item_statistics], found.sd**2)
    bins = {f"{start} to {start + 1}": found.bins.get(start, 0) for start in range(scale.lowest, scale.highest)}
    return DimensionFigures(
        dimension=instrument.dimensions[key],
        mean=found.mean,
        sd=found.sd,
        alpha=reliability,
        interval=None if reliability is None else alpha_interval(reliability, len(item_statistics), totals.number),
        sem=None if reliability is None else Norm(found.mean, found.sd, reliability).sem,
        bins=groups(bins),
    )


def item_figures(item: Item, scale: Scale, counts: Mapping[int, int]) -> ItemFigures:
    published = suppress_small_counts([counts.get(answer, 0) for answer in scale.choices])
    if None in published:
        return ItemFigures(item, published, None, None)
    found = mean_and_sd(counts)
    return ItemFigures(item, published, found.mean, found.sd)


@dataclass(frozen=True)
class MeanAndSd:
    mean: float
    sd: float


def mean_and_sd(counts: Mapping[int, int]) -> MeanAndSd:
    """Returns mean and sample standard deviation of answers from their counts. There have to be at least two answers."""
    number = sum(counts.values())
    mean = sum(answer * count for answer, count in counts.items()) / number
    squares = sum(count * (answer - mean) ** 2 for answer, count in counts.items())
    return MeanAndSd(mean, math.sqrt(squares / (number - 1)))


def alpha(variances: Sequence[float], variance: float) -> float | None:
    """Coefficient alpha (Cronbach 1951) from the items' variances and the variance of the persons' means.

    k/(k-1) * (1 - sum of the items' variances / (k^2 * variance)), for the variance of persons' totals is k^2 times that of their
    means. None for fewer than two items, and if the means do not vary.
    """
    k = len(variances)
    if k < 2 or variance == 0:
        return None
    return min(k / (k - 1) * (1 - sum(variances) / (k * k * variance)), 1.0)  # more than 1 is a rounding error


def alpha_interval(found: float, items: int, persons: int) -> tuple[float, float]:
    """The 95 % confidence interval of alpha for parallel items: ln(1 - alpha) has the variance 2k / ((k-1)(n-2)) (Bonett 2002)."""
    half_width = Z_95 * math.sqrt(2 * items / ((items - 1) * (persons - 2)))
    return 1 - (1 - found) * math.exp(half_width), 1 - (1 - found) * math.exp(-half_width)


# Suppression of small counts


def groups(counts: Mapping[str, int]) -> tuple[Group, ...]:
    published = suppress_small_counts(list(counts.values()))
    return tuple(Group(name, number) for name, number in zip(counts, published, strict=True))


def suppress_small_counts(counts: Sequence[int], min_cell: int = MIN_CELL) -> tuple[int | None, ...]:
    """Hides counts (as None) in a table with a known total, so that no count below `min_cell` can be inferred.

    A count below `min_cell` is suppressed, 0 too. As long as a suppressed count could be computed from the total and the other
    counts, the next count in the table's order is suppressed as well. Not the smallest: choosing it would give an upper bound for
    the others.
    """
    suppressed = {index for index, count in enumerate(counts) if count < min_cell}
    while suppressed and len(suppressed) < len(counts) and not hides_small_counts([counts[index] for index in suppressed], min_cell):
        suppressed.add(next(i for i in range(len(counts)) if i not in suppressed and (i - 1) % len(counts) in suppressed))
    return tuple(None if index in suppressed else count for index, count in enumerate(counts))


def hides_small_counts(suppressed: Sequence[int], min_cell: int) -> bool:
    """Whether someone who knows the sum of the suppressed counts still can't rule out any value below `min_cell` for a small one.

    The sum follows from the total by subtraction. If all of them are small, the sum has to fit every value from 0 to `min_cell` - 1
    for each. If one of them is large, it has to be large whatever the others are.
    """
    total = sum(suppressed)
    if max(suppressed) < min_cell:
        return min_cell <= total <= (min_cell - 1) * (len(suppressed) - 1)
    return total >= 2 * min_cell - 1
