"""The types of an instrument: response scale, dimensions, facets, items, and the texts of results. Pure: no Django.

docs/quiz.md describes the format of the text that they are read from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from documents.text.html import Html
from documents.text.parsed import Link
from documents.text.problems import Problem
from documents.text.references import Citation
from documents.text.sentences import Sentence
from guides.styles import Style
from quiz.scoring import Norm, PlanningNorms, Scale, ScoredItem

KIND = "quiz"
ADDRESS = "/quiz/"
ANXIETY, AVOIDANCE = "anxiety", "avoidance"
BETWEEN = "between"
REGION_TEXT_KEYS = (*Style, BETWEEN)  # of the texts on a position


class Side(StrEnum):
    """The half of a facet's scale that an insight is for."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True)
class ScaleLabels:
    """The labels of the lowest, the middle and the highest answer."""

    low: str
    middle: str
    high: str


@dataclass(frozen=True)
class Relation:
    """The kind of person whom a taker may have in mind, such as a friend, with its line in the text."""

    key: str
    text: str
    line: int


@dataclass(frozen=True)
class Dimension:
    key: str
    name: str
    about: str  # the meaning of a high score
    norm: Norm


@dataclass(frozen=True)
class Facet:
    key: str
    name: str
    dimension: str


@dataclass(frozen=True)
class Item(ScoredItem):
    """An item with the statement that is shown and its line in the text."""

    text: str
    line: int


@dataclass(frozen=True)
class Insight:
    """A trigger or a strength of people on one side of a facet: what it is like, what it is worth, what helps."""

    title: str
    facet: str
    side: Side
    like: Html
    worth: Html
    helps: Html
    step_address: str  # URL path and anchor of the step of a guide; empty if there is none
    line: int


@dataclass(frozen=True)
class Instrument:
    """A quiz as read from its text, with the problems of the text. Sequences and mappings are in the order of the text."""

    title: str
    slug: str
    summary: str
    reviewed: date | None
    next_review: date | None
    authors: tuple[str, ...]
    scale: Scale
    scale_labels: ScaleLabels
    dimensions: Mapping[str, Dimension]  # always anxiety and avoidance
    correlation: float  # of the two dimensions' scores
    norms_source: str  # of the planning norms, in a sentence for readers
    facets: Mapping[str, Facet]
    introduction: Html
    relations: tuple[Relation, ...]
    items: tuple[Item, ...]
    region_texts: Mapping[str, Html]  # the texts on positions, by REGION_TEXT_KEYS
    region_titles: Mapping[str, str]  # their headings
    triggers: tuple[Insight, ...]
    strengths: tuple[Insight, ...]
    limits: tuple[Html, ...]
    sources: tuple[Citation, ...]
    links: tuple[Link, ...]
    sentences: tuple[Sentence, ...]
    key_lines: Mapping[str, int]
    problems: tuple[Problem, ...]

    style: None = None  # as a document, a quiz is for all styles
    anchors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def planning_norms(self) -> PlanningNorms:
        return PlanningNorms(self.dimensions[ANXIETY].norm, self.dimensions[AVOIDANCE].norm, self.correlation)

    def relation_text(self, key: str) -> str:
        """The words for the person whom the taker had in mind; empty for an unknown key."""
        return next((relation.text for relation in self.relations if relation.key == key), "")

    def facet_items(self, facet: str) -> tuple[Item, ...]:
        return self.items_by_facet.get(facet, ())

    def dimension_items(self, dimension: str) -> tuple[Item, ...]:
        return self.items_by_dimension.get(dimension, ())

    # Cached, because the breakdown of a result reads them about a thousand times.

    @cached_property
    def items_by_facet(self) -> Mapping[str, tuple[Item, ...]]:
        items: dict[str, list[Item]] = {key: [] for key in self.facets}
        for item in self.items:
            items.get(item.facet, []).append(item)
        return {key: tuple(of_facet) for key, of_facet in items.items()}

    @cached_property
    def items_by_dimension(self) -> Mapping[str, tuple[Item, ...]]:
        dimensions = {key: facet.dimension for key, facet in self.facets.items()}
        return {key: tuple(item for item in self.items if dimensions.get(item.facet) == key) for key in self.dimensions}


ItemSignature = tuple[str, str, bool, str]


def measurement_signature(instrument: Instrument) -> tuple[Scale, frozenset[ItemSignature]]:
    """Equal for two instruments whose scores can be compared: the scale, and each item's key, wording, keying and dimension.

    The order of the items is not part of it.
    """
    dimensions = {facet.key: facet.dimension for facet in instrument.facets.values()}
    return instrument.scale, frozenset((item.key, item.text, item.is_reversed, dimensions.get(item.facet, "")) for item in instrument.items)
