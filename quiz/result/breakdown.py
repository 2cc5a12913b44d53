"""What a taker reads: position, region, triggers, strengths and plan, each line with the answers that it rests on. Pure: no Django."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from documents.text.html import Html
from guides.styles import STYLES
from quiz import scoring
from quiz.instrument.types import ANXIETY, AVOIDANCE, BETWEEN, Dimension, Facet, Insight, Instrument, Item, Side
from quiz.result import plane_chart
from quiz.scoring import BAND, Certainty, Point, Verdict

MOST = 5  # triggers, and strengths: more would not be read
WEEKS = 4


@dataclass(frozen=True)
class Reason:
    """An answer that a line rests on."""

    statement: str
    answer: int
    said: str  # "6 of 7"
    is_reversed: bool


@dataclass(frozen=True)
class Finding:
    """A trigger or a strength that this person's answers speak for."""

    insight: Insight
    reasons: tuple[Reason, ...]  # strongest first
    turning: str  # which other answer would take the line away; empty where no single one would
    step_title: str  # empty where there is no step, or none is known


@dataclass(frozen=True)
class FacetScore:
    facet: Facet
    answers: int  # how many the mean is of
    mean: float | None  # None where there are none
    side: Side | None  # None in the very middle too


@dataclass(frozen=True)
class DimensionScore:
    """A dimension's mean, and the band that holds the true score in 95 of 100 cases, cut to the scale."""

    dimension: Dimension
    mean: float
    low: float
    high: float
    side_words: str


@dataclass(frozen=True)
class Week:
    number: int
    finding: Finding


@dataclass(frozen=True)
class Breakdown:
    """All that a result shows. Rankings are a lead, never a level: a facet has few items."""

    relation: str
    anxiety: DimensionScore
    avoidance: DimensionScore
    verdict: Verdict
    style: Html
    style_title: str  # the heading of that text
    style_name: str
    second_name: str
    facets: tuple[FacetScore, ...]
    triggers: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    weeks: tuple[Week, ...]
    missing: tuple[str, ...]  # statements without an answer
    is_straight: bool
    contradictions: tuple[tuple[Reason, Reason], ...]  # answers that are hard to hold together
    plane: plane_chart.Plane
    before: Point | None  # an earlier position, on the plane too
    limits: tuple[Html, ...]


def break_down(
    instrument: Instrument, answers: Mapping[str, int], relation: str, step_titles: Mapping[str, str], before: Point | None = None
) -> Breakdown:
    """The whole result. `relation` is the key of whom the taker had in mind; `step_titles` go by the steps' addresses; `before` is
    an earlier position on the same plane.

    Raises ValueError where a dimension has no answer; `quiz.scoring.may_be_scored` keeps that away.
    """
    point = position(instrument, answers)
    belief = scoring.believed(point, instrument.plan)
    middle = instrument.scale.middle
    verdict = scoring.verdict(scoring.certainties(belief, Point(middle, middle)))
    region = BETWEEN if verdict.certainty is Certainty.BETWEEN else verdict.region
    triggers = findings(instrument, instrument.triggers, answers, step_titles)
    strengths = findings(instrument, instrument.strengths, answers, step_titles)
    return Breakdown(
        relation=next((known.text for known in instrument.relations if known.key == relation), ""),
        anxiety=dimension_score(instrument, ANXIETY, point.anxiety),
        avoidance=dimension_score(instrument, AVOIDANCE, point.avoidance),
        verdict=verdict,
        style=instrument.styles[region],
        style_title=instrument.style_titles[region],
        style_name=STYLES[verdict.region].name,
        second_name=STYLES[verdict.second].name,
        facets=tuple(facet_score(instrument, facet, answers) for facet in instrument.facets.values()),
        triggers=triggers,
        strengths=strengths,
        weeks=tuple(Week(number, finding) for number, finding in enumerate(plan((*triggers, *strengths)), start=1)),
        missing=tuple(item.text for item in instrument.items if item.key not in answers),
        is_straight=scoring.is_straight(answers),
        contradictions=contradictions(instrument, answers),
        plane=plane_chart.layout(point, belief, instrument.scale, (before, scoring.believed(before, instrument.plan)) if before else None),
        before=before,
        limits=instrument.limits,
    )


def position(instrument: Instrument, answers: Mapping[str, int]) -> Point:
    """The observed means of both dimensions."""
    anxiety, avoidance = (scoring.mean_of(instrument.items_in(dimension), answers, instrument.scale) for dimension in (ANXIETY, AVOIDANCE))
    return Point(anxiety, avoidance)


def dimension_score(instrument: Instrument, key: str, mean: float) -> DimensionScore:
    dimension, scale = instrument.dimensions[key], instrument.scale
    reach = BAND * dimension.norm.sem
    low, high = max(scale.lowest, mean - reach), min(scale.highest, mean + reach)
    return DimensionScore(dimension, mean, low, high, side_words((mean - scale.middle) / dimension.norm.sem))


def side_words(distance: float) -> str:
    """The side of the middle, and how sure that is. `distance` is in standard errors of measurement."""
    side = "above the middle" if distance > 0 else "below the middle"
    if abs(distance) > BAND:
        return side
    if abs(distance) > 1:
        return f"{side}, as far as we can tell"
    return "too close to the middle to tell a side"


def contradictions(instrument: Instrument, answers: Mapping[str, int]) -> tuple[tuple[Reason, Reason], ...]:
    items = {item.key: item for item in instrument.items}
    pairs = scoring.contradictions(instrument.items, answers, instrument.scale)
    return tuple((reason(instrument, items[one], answers), reason(instrument, items[other], answers)) for one, other in pairs)


# Facets


def facet_score(instrument: Instrument, facet: Facet, answers: Mapping[str, int]) -> FacetScore:
    """The facet's mean, and the side of the middle that it lies on."""
    items = answered(instrument, facet.key, answers)
    if not items:
        return FacetScore(facet, 0, None, None)
    mean, middle = scoring.mean_of(items, answers, instrument.scale), instrument.scale.middle
    if mean == middle:
        return FacetScore(facet, len(items), mean, None)
    return FacetScore(facet, len(items), mean, Side.HIGH if mean > middle else Side.LOW)


def answered(instrument: Instrument, facet: str, answers: Mapping[str, int]) -> tuple[Item, ...]:
    return tuple(item for item in instrument.items_of(facet) if item.key in answers)


def facet_sem(instrument: Instrument, facet: Facet, answers: Mapping[str, int]) -> float:
    """Standard error of a facet's mean: SEM of its dimension * sqrt(items of the dimension / answered items of the facet).

    Items' errors are taken as independent and alike, so the error of a mean shrinks with the root of their number.
    """
    norm = instrument.dimensions[facet.dimension].norm
    return norm.sem * math.sqrt(len(instrument.items_in(facet.dimension)) / len(answered(instrument, facet.key, answers)))


def distances(instrument: Instrument, answers: Mapping[str, int]) -> dict[tuple[str, Side], float]:
    """How far each facet lies from the middle, in its standard errors, by facet and side; those in the middle are left out."""
    scores = (facet_score(instrument, facet, answers) for facet in instrument.facets.values())
    return {
        (score.facet.key, score.side): abs(score.mean - instrument.scale.middle) / facet_sem(instrument, score.facet, answers)
        for score in scores
        if score.mean is not None and score.side is not None
    }


# Triggers and strengths


def findings(
    instrument: Instrument, insights: Sequence[Insight], answers: Mapping[str, int], step_titles: Mapping[str, str]
) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            insight,
            reasons(instrument, insight, answers),
            turning(instrument, insights, insight, answers),
            step_titles.get(insight.step, ""),
        )
        for insight in chosen(instrument, insights, answers)
    )


def chosen(instrument: Instrument, insights: Iterable[Insight], answers: Mapping[str, int]) -> list[Insight]:
    """Those of the sides that the facets lie on, given out as seats are by D'Hondt's method; the writer's order among equals.

    The k-th insight of a facet's side weighs the facet's distance / k: a facet far from the middle gets a second one before a
    facet close to it gets its first, and no single facet takes every place.
    """
    far = distances(instrument, answers)
    place: Counter[tuple[str, Side]] = Counter()
    weighed: list[tuple[float, Insight]] = []
    for insight in insights:
        where = insight.facet, insight.side
        place[where] += 1
        if where in far:
            weighed.append((far[where] / place[where], insight))
    return [insight for _, insight in sorted(weighed, key=itemgetter(0), reverse=True)][:MOST]


def reasons(instrument: Instrument, insight: Insight, answers: Mapping[str, int]) -> tuple[Reason, ...]:
    """The answers of the insight's facet, those first that speak most for it."""
    items = answered(instrument, insight.facet, answers)
    ordered = sorted(
        items,
        key=lambda item: scoring.keyed(item, answers[item.key], instrument.scale),
        reverse=insight.side is Side.HIGH,
    )
    return tuple(reason(instrument, item, answers) for item in ordered)


def reason(instrument: Instrument, item: Item, answers: Mapping[str, int]) -> Reason:
    answer = answers[item.key]
    return Reason(item.text, answer, f"{answer} of {instrument.scale.highest}", item.is_reversed)


@dataclass(frozen=True)
class Turn:
    """Another answer, with which a line might be gone, and how far it is from the one given."""

    item: Item
    answer: int
    distance: int


def turning(instrument: Instrument, insights: Sequence[Insight], insight: Insight, answers: Mapping[str, int]) -> str:
    """The smallest change of one answer of the facet that takes the line away, found by trying them, the smallest first."""
    turns = sorted(turns_of(instrument, insight, answers), key=attrgetter("distance"))
    nearest = next((turn for turn in turns if insight not in chosen(instrument, insights, {**answers, turn.item.key: turn.answer})), None)
    if nearest is None:
        return ""
    return f"Had you answered {or_beyond(nearest, answers, instrument)} to “{nearest.item.text}”, this line would not be here."


def turns_of(instrument: Instrument, insight: Insight, answers: Mapping[str, int]) -> Iterator[Turn]:
    for item in answered(instrument, insight.facet, answers):
        for answer in range(instrument.scale.lowest, instrument.scale.highest + 1):
            if answer != answers[item.key]:
                yield Turn(item, answer, abs(answer - answers[item.key]))


def or_beyond(turn: Turn, answers: Mapping[str, int], instrument: Instrument) -> str:
    """ "3 or less". Whatever takes a line away does so all the more when it is farther from the answer given."""
    if turn.answer in (instrument.scale.lowest, instrument.scale.highest):
        return str(turn.answer)
    return f"{turn.answer} or {'less' if turn.answer < answers[turn.item.key] else 'more'}"


def plan(findings: Iterable[Finding]) -> list[Finding]:
    """One finding a week, the first with each step; no step twice, and none that readers can't open."""
    first: dict[str, Finding] = {}
    for finding in findings:
        if finding.step_title:
            first.setdefault(finding.insight.step, finding)
    return list(first.values())[:WEEKS]
