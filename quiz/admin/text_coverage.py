"""How much text a quiz has for each position on the plane and each side of a facet, from simulated answers. Pure: no Django."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from documents.text.html import Html
from quiz import scoring
from quiz.instrument.types import ANXIETY, AVOIDANCE, Facet, Insight, Instrument, Item, Side
from quiz.result.breakdown import Finding, estimate_region, observed_scores, plan_entries, region_text_key, select_insights
from quiz.scoring import Point, Scale

GRID_SIZE = 13  # rows and columns, half a point apart on a scale from 1 to 7; odd, so that the middle is one of them
MIN_FINDINGS = 3  # triggers, and strengths: with fewer a result looks empty
MIN_REGION_WORDS = 60
MIN_INSIGHT_WORDS = 30  # in the three parts of a trigger or a strength
TAG = re.compile(r"<[^>]*+>?")  # an unclosed tag extends to the end: this keeps matching linear


@dataclass(frozen=True)
class Cell:
    """The amount of text in the result of a position."""

    point: Point
    triggers: int
    strengths: int
    weeks: int
    region_words: int

    @property
    def gaps(self) -> str:
        """Describes what there is too little of; empty if it is enough."""
        found = [
            f"{number} {name}" for number, name in ((self.triggers, "triggers"), (self.strengths, "strengths")) if number < MIN_FINDINGS
        ]
        found += ["no week"] if not self.weeks else []
        found += [f"{self.region_words} words on the region"] if self.region_words < MIN_REGION_WORDS else []
        return ", ".join(found)


@dataclass(frozen=True)
class Row:
    avoidance: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FacetSide:
    """The number of triggers and strengths for one side of a facet, and of their words."""

    facet: Facet
    side: Side
    triggers: int
    trigger_words: int
    strengths: int
    strength_words: int

    @property
    def gaps(self) -> str:
        """Describes which texts are missing or short; empty if none is."""
        kinds = (("trigger", self.triggers, self.trigger_words), ("strength", self.strengths, self.strength_words))
        return ", ".join(
            f"short {kind}" if number else f"no {kind}" for kind, number, words in kinds if words < MIN_INSIGHT_WORDS * max(number, 1)
        )


# Answers


def answers_at(instrument: Instrument, point: Point) -> dict[str, int]:
    """Answers to all items with the scores that are closest to a point. A score of k items changes in steps of 1/k.

    The keyed answers differ by 1 at most, and the higher ones are distributed evenly over the facets.
    """
    answers: dict[str, int] = {}
    for dimension, mean in ((ANXIETY, point.anxiety), (AVOIDANCE, point.avoidance)):
        items = interleaved(instrument.dimension_items(dimension))
        lower, higher_count = divmod(round(mean * len(items)), len(items))
        for index, item in enumerate(items):
            keyed = lower + 1 if index < higher_count else lower
            answers[item.key] = round(scoring.keyed_answer(item, keyed, instrument.scale))
    return {item.key: answers[item.key] for item in instrument.items}


def interleaved(items: Sequence[Item]) -> list[Item]:
    """Orders items so that the first n of them, for any n, are distributed evenly over the facets."""
    of_facet = {item.facet: [other for other in items if other.facet == item.facet] for item in items}
    return sorted(items, key=lambda item: (of_facet[item.facet].index(item) + 0.5) / len(of_facet[item.facet]))


# Positions


def grid_values(scale: Scale) -> list[float]:
    step = (scale.highest - scale.lowest) / (GRID_SIZE - 1)
    return [round(scale.lowest + step * number, 2) for number in range(GRID_SIZE)]


def coverage_grid(instrument: Instrument, step_titles: Mapping[str, str]) -> tuple[Row, ...]:
    """The coverage of positions all over the plane, with the highest avoidance in the first row."""
    values = grid_values(instrument.scale)
    return tuple(
        Row(avoidance, tuple(cell(instrument, Point(anxiety, avoidance), step_titles) for anxiety in values))
        for avoidance in reversed(values)
    )


def cell(instrument: Instrument, point: Point, step_titles: Mapping[str, str]) -> Cell:
    """Counts the contents of a result without its whole breakdown, which would take seconds for all cells."""
    answers = answers_at(instrument, point)
    triggers, strengths = (select_insights(instrument, insights, answers) for insights in (instrument.triggers, instrument.strengths))
    findings = [Finding(insight, (), "", step_titles.get(insight.step_address, "")) for insight in (*triggers, *strengths)]
    return Cell(point, len(triggers), len(strengths), len(plan_entries(findings)), count_words(region_text(instrument, answers)))


def region_text(instrument: Instrument, answers: Mapping[str, int]) -> Html:
    estimate = scoring.estimate_true_score(observed_scores(instrument, answers), instrument.planning_norms)
    return instrument.region_texts[region_text_key(estimate_region(instrument, estimate))]


# Facets


def facet_sides(instrument: Instrument) -> tuple[FacetSide, ...]:
    return tuple(facet_side(instrument, facet, side) for facet in instrument.facets.values() for side in Side)


def facet_side(instrument: Instrument, facet: Facet, side: Side) -> FacetSide:
    triggers, strengths = (of_side(insights, facet, side) for insights in (instrument.triggers, instrument.strengths))
    return FacetSide(facet, side, len(triggers), insight_words(triggers), len(strengths), insight_words(strengths))


def of_side(insights: Sequence[Insight], facet: Facet, side: Side) -> list[Insight]:
    return [insight for insight in insights if (insight.facet, insight.side) == (facet.key, side)]


def insight_words(insights: Sequence[Insight]) -> int:
    return sum(count_words(text) for insight in insights for text in (insight.like, insight.worth, insight.helps))


def count_words(html: Html) -> int:
    return len(TAG.sub(" ", html).split())
