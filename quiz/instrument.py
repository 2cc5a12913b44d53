"""An instrument read from its text: response scale, dimensions, facets, items, and the texts that a result is made of.

Pure: no Django, no database, and never an exception for bad input. The text follows the document convention; what is the
quiz's own in it is told in docs/quiz.md.
"""

import math
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from markdown_it.token import Token

from documents import check
from documents.check import Link, Sentence
from documents.html import Html
from documents.problems import Problem
from documents.reader import Reader
from documents.references import Citation, Reference
from documents.render import Heading, blocks, line_of, list_items, plain_text
from quiz.scoring import MOST_MISSING, Keyed, Norm, Plan, Region, Scale

ADDRESS = "/quiz/"
SECTIONS = {
    "Whom do you have in mind?": "relations",
    "Statements": "statements",
    "Where you stand": "styles",
    "What sets you off": "triggers",
    "What you are good at": "strengths",
    "Limits": "limits",
}
ANXIETY, AVOIDANCE = "anxiety", "avoidance"
BETWEEN = "between"
STYLES = (*Region, BETWEEN)
TRIGGER_LABELS = ("Feels like", "Protects", "Helps")
STRENGTH_LABELS = ("Looks like", "Worth", "Build on it")
LABELS = {"triggers": TRIGGER_LABELS, "strengths": STRENGTH_LABELS}
MOST_CORRELATED = 0.9  # of true scores: observed ones correlate less, by the root of both reliabilities (Spearman 1904)
RELATION = re.compile(r"(?P<key>[a-z]+): (?P<text>\S.*)")
PLACE = re.compile(r"(?P<facet>[a-z]+(?:-[a-z]+)*), (?P<side>high|low)")
ITEM = re.compile(r"(?P<facet>[a-z]+(?:-[a-z]+)*)-(?P<number>\d+)(?P<reversed> \(reversed\))?: (?P<text>\S.*)")
LABELLED = re.compile(r"(?P<label>[A-Z][a-z ]*): (?P<rest>\S.*)")


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
    """Somebody whom the taker has in mind."""

    key: str
    text: str


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

    def items_of(self, facet: str) -> tuple[Item, ...]:
        return self.by_facet.get(facet, ())

    def items_in(self, dimension: str) -> tuple[Item, ...]:
        return self.by_dimension.get(dimension, ())

    # Sorted once: a result asks for them a thousand times.

    @cached_property
    def by_facet(self) -> Mapping[str, tuple[Item, ...]]:
        return {key: tuple(item for item in self.items if item.facet == key) for key in self.facets}

    @cached_property
    def by_dimension(self) -> Mapping[str, tuple[Item, ...]]:
        inside = {key: facet.dimension for key, facet in self.facets.items()}
        return {key: tuple(item for item in self.items if inside.get(item.facet) == key) for key in self.dimensions}


def read(text: str, references: Mapping[str, Reference], hidden: Container[str] = ()) -> Instrument:
    """The instrument in a text. Links to the addresses in `hidden` become plain words."""
    return InstrumentReader(text, references, hidden).instrument()


class InstrumentReader(Reader):
    kind = "quiz"
    sections = SECTIONS
    parts_with_entries = frozenset({"styles", "triggers", "strengths"})

    def instrument(self) -> Instrument:
        sentences = self.sentences()
        relations, items = self.relations(), self.items()
        triggers, strengths = self.insights("triggers"), self.insights("strengths")
        steps = (Link(insight.step, insight.line, insight.facet) for insight in (*triggers, *strengths) if insight.step)
        found = Instrument(
            title=self.fields.required("title"),
            slug=self.fields.required("slug"),
            summary=self.fields.required("summary"),
            reviewed=self.fields.day("reviewed"),
            next_review=self.fields.day("next_review"),
            authors=self.fields.texts("authors"),
            scale=self.scale(),
            labels=self.labels(),
            dimensions={key: self.dimension(key) for key in (ANXIETY, AVOIDANCE)},
            correlation=self.fields.number("correlation"),
            planning=self.fields.required("planning"),
            facets=self.facets(),
            introduction=self.page.html(self.root.tokens),
            relations=relations,
            items=items,
            styles={entry.anchor: self.page.html(entry.tokens) for entry in self.entries("styles")},
            triggers=triggers,
            strengths=strengths,
            limits=tuple(self.page.inline_html(item) for item in self.bullets(self.section("limits"))),
            sources=self.page.sources(),
            links=(*steps, *check.links_of(self.tokens, self.source.body_line)),
            sentences=sentences,
            key_lines=check.key_lines(self.source.fields),
            problems=(),
        )
        problems = {
            *self.check_common(sentences),
            *self.check_lists(),
            *self.check_labels(),
            *self.check_figures(),
            *check_instrument(found),
        }
        return replace(found, problems=tuple(sorted(problems)))

    def sentences(self) -> tuple[Sentence, ...]:
        """Without the lines that only say where a text belongs."""
        return tuple(said for said in super().sentences() if not said.text.startswith(("Facet: ", "Step: ")))

    # Front matter

    def scale(self) -> Scale:
        given = self.fields.group("scale")
        return Scale(round(given.number("from")), round(given.number("to")))

    def labels(self) -> Answers:
        given = self.fields.group("scale")
        return Answers(given.required("low"), given.text("middle"), given.required("high"))

    def dimension(self, key: str) -> Dimension:
        given = self.fields.group("dimensions").group(key)
        norm = Norm(given.number("mean"), given.number("sd"), given.number("reliability"))
        return Dimension(key, given.required("name"), given.required("about"), norm)

    def facets(self) -> dict[str, Facet]:
        given = self.fields.group("facets")
        return {key: Facet(key, given.group(key).required("name"), given.group(key).required("dimension")) for key in given.fields}

    def check_figures(self) -> Iterator[Problem]:
        """What the formulas of quiz.scoring ask of scale, norms and correlation."""
        scale, line = self.scale(), self.key_line("scale")
        if not 1 < scale.highest - scale.lowest < 101:
            yield Problem(line, "value-wrong", '"scale" has to go from a whole number to a larger one, such as 1 to 7.')
        for key in (ANXIETY, AVOIDANCE):
            norm, given = self.dimension(key).norm, self.fields.group("dimensions").group(key)
            if not (scale.lowest <= norm.mean <= scale.highest and norm.sd > 0 and 0 < norm.reliability < 1):
                said = f'"{key}" needs a mean within the scale, an sd above 0 and a reliability between 0 and 1.'
                yield Problem(given.fields["mean"].line if "mean" in given.fields else given.line, "value-wrong", said)
        reliabilities = [max(self.dimension(key).norm.reliability, 0) for key in (ANXIETY, AVOIDANCE)]
        most = round(MOST_CORRELATED * math.sqrt(math.prod(reliabilities)), 2)
        if abs(self.fields.number("correlation")) >= max(most, 0.01):
            said = f'"correlation" has to lie between -{most} and {most}, or the scales would measure one thing.'
            yield Problem(self.key_line("correlation"), "value-wrong", said)
        for facet in self.facets().values():
            if facet.dimension not in {ANXIETY, AVOIDANCE}:
                said = f'The dimension of "{facet.key}" is "{facet.dimension}" and has to be anxiety or avoidance.'
                yield Problem(self.fields.group("facets").fields[facet.key].line, "value-wrong", said)

    # Lists

    def bullets(self, section: Heading) -> list[tuple[Token, ...]]:
        return [item for block in blocks(section.tokens, "bullet_list") for item in list_items(block)]

    def lines(self, section: Heading) -> Iterator[tuple[int, str]]:
        """Each item of a section's lists as plain text, with its line in the whole text."""
        for item in self.bullets(section):
            for inline in check.inlines(item):
                yield line_of(inline) + self.source.body_line, " ".join(plain_text(inline).split())

    def relations(self) -> tuple[Relation, ...]:
        found = (RELATION.fullmatch(text) for _, text in self.lines(self.section("relations")))
        return tuple(Relation(match["key"], match["text"]) for match in found if match)

    def items(self) -> tuple[Item, ...]:
        found = ((line, ITEM.fullmatch(text)) for line, text in self.lines(self.section("statements")))
        return tuple(
            Item(f"{match['facet']}-{match['number']}", match["facet"], bool(match["reversed"]), match["text"], line)
            for line, match in found
            if match
        )

    def check_lists(self) -> Iterator[Problem]:
        """Lines of lists that have not the form that their section asks for."""
        for part, form, example in (
            ("relations", RELATION, "friend: a close friend"),
            ("statements", ITEM, "alarm-3 (reversed): When we are apart, I trust that we are fine."),
        ):
            section = self.section(part)
            if section.title and not self.bullets(section):
                said = f'"{section.title}" is not a list. Begin each line with "- ".'
                yield Problem(self.line(section), "part-empty", said)
            for line, text in self.lines(section):
                if not form.fullmatch(text):
                    yield Problem(line, "line-unreadable", f'"{check.short(text)}" can\'t be read. Write it like this: {example}')

    # Triggers and strengths

    def insights(self, part: str) -> tuple[Insight, ...]:
        return tuple(insight for entry in self.entries(part) if (insight := self.insight(entry, part)))

    def insight(self, entry: Heading, part: str) -> Insight | None:
        lines = self.labelled(entry)
        place = PLACE.fullmatch(lines.get("Facet", ""))
        if not place:
            return None
        like, worth, helps = (self.rendered(entry, label) for label in LABELS[part])
        return Insight(entry.title, place["facet"], Side(place["side"]), like, worth, helps, lines.get("Step", ""), self.line(entry))

    def check_labels(self) -> Iterator[Problem]:
        for part, labels in LABELS.items():
            wanted = {"Facet", *labels, *({"Step"} if part == "triggers" else ())}
            for entry in self.entries(part):
                lines = self.labelled(entry)
                for label in sorted(wanted - set(lines)):
                    said = f'"{entry.title}" has no line "- {label}: ...". Add it.'
                    yield Problem(self.line(entry), "label-missing", said)
                for label in sorted(set(lines) - wanted - {"Step"}):
                    said = f'"{label}" in "{entry.title}" is not known. Known are: {", ".join(["Facet", *labels, "Step"])}.'
                    yield Problem(self.line(entry), "line-unreadable", said)
                if "Facet" in lines and not PLACE.fullmatch(lines["Facet"]):
                    said = f'"Facet: {lines["Facet"]}" in "{entry.title}" can\'t be read. Write it like this: alarm, high'
                    yield Problem(self.line(entry), "line-unreadable", said)

    def labelled(self, entry: Heading) -> dict[str, str]:
        found = (LABELLED.fullmatch(text) for _, text in self.lines(entry))
        return {match["label"]: match["rest"] for match in found if match}

    def rendered(self, entry: Heading, label: str) -> Html:
        """What stands behind a label, with its markup."""
        for item in self.bullets(entry):
            html = self.page.inline_html(item)
            if html.startswith(f"{label}:"):
                return Html(html.removeprefix(f"{label}:").strip())
        return Html("")


def check_instrument(instrument: Instrument) -> Iterator[Problem]:
    """What a quiz has to be as a whole: balanced keys, and a text for every place that a taker can stand at."""
    yield from check_items(instrument)
    yield from check_balance(instrument)
    yield from check_weight(instrument)
    yield from check_insights(instrument)
    for style in STYLES:
        if not instrument.styles.get(style):
            said = f'No text stands under "### ... {{#{style}}}", so some takers would read nothing. Write it under "Where you stand".'
            yield Problem(1, "part-missing", said)
    for anchor in instrument.styles:
        if anchor not in STYLES:
            yield Problem(1, "section-unknown", f'"{{#{anchor}}}" is no region. Regions are: {", ".join(STYLES)}.')


def check_items(instrument: Instrument) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for item in instrument.items:
        if item.key in lines:
            said = f'"{item.key}" is the statement in line {{lines}} too. Give this one another number.'
            yield Problem(item.line, "key-repeated", said, (lines[item.key],))
        if item.facet not in instrument.facets:
            said = f'"{item.facet}" is not among the facets. Facets are: {", ".join(instrument.facets)}.'
            yield Problem(item.line, "facet-unknown", said)
        lines.setdefault(item.key, item.line)


def check_balance(instrument: Instrument) -> Iterator[Problem]:
    """As many items agree with a facet, and with a dimension, as disagree; one more where the number is odd."""
    for facet in instrument.facets.values():
        yield from uneven(facet.name, instrument.items_of(facet.key), len(instrument.items_of(facet.key)) % 2)
    for dimension in instrument.dimensions.values():
        yield from uneven(dimension.name, instrument.items_in(dimension.key), len(instrument.items_in(dimension.key)) % 2)


def check_weight(instrument: Instrument) -> Iterator[Problem]:
    """Whoever leaves out as much as may be missing has still answered something on each dimension."""
    for dimension in instrument.dimensions.values():
        items = instrument.items_in(dimension.key)
        if 0 < len(items) <= MOST_MISSING * len(instrument.items):
            said = f'"{dimension.name}" has {len(items)} of {len(instrument.items)} statements, too few to be scored. Add some.'
            yield Problem(items[0].line, "keys-unbalanced", said)


def uneven(name: str, items: Sequence[Item], most: int) -> Iterator[Problem]:
    turned = sum(item.is_reversed for item in items)
    if not items:
        yield Problem(1, "keys-unbalanced", f'"{name}" has no statements. Add some, as many of them reversed as not.')
    elif abs(len(items) - 2 * turned) > most:
        said = f'"{name}" has {len(items) - turned} statements and {turned} reversed ones. Turn some round, so that both are as many.'
        yield Problem(items[0].line, "keys-unbalanced", said)


def check_insights(instrument: Instrument) -> Iterator[Problem]:
    for what, insights in (("trigger", instrument.triggers), ("strength", instrument.strengths)):
        there = Counter((insight.facet, insight.side) for insight in insights)
        for facet in instrument.facets:
            for side in Side:
                if not there[facet, side]:
                    said = f'No {what} is for "{facet}, {side}", so some takers would read nothing about it. Write one.'
                    yield Problem(1, "side-without-text", said)
        for insight in insights:
            if insight.facet not in instrument.facets:
                said = f'"{insight.facet}" is not among the facets. Facets are: {", ".join(instrument.facets)}.'
                yield Problem(insight.line, "facet-unknown", said)
