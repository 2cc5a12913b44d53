"""An instrument read from its text: response scale, dimensions, facets, items, and the texts that a result is made of.

Pure: no Django, no database, and never an exception for bad input. The text follows the document convention; what is the
quiz's own in it is told in docs/quiz.md.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from markdown_it.token import Token

from documents.text import across, reader
from documents.text.across import Link
from documents.text.html import Html
from documents.text.markdown import Heading, blocks, list_items
from documents.text.problems import Problem
from documents.text.reader import Reader
from documents.text.references import Citation, Reference
from documents.text.sentences import Sentence, inlines, short
from quiz.limits import LONGEST, check_correlation, check_norm, check_scale, check_size
from quiz.lines import FORMS, ITEM, PLACE, PLACES, RELATION, LabelledLine, check_keys, check_labelled, check_line, read_labelled
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
LABELS = {"triggers": ("Feels like", "Protects", "Helps"), "strengths": ("Looks like", "Worth", "Build on it")}


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


def read(text: str, references: Mapping[str, Reference], hidden: Container[str] = ()) -> Instrument:
    """The instrument in a text. Links to the addresses in `hidden` become plain words."""
    return InstrumentReader(text, references, hidden).instrument()


class InstrumentReader(Reader):
    kind = "quiz"
    sections = SECTIONS
    parts_with_entries = frozenset({"styles", "triggers", "strengths"})
    parts_with_lists = frozenset({"relations", "statements", "limits"})
    anchored, attributes = ("styles", "region"), "{#region}"
    longest = LONGEST

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
            authors=self.authors(),
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
            style_titles={entry.anchor: entry.title for entry in self.entries("styles")},
            triggers=triggers,
            strengths=strengths,
            limits=tuple(self.page.inline_html(item) for item in self.bullets(self.section("limits"))),
            sources=self.page.sources(),
            links=(*steps, *across.links_of(self.tokens, self.source.body_line)),
            sentences=sentences,
            key_lines=reader.key_lines(self.source.fields),
            problems=(),
        )
        problems = {
            *self.check_common(sentences),
            *self.check_lists(),
            *self.check_styles(),
            *self.check_labels(),
            *self.check_figures(),
            *check_instrument(found),
        }
        return replace(found, problems=tuple(sorted(problems)))

    def sentences(self) -> tuple[Sentence, ...]:
        """Without the lines that only say where a text belongs."""
        lines = (line for part in LABELS for entry in self.entries(part) for line in self.labelled(entry))
        places = {line.line for line in lines if line.label in PLACES}
        return tuple(said for said in super().sentences() if said.line not in places)

    # Front matter

    def scale(self) -> Scale:
        given = self.fields.group("scale")
        return Scale(given.whole_number("from"), given.whole_number("to"))

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
        """What form, formulas and table ask of scale, norms and correlation."""
        scale, plans = self.scale(), {key: self.dimension(key).norm for key in (ANXIETY, AVOIDANCE)}
        for line, message in (
            (self.key_line("scale"), check_scale(scale)),
            *((self.norm_line(key), check_norm(key, norm, scale)) for key, norm in plans.items()),
            (self.key_line("correlation"), check_correlation(self.fields.number("correlation"), plans.values())),
        ):
            if message:
                yield Problem(line, "value-wrong", message)
        for facet in self.facets().values():
            if facet.dimension not in {ANXIETY, AVOIDANCE}:
                said = f'The dimension of "{facet.key}" is "{facet.dimension}" and has to be anxiety or avoidance.'
                yield Problem(self.fields.group("facets").fields[facet.key].line, "value-wrong", said)

    def norm_line(self, key: str) -> int:
        given = self.fields.group("dimensions").group(key)
        return given.fields["mean"].line if "mean" in given.fields else given.line

    # Lists

    def bullets(self, section: Heading) -> list[tuple[Token, ...]]:
        return [item for block in blocks(section.tokens, "bullet_list") for item in list_items(block)]

    def lines(self, section: Heading) -> Iterator[tuple[int, str]]:
        """Each item of a section's lists as plain text, with its line in the whole text."""
        for item in self.bullets(section):
            for inline in inlines(item):
                yield self.line_of(inline), self.plain_line(inline)

    def relations(self) -> tuple[Relation, ...]:
        found = ((line, RELATION.fullmatch(text)) for line, text in self.lines(self.section("relations")))
        return tuple(Relation(match["key"], match["text"], line) for line, match in found if match)

    def items(self) -> tuple[Item, ...]:
        found = ((line, ITEM.fullmatch(text)) for line, text in self.lines(self.section("statements")))
        return tuple(
            Item(f"{match['facet']}-{match['number']}", match["facet"], bool(match["reversed"]), match["text"], line)
            for line, match in found
            if match
        )

    def check_lists(self) -> Iterator[Problem]:
        """Lines of lists that have not the form that their section asks for."""
        for part in FORMS:
            for line, text in self.lines(self.section(part)):
                yield from check_line(part, line, text)

    def check_styles(self) -> Iterator[Problem]:
        """Each entry is for a region, and no two for one."""
        entries = self.entries("styles")
        for entry in entries:
            if entry.anchor not in STYLES:
                said = f'"{{#{entry.anchor}}}" is no region. Regions are: {", ".join(STYLES)}.'
                yield Problem(self.line(entry), "section-unknown", said)
        yield from check_keys("styles", ((entry.anchor, self.line(entry)) for entry in entries))

    # Triggers and strengths

    def insights(self, part: str) -> tuple[Insight, ...]:
        return tuple(insight for entry in self.entries(part) if (insight := self.insight(entry, part)))

    def insight(self, entry: Heading, part: str) -> Insight | None:
        labelled = self.labelled(entry)
        self.named.update(id(line.inline) for line in labelled)  # what is not shown of them, `check_labelled` names
        lines = {line.label: line for line in reversed(labelled)}  # of two with one label the first is shown
        like, worth, helps = (self.rendered(lines.get(label)) for label in LABELS[part])
        place = PLACE.fullmatch(self.place_in(lines.get("Facet")))
        if not place:
            return None
        step = self.place_in(lines.get("Step"))
        return Insight(entry.title, place["facet"], Side(place["side"]), like, worth, helps, step, self.line(entry))

    def labelled(self, entry: Heading) -> list[LabelledLine]:
        return [line for item in self.bullets(entry) if (line := read_labelled(item, self.source.body_line))]

    def rendered(self, line: LabelledLine | None) -> Html:
        """What is behind a label, with its markup."""
        return Html(self.page.inline_html(line.content).strip()) if line else Html("")

    def place_in(self, line: LabelledLine | None) -> str:
        """The words behind a label that says where an entry belongs."""
        if line:
            self.plain_line(line.inline)
        return line.rest if line else ""

    def shown_of_entries(self, part: str) -> str:
        return 'lines such as "- Helps: ..."' if part in LABELS else super().shown_of_entries(part)

    def check_labels(self) -> Iterator[Problem]:
        for part, labels in LABELS.items():
            wanted = {"Facet", *labels, *({"Step"} if part == "triggers" else ())}
            for entry in self.entries(part):
                lines = self.labelled(entry)
                for label in sorted(wanted - {line.label for line in lines}):
                    said = f'"{entry.title}" has no line "- {label}: ...". Add it.'
                    yield Problem(self.line(entry), "label-missing", said)
                yield from check_labelled(entry.title, lines, ("Facet", *labels, "Step"))


def check_instrument(instrument: Instrument) -> Iterator[Problem]:
    """What a quiz has to be as a whole: balanced keys, and a text for every place that a taker can stand at."""
    yield from check_keys("relations", ((one.key, one.line) for one in instrument.relations))
    yield from check_keys("statements", ((one.key, one.line) for one in instrument.items))
    yield from check_items(instrument)
    yield from check_balance(instrument)
    yield from check_weight(instrument)
    yield from check_insights(instrument)
    for style in STYLES:
        if not instrument.styles.get(style):
            said = f'No text stands under "### ... {{#{style}}}", so some takers would read nothing. Write it under "Where you stand".'
            yield Problem(1, "part-missing", said)


def check_items(instrument: Instrument) -> Iterator[Problem]:
    for item in instrument.items:
        if item.facet not in instrument.facets:
            said = f'"{item.facet}" is not among the facets. {facets_named(instrument.facets)}'
            yield Problem(item.line, "facet-unknown", said)
    if instrument.items and (said := check_size(len(instrument.items), instrument.scale)):
        yield Problem(instrument.items[0].line, "value-wrong", said)


def facets_named(facets: Collection[str]) -> str:
    if len(facets) > across.MOST_NAMED:
        return f"There are {len(facets)} facets. Use one of them."
    return f"Facets are: {', '.join(map(short, facets))}."


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
                said = f'"{insight.facet}" is not among the facets. {facets_named(instrument.facets)}'
                yield Problem(insight.line, "facet-unknown", said)
