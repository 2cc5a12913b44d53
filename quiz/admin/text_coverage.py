"""Takers who are made up: answers for a place on the plane, and how much text each place and each side of a facet gets. Pure: no Django."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from documents.text.html import Html
from quiz import scoring
from quiz.instrument.types import ANXIETY, AVOIDANCE, Facet, Insight, Instrument, Item, Side
from quiz.result.breakdown import Finding, estimate_region, plan_entries, position, select_insights, style_key
from quiz.scoring import Point, Scale

COLUMNS = 13  # half a point each on a scale from 1 to 7; an odd number, so that the middle is among them
FEW = 3  # with fewer triggers or strengths a result looks empty
SHORT_REGION = 60  # words: less is a caption and no text
SHORT_INSIGHT = 30  # words of a trigger or a strength, which has three parts
TAG = re.compile(r"<[^>]*+>?")  # one without an end goes on to the end of the text, so that none is looked for twice


@dataclass(frozen=True)
class Cell:
    """How much text a visitor at a place gets."""

    point: Point
    triggers: int
    strengths: int
    weeks: int
    words: int  # of the region's text

    @property
    def thin(self) -> str:
        """What is too little, in words; empty where nothing is."""
        found = [f"{number} {name}" for number, name in ((self.triggers, "triggers"), (self.strengths, "strengths")) if number < FEW]
        found += ["no week"] if not self.weeks else []
        found += [f"{self.words} words on the region"] if self.words < SHORT_REGION else []
        return ", ".join(found)


@dataclass(frozen=True)
class Row:
    avoidance: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FacetSide:
    """What there is for one side of a facet."""

    facet: Facet
    side: Side
    triggers: int
    trigger_words: int
    strengths: int
    strength_words: int

    @property
    def thin(self) -> str:
        kinds = (("trigger", self.triggers, self.trigger_words), ("strength", self.strengths, self.strength_words))
        return ", ".join(
            f"short {kind}" if number else f"no {kind}" for kind, number, words in kinds if words < SHORT_INSIGHT * max(number, 1)
        )


# Answers


def answers_at(instrument: Instrument, point: Point) -> dict[str, int]:
    """Whole answers to all items whose keyed means come as near to the point as can be: within half a step of 1/k for k items.

    Answers differ by one at most, and those one higher are spread evenly over the facets.
    """
    answers: dict[str, int] = {}
    for dimension, mean in ((ANXIETY, point.anxiety), (AVOIDANCE, point.avoidance)):
        items = in_turn(instrument.items_in(dimension))
        usual, higher = divmod(round(mean * len(items)), len(items))
        for place, item in enumerate(items):
            wanted = usual + 1 if place < higher else usual
            answers[item.key] = round(scoring.keyed(item, wanted, instrument.scale))
    return {item.key: answers[item.key] for item in instrument.items}


def in_turn(items: Sequence[Item]) -> list[Item]:
    """Items in an order of which every beginning has its fair share of each facet's."""
    of_facet = {item.facet: [other for other in items if other.facet == item.facet] for item in items}
    return sorted(items, key=lambda item: (of_facet[item.facet].index(item) + 0.5) / len(of_facet[item.facet]))


# The map


def steps(scale: Scale) -> list[float]:
    width = (scale.highest - scale.lowest) / (COLUMNS - 1)
    return [round(scale.lowest + width * number, 2) for number in range(COLUMNS)]


def plane_map(instrument: Instrument, step_titles: Mapping[str, str]) -> tuple[Row, ...]:
    """Every place of a grid over the plane, the highest avoidance first, as it is drawn."""
    across = steps(instrument.scale)
    return tuple(
        Row(avoidance, tuple(cell(instrument, Point(anxiety, avoidance), step_titles) for anxiety in across))
        for avoidance in reversed(across)
    )


def cell(instrument: Instrument, point: Point, step_titles: Mapping[str, str]) -> Cell:
    """What a result's breakdown would hold, counted; to write it all out for every place would take seconds."""
    answers = answers_at(instrument, point)
    triggers, strengths = (select_insights(instrument, insights, answers) for insights in (instrument.triggers, instrument.strengths))
    findings = [Finding(insight, (), "", step_titles.get(insight.step, "")) for insight in (*triggers, *strengths)]
    return Cell(point, len(triggers), len(strengths), len(plan_entries(findings)), words(instrument.styles[style(instrument, answers)]))


def style(instrument: Instrument, answers: Mapping[str, int]) -> str:
    """The key of the region's text."""
    belief = scoring.believed(position(instrument, answers), instrument.plan)
    return style_key(estimate_region(instrument, belief))


# Facets


def facet_sides(instrument: Instrument) -> tuple[FacetSide, ...]:
    return tuple(facet_side(instrument, facet, side) for facet in instrument.facets.values() for side in Side)


def facet_side(instrument: Instrument, facet: Facet, side: Side) -> FacetSide:
    triggers, strengths = (of_side(insights, facet, side) for insights in (instrument.triggers, instrument.strengths))
    return FacetSide(facet, side, len(triggers), text_of_block(triggers), len(strengths), text_of_block(strengths))


def of_side(insights: Sequence[Insight], facet: Facet, side: Side) -> list[Insight]:
    return [insight for insight in insights if (insight.facet, insight.side) == (facet.key, side)]


def text_of_block(insights: Sequence[Insight]) -> int:
    return sum(words(text) for insight in insights for text in (insight.like, insight.worth, insight.helps))


def words(html: Html) -> int:
    return len(TAG.sub(" ", html).split())
