"""Reads the text of a quiz into an instrument. Pure: no Django. Bad input leads to problems and never raises an exception."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from markdown_it.token import Token

from documents.text.html import Html
from documents.text.markdown import Section, blocks, inlines, list_items
from documents.text.parsed import Link, links_of
from documents.text.parser import DocumentParser
from documents.text.problems import Problem
from documents.text.references import Reference
from documents.text.sentences import Sentence
from quiz.instrument.checks import check_instrument
from quiz.instrument.limits import MAX_LENGTHS, correlation_problem, norm_problem, scale_problem
from quiz.instrument.lines import (
    ASSIGNMENTS,
    FACET_SIDE,
    ITEM,
    LINE_FORMATS,
    RELATION,
    LabelledLine,
    check_insight_lines,
    check_line,
    check_unique_keys,
    read_labelled,
)
from quiz.instrument.types import (
    ANXIETY,
    AVOIDANCE,
    KIND,
    REGION_TEXT_KEYS,
    Dimension,
    Facet,
    Insight,
    Instrument,
    Item,
    Relation,
    ScaleLabels,
    Side,
)
from quiz.scoring import Norm, Scale

SECTIONS = {
    "Whom do you have in mind?": "relations",
    "Statements": "statements",
    "Where you stand": "styles",
    "What sets you off": "triggers",
    "What you are good at": "strengths",
    "Limits": "limits",
}
LABELS = {"triggers": ("Feels like", "Protects", "Helps"), "strengths": ("Looks like", "Worth", "Build on it")}


def read_instrument(text: str, references: Mapping[str, Reference], hidden: Container[str] = ()) -> Instrument:
    """Returns the instrument in a text. Links to the addresses in `hidden` become plain words."""
    return InstrumentParser(text, references, hidden).instrument()


class InstrumentParser(DocumentParser):
    kind = KIND
    sections = SECTIONS
    parts_with_entries = frozenset({"styles", "triggers", "strengths"})
    parts_with_lists = frozenset({"relations", "statements", "limits"})
    anchored_part, attribute_syntax = ("styles", "region"), "{#region}"
    max_lengths = MAX_LENGTHS

    def instrument(self) -> Instrument:
        sentences = self.sentences()
        relations, items = self.relations(), self.items()
        triggers, strengths = self.insights("triggers"), self.insights("strengths")
        steps = (Link(insight.step_address, insight.line, insight.facet) for insight in (*triggers, *strengths) if insight.step_address)
        found = Instrument(
            title=self.fields.required("title"),
            slug=self.fields.required("slug"),
            summary=self.fields.required("summary"),
            reviewed=self.fields.day("reviewed"),
            next_review=self.fields.day("next_review"),
            authors=self.authors(),
            scale=self.scale(),
            scale_labels=self.scale_labels(),
            dimensions={key: self.dimension(key) for key in (ANXIETY, AVOIDANCE)},
            correlation=self.fields.required_number("correlation"),
            norms_source=self.fields.required("planning"),
            facets=self.facets(),
            introduction=self.renderer.html(self.root.tokens),
            relations=relations,
            items=items,
            region_texts={entry.anchor: self.renderer.html(entry.tokens) for entry in self.entries("styles")},
            region_titles={entry.anchor: entry.title for entry in self.entries("styles")},
            triggers=triggers,
            strengths=strengths,
            limits=tuple(self.renderer.inline_html(item) for item in self.bullets(self.section("limits"))),
            sources=self.renderer.sources(),
            links=(*steps, *links_of(self.tokens, self.source.body_line)),
            sentences=sentences,
            key_lines=self.key_lines(),
            problems=(),
        )
        problems = {
            *self.check_common(sentences),
            *self.check_lists(),
            *self.check_styles(),
            *self.check_missing_lines(),
            *self.check_norms(),
            *self.check_facet_dimensions(),
            *check_instrument(found),
        }
        return replace(found, problems=tuple(sorted(problems)))

    def sentences(self) -> tuple[Sentence, ...]:
        """Without the lines that assign insights to facets and steps, which are not shown."""
        lines = (line for part in LABELS for entry in self.entries(part) for line in self.labelled(entry))
        assignments = {line.line for line in lines if line.label in ASSIGNMENTS}
        return tuple(sentence for sentence in super().sentences() if sentence.line not in assignments)

    # Front matter

    def scale(self) -> Scale:
        fields = self.fields.group("scale")
        return Scale(fields.required_whole_number("from"), fields.required_whole_number("to"))

    def scale_labels(self) -> ScaleLabels:
        fields = self.fields.group("scale")
        return ScaleLabels(fields.required("low"), fields.text("middle"), fields.required("high"))

    def dimension(self, key: str) -> Dimension:
        fields = self.fields.group("dimensions").group(key)
        norm = Norm(fields.required_number("mean"), fields.required_number("sd"), fields.required_number("reliability"))
        return Dimension(key, fields.required("name"), fields.required("about"), norm)

    def facets(self) -> dict[str, Facet]:
        fields = self.fields.group("facets")
        return {key: Facet(key, fields.group(key).required("name"), fields.group(key).required("dimension")) for key in fields.nodes}

    def check_norms(self) -> Iterator[Problem]:
        """Checks the scale, and the norms and their correlation, which depend on it, against their limits."""
        scale, norms = self.scale(), {key: self.dimension(key).norm for key in (ANXIETY, AVOIDANCE)}
        for line, message in (
            (self.key_line("scale"), scale_problem(scale)),
            *((self.norm_line(key), norm_problem(key, norm, scale)) for key, norm in norms.items()),
            (self.key_line("correlation"), correlation_problem(self.fields.required_number("correlation"), norms.values())),
        ):
            if message:
                yield Problem(line, "value-wrong", message)

    def check_facet_dimensions(self) -> Iterator[Problem]:
        for facet in self.facets().values():
            if facet.dimension not in {ANXIETY, AVOIDANCE}:
                message = f'The dimension of "{facet.key}" is "{facet.dimension}" and has to be anxiety or avoidance.'
                yield Problem(self.fields.group("facets").nodes[facet.key].line, "value-wrong", message)

    def norm_line(self, key: str) -> int:
        fields = self.fields.group("dimensions").group(key)
        return fields.nodes["mean"].line if "mean" in fields.nodes else fields.line

    # Lists

    def bullets(self, section: Section) -> list[tuple[Token, ...]]:
        return [item for block in blocks(section.tokens, "bullet_list") for item in list_items(block)]

    def lines(self, section: Section) -> Iterator[tuple[int, str]]:
        """The items of a section's lists as plain texts, each with its line in the whole text."""
        for item in self.bullets(section):
            for inline in inlines(item):
                yield self.token_line(inline), self.plain_line(inline)

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
        for part in LINE_FORMATS:
            for line, text in self.lines(self.section(part)):
                yield from check_line(part, line, text)

    def check_styles(self) -> Iterator[Problem]:
        """Each text on a position is for another one of REGION_TEXT_KEYS."""
        entries = self.entries("styles")
        for entry in entries:
            if entry.anchor not in REGION_TEXT_KEYS:
                message = f'"{{#{entry.anchor}}}" is no region. Regions are: {", ".join(REGION_TEXT_KEYS)}.'
                yield Problem(self.heading_line(entry), "section-unknown", message)
        yield from check_unique_keys("styles", ((entry.anchor, self.heading_line(entry)) for entry in entries))

    # Triggers and strengths

    def insights(self, part: str) -> tuple[Insight, ...]:
        return tuple(insight for entry in self.entries(part) if (insight := self.insight(entry, part)))

    def insight(self, entry: Section, part: str) -> Insight | None:
        labelled = self.labelled(entry)
        self.reported.update(id(line.inline) for line in labelled)  # `check_insight_lines` reports those that are not shown
        lines = {line.label: line for line in reversed(labelled)}  # of two lines with the same label the first counts
        like, worth, helps = (self.rendered(lines.get(label)) for label in LABELS[part])
        facet_side = FACET_SIDE.fullmatch(self.assignment(lines.get("Facet")))
        if not facet_side:
            return None
        step_address = self.assignment(lines.get("Step"))
        facet, side = facet_side["facet"], Side(facet_side["side"])
        return Insight(entry.title, facet, side, like, worth, helps, step_address, self.heading_line(entry))

    def labelled(self, entry: Section) -> list[LabelledLine]:
        return [line for item in self.bullets(entry) if (line := read_labelled(item, self.source.body_line))]

    def rendered(self, line: LabelledLine | None) -> Html:
        """The value of a line with its markup."""
        return Html(self.renderer.inline_html(line.content).strip()) if line else Html("")

    def assignment(self, line: LabelledLine | None) -> str:
        """The value of a line that assigns an insight to a facet or a step."""
        if line:
            self.plain_line(line.inline)  # marks the line as read without its markup
        return line.value if line else ""

    def shown_in_entries(self, part: str) -> str:
        return 'lines such as "- Helps: ..."' if part in LABELS else super().shown_in_entries(part)

    def check_missing_lines(self) -> Iterator[Problem]:
        for part, labels in LABELS.items():
            wanted = {"Facet", *labels, *({"Step"} if part == "triggers" else ())}
            for entry in self.entries(part):
                lines = self.labelled(entry)
                for label in sorted(wanted - {line.label for line in lines}):
                    message = f'"{entry.title}" has no line "- {label}: ...". Add it.'
                    yield Problem(self.heading_line(entry), "label-missing", message)
                yield from check_insight_lines(entry.title, lines, ("Facet", *labels, "Step"))
