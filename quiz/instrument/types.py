"""An instrument read from its text: response scale, dimensions, facets, items, and the texts that a result is made of.

Pure: no Django, no database, and never an exception for bad input. The text follows the document convention; what is the
quiz's own in it is told in docs/quiz.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from documents.text.html import Html
from documents.text.library import Link
from documents.text.problems import Problem
from documents.text.references import Citation
from documents.text.sentences import Sentence
from guides.styles import Style
from quiz.scoring import Keyed, Norm, Plan, Scale

ADDRESS = "/quiz/"
ANXIETY, AVOIDANCE = "anxiety", "avoidance"
BETWEEN = "between"
STYLES = (*Style, BETWEEN)


class Side(StrEnum):
    """The half of a facet's scale that a text is for."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True)
class Answers:
    """What the lowest, the middle and the highest answer say."""

    low: str
    middle: str
    high: str


@dataclass(frozen=True)
class Relation:
    """Somebody whom the taker has in mind, and the line that says so."""

    key: str
    text: str
    line: int


@dataclass(frozen=True)
class Dimension:
    key: str
    name: str
    about: str  # what it is, in a reader's words
    norm: Norm


@dataclass(frozen=True)
class Facet:
    key: str
    name: str
    dimension: str


@dataclass(frozen=True)
class Item(Keyed):
    """A statement as it is shown, and the line that it stands in."""

    text: str
    line: int


@dataclass(frozen=True)
class Insight:
    """A trigger or a strength: what it is like, what it is for, what helps, and the guide's step for it."""

    title: str
    facet: str
    side: Side
    like: Html
    worth: Html
    helps: Html
    step: str  # an address with an anchor; empty for none
    line: int


@dataclass(frozen=True)
class Instrument:
    """All that a quiz asks and may answer, and what is wrong with the text. Everything keeps the writer's order."""

    title: str
    slug: str
    summary: str
    reviewed: date | None
    next_review: date | None
    authors: tuple[str, ...]
    scale: Scale
    labels: Answers
    dimensions: Mapping[str, Dimension]  # always anxiety and avoidance
    correlation: float  # of the two dimensions' scores
    planning: str  # where the figures come from
    facets: Mapping[str, Facet]
    introduction: Html
    relations: tuple[Relation, ...]
    items: tuple[Item, ...]
    styles: Mapping[str, Html]  # by region, and BETWEEN
    style_titles: Mapping[str, str]  # the headings of these texts
    triggers: tuple[Insight, ...]
    strengths: tuple[Insight, ...]
    limits: tuple[Html, ...]
    sources: tuple[Citation, ...]
    links: tuple[Link, ...]
    sentences: tuple[Sentence, ...]
    key_lines: Mapping[str, int]
    problems: tuple[Problem, ...]

    style: None = None  # a quiz is for all of them
    anchors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        return Plan(self.dimensions[ANXIETY].norm, self.dimensions[AVOIDANCE].norm, self.correlation)

    def relation_text(self, key: str) -> str:
        """The words for the person whom the taker had in mind; empty for an unknown key."""
        return next((relation.text for relation in self.relations if relation.key == key), "")

    def items_of(self, facet: str) -> tuple[Item, ...]:
        return self.by_facet.get(facet, ())

    def items_in(self, dimension: str) -> tuple[Item, ...]:
        return self.by_dimension.get(dimension, ())

    # Sorted once: a result asks for them a thousand times.

    @cached_property
    def by_facet(self) -> Mapping[str, tuple[Item, ...]]:
        found: dict[str, list[Item]] = {key: [] for key in self.facets}
        for item in self.items:
            found.get(item.facet, []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    @cached_property
    def by_dimension(self) -> Mapping[str, tuple[Item, ...]]:
        inside = {key: facet.dimension for key, facet in self.facets.items()}
        return {key: tuple(item for item in self.items if inside.get(item.facet) == key) for key in self.dimensions}


ItemSignature = tuple[str, str, bool, str]


def measurement_signature(instrument: Instrument) -> tuple[Scale, frozenset[ItemSignature]]:
    """Equal for two instruments whose scores can be compared: the scale, and each item's key, wording, keying and dimension.

    The order of the items is not part of it.
    """
    dimensions = {facet.key: facet.dimension for facet in instrument.facets.values()}
    return instrument.scale, frozenset((item.key, item.text, item.is_reversed, dimensions.get(item.facet, "")) for item in instrument.items)
