"""Breaks a result down: position, region, triggers, strengths and plan, each with the answers it is based on. Pure: no Django."""

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
from quiz.scoring import Z_95, Certainty, Point, RegionEstimate, TrueScoreEstimate

MAX_FINDINGS = 5  # triggers, and as many strengths: more would not be read
MAX_WEEKS = 4  # of the plan


@dataclass(frozen=True)
class AnsweredStatement:
    """A statement with the answer that was given to it."""

    statement: str
    answer_text: str  # such as "6 of 7"
    is_reversed: bool


@dataclass(frozen=True)
class Finding:
    """A trigger or a strength that the answers suggest."""

    insight: Insight
    reasons: tuple[AnsweredStatement, ...]  # that suggest it, the strongest first
    counterfactual: str  # a sentence with another answer that would remove the finding; empty if no single answer would
    step_title: str  # empty if there is no step, or readers can't open it


@dataclass(frozen=True)
class FacetScore:
    facet: Facet
    answer_count: int
    mean: float | None  # None without answers
    side: Side | None  # None without answers and exactly in the middle


@dataclass(frozen=True)
class DimensionScore:
    """The mean of a dimension with its 95 % confidence interval from `low` to `high`, within the scale."""

    dimension: Dimension
    mean: float
    low: float
    high: float
    side_words: str


@dataclass(frozen=True)
class PlanEntry:
    """A finding whose step is planned for a week."""

    week: int  # from 1
    finding: Finding

    @property
    def step_address(self) -> str:
        return self.finding.insight.step_address


@dataclass(frozen=True)
class Breakdown:
    """The contents of a result. Findings are ranked, but facets get no levels, because they have few items."""

    relation_text: str
    anxiety: DimensionScore
    avoidance: DimensionScore
    region_estimate: RegionEstimate
    region_text: Html
    region_title: str  # the heading of `region_text`
    region_name: str
    second_region_name: str
    facets: tuple[FacetScore, ...]
    triggers: tuple[Finding, ...]
    strengths: tuple[Finding, ...]
    plan: tuple[PlanEntry, ...]
    missing: tuple[str, ...]  # statements without an answer
    is_straightlining: bool
    contradictions: tuple[tuple[AnsweredStatement, AnsweredStatement], ...]
    plane: plane_chart.Plane
    earlier_scores: Point | None


def break_down(
    instrument: Instrument, answers: Mapping[str, int], relation: str, step_titles: Mapping[str, str], earlier_scores: Point | None = None
) -> Breakdown:
    """Returns the whole result.

    `relation` is the key of the person whom the taker had in mind, `step_titles` are the titles of guides' steps by address, and
    `earlier_scores` are those of a result whose scores can be compared. Raises ValueError as `quiz.scoring.score_answers` does.
    """
    scores = observed_scores(instrument, answers)
    estimate = scoring.estimate_true_score(scores, instrument.planning_norms)
    earlier = (earlier_scores, scoring.estimate_true_score(earlier_scores, instrument.planning_norms)) if earlier_scores else None
    region_estimate = estimate_region(instrument, estimate)
    text_key = region_text_key(region_estimate)
    triggers = findings(instrument, instrument.triggers, answers, step_titles)
    strengths = findings(instrument, instrument.strengths, answers, step_titles)
    return Breakdown(
        relation_text=instrument.relation_text(relation),
        anxiety=dimension_score(instrument, ANXIETY, scores.anxiety),
        avoidance=dimension_score(instrument, AVOIDANCE, scores.avoidance),
        region_estimate=region_estimate,
        region_text=instrument.region_texts[text_key],
        region_title=instrument.region_titles[text_key],
        region_name=STYLES[region_estimate.region].name,
        second_region_name=STYLES[region_estimate.second].name,
        facets=tuple(facet_score(instrument, facet, answers) for facet in instrument.facets.values()),
        triggers=triggers,
        strengths=strengths,
        plan=plan_entries((*triggers, *strengths)),
        missing=tuple(item.text for item in instrument.items if item.key not in answers),
        is_straightlining=scoring.is_straightlining(answers),
        contradictions=contradictions(instrument, answers),
        plane=plane_chart.layout(scores, estimate, instrument.scale, earlier),
        earlier_scores=earlier_scores,
    )


def observed_scores(instrument: Instrument, answers: Mapping[str, int]) -> Point:
    """The observed means of both dimensions."""
    return scoring.score_answers(instrument.items_by_dimension, answers, instrument.scale)


def estimate_region(instrument: Instrument, estimate: TrueScoreEstimate) -> RegionEstimate:
    middle = instrument.scale.middle
    return scoring.most_likely_region(scoring.region_probabilities(estimate, Point(middle, middle)))


def region_text_key(estimate: RegionEstimate) -> str:
    """The key of the text for a region, or of the text for results that are too close to a border."""
    return BETWEEN if estimate.certainty is Certainty.BETWEEN else estimate.region


def dimension_score(instrument: Instrument, key: str, mean: float) -> DimensionScore:
    dimension, scale = instrument.dimensions[key], instrument.scale
    half_width = Z_95 * dimension.norm.sem
    low, high = max(scale.lowest, mean - half_width), min(scale.highest, mean + half_width)
    return DimensionScore(dimension, mean, low, high, side_words((mean - scale.middle) / dimension.norm.sem))


def side_words(distance: float) -> str:
    """Words for the side of the middle, as certain as the distance allows. `distance` is in standard errors of measurement."""
    side = "above the middle" if distance > 0 else "below the middle"
    if abs(distance) > Z_95:
        return side
    if abs(distance) > 1:
        return f"{side}, as far as we can tell"
    return "too close to the middle to tell a side"


def contradictions(instrument: Instrument, answers: Mapping[str, int]) -> tuple[tuple[AnsweredStatement, AnsweredStatement], ...]:
    items = {item.key: item for item in instrument.items}
    pairs = scoring.contradictions(instrument.items, answers, instrument.scale)
    return tuple(
        (answered_statement(instrument, items[one], answers), answered_statement(instrument, items[other], answers)) for one, other in pairs
    )


# Facets


def facet_score(instrument: Instrument, facet: Facet, answers: Mapping[str, int]) -> FacetScore:
    items = answered_items(instrument, facet.key, answers)
    if not items:
        return FacetScore(facet, 0, None, None)
    mean, middle = scoring.mean_of(items, answers, instrument.scale), instrument.scale.middle
    if mean == middle:
        return FacetScore(facet, len(items), mean, None)
    return FacetScore(facet, len(items), mean, Side.HIGH if mean > middle else Side.LOW)


def answered_items(instrument: Instrument, facet: str, answers: Mapping[str, int]) -> tuple[Item, ...]:
    return tuple(item for item in instrument.facet_items(facet) if item.key in answers)


def facet_sem(instrument: Instrument, facet: Facet, answers: Mapping[str, int]) -> float:
    """Standard error of a facet's mean: SEM of its dimension * sqrt(items of the dimension / answered items of the facet).

    This assumes that the errors of items are independent and of one size, so that the SEM of a mean falls with the root of their number.
    """
    norm = instrument.dimensions[facet.dimension].norm
    return norm.sem * math.sqrt(len(instrument.dimension_items(facet.dimension)) / len(answered_items(instrument, facet.key, answers)))


def standardized_distances(instrument: Instrument, answers: Mapping[str, int]) -> dict[tuple[str, Side], float]:
    """The distance of each facet from the middle in its standard errors, by facet and side, without facets in the middle."""
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
            counterfactual(instrument, insights, insight, answers),
            step_titles.get(insight.step_address, ""),
        )
        for insight in select_insights(instrument, insights, answers)
    )


def select_insights(instrument: Instrument, insights: Iterable[Insight], answers: Mapping[str, int]) -> list[Insight]:
    """Selects the insights for the sides that the facets are on, best first, as D'Hondt's method allocates seats.

    The weight of the k-th insight for a side of a facet is the facet's distance / k. So a facet far from the middle gets a second
    insight before a facet close to the middle gets its first, and a single facet rarely gets all of them. Ties keep the writer's order.
    """
    distances = standardized_distances(instrument, answers)
    rank: Counter[tuple[str, Side]] = Counter()
    weighted: list[tuple[float, Insight]] = []
    for insight in insights:
        facet_side = insight.facet, insight.side
        rank[facet_side] += 1
        if facet_side in distances:
            weighted.append((distances[facet_side] / rank[facet_side], insight))
    return [insight for _, insight in sorted(weighted, key=itemgetter(0), reverse=True)][:MAX_FINDINGS]


def reasons(instrument: Instrument, insight: Insight, answers: Mapping[str, int]) -> tuple[AnsweredStatement, ...]:
    """The answers to the items of the insight's facet, the strongest for its side first."""
    items = answered_items(instrument, insight.facet, answers)
    ordered = sorted(
        items,
        key=lambda item: scoring.keyed_answer(item, answers[item.key], instrument.scale),
        reverse=insight.side is Side.HIGH,
    )
    return tuple(answered_statement(instrument, item, answers) for item in ordered)


def answered_statement(instrument: Instrument, item: Item, answers: Mapping[str, int]) -> AnsweredStatement:
    return AnsweredStatement(item.text, f"{answers[item.key]} of {instrument.scale.highest}", item.is_reversed)


@dataclass(frozen=True)
class AlternativeAnswer:
    item: Item
    answer: int
    distance: int  # from the answer given


def counterfactual(instrument: Instrument, insights: Sequence[Insight], insight: Insight, answers: Mapping[str, int]) -> str:
    """A sentence with the smallest change of one answer that would remove the insight; empty if no single change would.

    It is searched for by trying the alternatives to each answer of the insight's facet.
    """
    alternatives = sorted(alternative_answers(instrument, insight, answers), key=attrgetter("distance"))
    for alternative in alternatives:
        if insight not in select_insights(instrument, insights, {**answers, alternative.item.key: alternative.answer}):
            answer = answer_or_beyond(alternative, answers, instrument)
            return f"Had you answered {answer} to “{alternative.item.text}”, this line would not be here."
    return ""


def alternative_answers(instrument: Instrument, insight: Insight, answers: Mapping[str, int]) -> Iterator[AlternativeAnswer]:
    for item in answered_items(instrument, insight.facet, answers):
        for answer in instrument.scale.choices:
            if answer != answers[item.key]:
                yield AlternativeAnswer(item, answer, abs(answer - answers[item.key]))


def answer_or_beyond(alternative: AlternativeAnswer, answers: Mapping[str, int], instrument: Instrument) -> str:
    """Such as "3 or less": if an alternative removes a finding, so does each one further from the answer given."""
    if alternative.answer in (instrument.scale.lowest, instrument.scale.highest):
        return str(alternative.answer)
    return f"{alternative.answer} or {'less' if alternative.answer < answers[alternative.item.key] else 'more'}"


# The plan


def plan_entries(findings: Iterable[Finding]) -> tuple[PlanEntry, ...]:
    """Plans one step a week in the order of the findings, no step twice, and only steps that readers can open."""
    first: dict[str, Finding] = {}
    for finding in findings:
        if finding.step_title:
            first.setdefault(finding.insight.step_address, finding)
    return tuple(PlanEntry(week, finding) for week, finding in enumerate(list(first.values())[:MAX_WEEKS], start=1))
