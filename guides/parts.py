"""A healing guide as typed parts, read from its text. Pure: no Django, no database, and never an exception for bad input."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from markdown_it.token import Token

from documents import check
from documents.check import Link, Sentence
from documents.html import Html
from documents.problems import Problem
from documents.references import Citation, Reference
from documents.render import Heading, Page, blocks, line_of, list_items, outline, parse, without
from documents.source import Fields, split

ADDRESS = "/guides/{}/"
WORDS_A_MINUTE = 238  # silent reading of English non-fiction by adults (Brysbaert 2019)
STRATEGIES_SHOWN = 4  # the others are one click away
LONGEST = {"title": 120, "slug": 80, "summary": 200}  # characters
SECTIONS = {
    "Quick takeaways": "takeaways",
    "Steps": "steps",
    "Strategies": "strategies",
    "When to find professional help": "help",
    "Common questions": "questions",
}
RESERVED_ANCHORS = frozenset({*SECTIONS.values(), "main", "related", "sources"})
FACETS = frozenset({"alarm", "reassurance", "self-doubt", "distance", "self-reliance", "withdrawal"})


class Style(StrEnum):
    """Regions of the plane of anxiety and avoidance; the names are labels only (Bartholomew & Horowitz 1991)."""

    ANXIOUS = "anxious"
    DISMISSIVE = "dismissive"
    FEARFUL = "fearful"
    SECURE = "secure"


@dataclass(frozen=True)
class Step:
    number: int  # from 1
    title: str
    anchor: str
    eases: tuple[str, ...]  # facets of the quiz
    prose: Html
    actions: tuple[Html, ...]


@dataclass(frozen=True)
class Strategy:
    title: str
    prose: Html


@dataclass(frozen=True)
class Question:
    title: str
    answer: Html


@dataclass(frozen=True)
class Parts:
    """What a guide's page shows, top to bottom, and what is wrong with the text."""

    title: str
    slug: str
    summary: str
    style: Style | None
    reviewed: date | None
    next_review: date | None
    authors: tuple[str, ...]
    related: tuple[str, ...]  # slugs
    introduction: Html
    takeaways: tuple[Html, ...]
    steps: tuple[Step, ...]
    strategies: tuple[Strategy, ...]
    quote: Html
    help: Html
    questions: tuple[Question, ...]
    sources: tuple[Citation, ...]  # in the order of their first citation
    words: int  # that a reader sees, the sources left out
    anchors: frozenset[str]
    links: tuple[Link, ...]
    sentences: tuple[Sentence, ...]
    key_lines: Mapping[str, int]  # of the front matter
    problems: tuple[Problem, ...]

    @property
    def minutes(self) -> int:
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def first_strategies(self) -> tuple[Strategy, ...]:
        return self.strategies[:STRATEGIES_SHOWN]

    @property
    def more_strategies(self) -> tuple[Strategy, ...]:
        return self.strategies[STRATEGIES_SHOWN:]


def read(text: str, references: Mapping[str, Reference], hidden: Container[str] = ()) -> Parts:
    """The parts of a guide's text. Links to the addresses in `hidden`, such as drafts, become plain words."""
    return Reader(text, references, hidden).parts()


def mentioned(text: str) -> set[str]:
    """The slugs of all guides that a text may link to."""
    related = split(text).values().get("related", ())
    return {*re.findall(r"/guides/([a-z0-9-]+)/", text), *(related if isinstance(related, tuple) else ())}


class Reader:
    """Reads one text: its front matter, then its sections in the order of the page, so that sources are numbered in it."""

    def __init__(self, text: str, references: Mapping[str, Reference], hidden: Container[str]) -> None:
        self.source = split(text)
        self.fields = Fields(self.source.fields)
        self.references = references
        self.page = Page(references, hidden)
        self.tokens = parse(self.source.body)
        self.root = outline(self.tokens)
        self.problems: list[Problem] = list(self.source.problems)

    def parts(self) -> Parts:
        first_line = self.source.body_line
        summary = Sentence(self.fields.required("summary"), self.key_line("summary"))
        sentences = (summary, *check.sentences_of(self.tokens, first_line))
        parts = Parts(
            title=self.fields.required("title"),
            slug=self.fields.required("slug"),
            summary=summary.text,
            style=self.fields.choice("style", Style),
            reviewed=self.fields.day("reviewed"),
            next_review=self.fields.day("next_review"),
            authors=self.fields.texts("authors"),
            related=self.fields.texts("related"),
            introduction=self.introduction(),
            takeaways=self.takeaways(),
            steps=self.steps(),
            strategies=self.strategies(),
            quote=self.quote(),
            help=self.help(),
            questions=self.questions(),
            sources=self.page.sources(),
            words=check.count_words(self.tokens),
            anchors=RESERVED_ANCHORS | {anchor_of(step) for step in self.entries("steps")},
            links=(*self.related_links(), *check.links_of(self.tokens, first_line)),
            sentences=sentences,
            key_lines=check.key_lines(self.source.fields),
            problems=(),
        )
        return replace(parts, problems=tuple(sorted({*self.problems, *self.all_checks(sentences)})))

    def all_checks(self, sentences: Sequence[Sentence]) -> Iterator[Problem]:
        first_line = self.source.body_line
        yield from self.check_front_matter()
        yield from self.check_sections()
        yield from self.check_steps()
        yield from check.check_markup(self.tokens, first_line)
        yield from check.check_citations(self.tokens, first_line, self.references)
        yield from check.check_sentences(sentences)

    # The parts, in the order of the page

    def introduction(self) -> Html:
        return self.page.html(self.root.tokens)

    def takeaways(self) -> tuple[Html, ...]:
        lists = blocks(self.section("takeaways").tokens, "bullet_list")
        return tuple(self.page.inline_html(item) for block in lists for item in list_items(block))

    def steps(self) -> tuple[Step, ...]:
        return tuple(self.step(number, entry) for number, entry in enumerate(self.entries("steps"), 1))

    def step(self, number: int, entry: Heading) -> Step:
        tasks = task_lists(entry)
        return Step(
            number=number,
            title=entry.title,
            anchor=anchor_of(entry),
            eases=tuple(facet for facet in entry.eases if facet in FACETS),
            prose=self.page.html(without(entry.tokens, tasks)),
            actions=tuple(self.page.inline_html(item) for block in tasks for item in list_items(block)),
        )

    def strategies(self) -> tuple[Strategy, ...]:
        return tuple(
            Strategy(entry.title, self.page.html(without(entry.tokens, quotes(entry))))
            for entry in self.entries("strategies")
        )

    def quote(self) -> Html:
        found = self.quote_blocks()
        return self.page.html(found[0][1:-1]) if found else Html("")

    def quote_blocks(self) -> list[tuple[Token, ...]]:
        section = self.section("strategies")
        return [block for part in (section, *section.children) for block in quotes(part)]

    def help(self) -> Html:
        return self.page.html(self.section("help").tokens)

    def questions(self) -> tuple[Question, ...]:
        return tuple(Question(entry.title, self.page.html(entry.tokens)) for entry in self.entries("questions"))

    def section(self, part: str) -> Heading:
        found = (section for section in self.root.children if part_of(section) == part)
        return next(found, Heading("", 0))

    def entries(self, part: str) -> tuple[Heading, ...]:
        return self.section(part).children

    def related_links(self) -> tuple[Link, ...]:
        return tuple(Link(ADDRESS.format(slug), self.key_line("related")) for slug in self.fields.texts("related"))

    # What is wrong

    def key_line(self, key: str) -> int:
        return self.source.fields[key].line if key in self.source.fields else 1

    def check_front_matter(self) -> Iterator[Problem]:
        yield from self.fields.all_problems()
        for key, longest in LONGEST.items():
            if len(self.fields.text(key)) > longest:
                yield Problem(
                    self.key_line(key), "value-wrong", f'"{key}" is longer than {longest} characters. Shorten it.'
                )
        slug = self.fields.text("slug")
        if slug and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
            said = f'"slug" is "{slug}". Use small letters, digits and single hyphens, such as "fearful-avoidant".'
            yield Problem(self.key_line("slug"), "value-wrong", said)
        reviewed, again = self.fields.day("reviewed"), self.fields.day("next_review")
        if reviewed and again and again <= reviewed:
            yield Problem(
                self.key_line("next_review"), "value-wrong", '"next_review" has to be a day after "reviewed".'
            )

    def check_sections(self) -> Iterator[Problem]:
        first_line = self.source.body_line
        seen: set[str] = set()
        for section in self.root.children:
            part = part_of(section)
            if not part:
                said = f'"{check.short(section.title)}" is not a part of a guide. The parts are: {", ".join(SECTIONS)}.'
                yield Problem(section.line + first_line, "section-unknown", said)
            if part in seen:
                said = f'"{section.title}" stands twice. Put everything under one heading.'
                yield Problem(section.line + first_line, "part-repeated", said)
            seen.add(part)
        for title, part in SECTIONS.items():
            if part not in seen:
                yield Problem(
                    1, "part-missing", f'The guide has no "## {title}". Add that heading and what belongs under it.'
                )
        if not self.root.tokens:
            yield Problem(
                first_line,
                "part-missing",
                "The guide has no introduction. Write some sentences above the first heading.",
            )
        yield from self.check_entries()

    def check_entries(self) -> Iterator[Problem]:
        first_line = self.source.body_line
        for section in self.root.children:
            part = part_of(section)
            if part in {"steps", "strategies", "questions"}:
                if not section.children:
                    said = f'"{section.title}" has no entries. Begin each with a line "### ...".'
                    yield Problem(section.line + first_line, "part-empty", said)
                if without(section.tokens, quotes(section)):
                    said = (
                        f'Text stands between "{section.title}" and its first "###", where no page shows it. Move it.'
                    )
                    yield Problem(section.line + first_line, "section-unknown", said)
            elif part and section.children:
                child = section.children[0]
                yield Problem(
                    child.line + first_line,
                    "section-unknown",
                    f'"{section.title}" has no entries with "###". Use plain text.',
                )
            yield from self.check_filled(section, part)

    def check_filled(self, section: Heading, part: str) -> Iterator[Problem]:
        if part == "takeaways" and not blocks(section.tokens, "bullet_list"):
            said = f'"{section.title}" is not a list. Begin each takeaway with "- ".'
            yield Problem(section.line + self.source.body_line, "part-empty", said)
        if part == "help" and not section.tokens:
            yield Problem(
                section.line + self.source.body_line,
                "part-empty",
                f'"{section.title}" is empty. Write when and where to turn.',
            )
        for entry in section.children:
            if not without(entry.tokens, [*quotes(entry), *task_lists(entry)]):
                yield Problem(
                    entry.line + self.source.body_line,
                    "part-empty",
                    f'"{entry.title}" says nothing. Write under it, or take it out.',
                )

    def check_steps(self) -> Iterator[Problem]:
        first_line = self.source.body_line
        lines: dict[str, int] = {}
        for step in self.entries("steps"):
            line, anchor = step.line + first_line, anchor_of(step)
            if not task_lists(step):
                yield Problem(
                    line,
                    "step-without-actions",
                    f'"{step.title}" has no action items. Add a list of "- [ ]" lines under it.',
                )
            if anchor in lines:
                said = f'"#{anchor}" is the anchor of the step in line {lines[anchor]} too. Give this one its own: {{#another-name}}.'
                yield Problem(line, "anchor-repeated", said)
            if anchor in RESERVED_ANCHORS:
                yield Problem(
                    line,
                    "anchor-reserved",
                    f'"#{anchor}" is a place on every guide\'s page. Choose another: {{#another-name}}.',
                )
            lines.setdefault(anchor, line)
        for heading in (entry for section in self.root.children for entry in (section, *section.children)):
            yield from self.check_attributes(heading)
        for block in self.quote_blocks()[1:]:
            said = "A second pull quote stands here. Keep one block quote in this section."
            yield Problem(line_of(block[0]) + first_line, "quote-repeated", said)

    def check_attributes(self, heading: Heading) -> Iterator[Problem]:
        line = heading.line + self.source.body_line
        if heading.attributes_problem:
            said = f'"{heading.attributes_problem}" can\'t be read. Write {{#anchor-of-the-step eases="facet facet"}}.'
            yield Problem(line, "heading-attribute", said)
        if (heading.anchor or heading.eases) and heading not in self.entries("steps"):
            yield Problem(line, "heading-attribute", f'"{heading.title}" is not a step. Only steps have {{#...}}.')
        for facet in sorted(set(heading.eases) - FACETS):
            said = f'"{facet}" is not a facet of the quiz. Facets are: {", ".join(sorted(FACETS))}.'
            yield Problem(line, "facet-unknown", said)


def part_of(section: Heading) -> str:
    """The part that a heading opens, whatever its case; empty for none."""
    return {title.casefold(): part for title, part in SECTIONS.items()}.get(section.title.casefold(), "")


def anchor_of(step: Heading) -> str:
    """The anchor as written, or one made of the title: "Name the fear!" is at #name-the-fear."""
    return step.anchor or "-".join(re.findall(r"[a-z0-9]+", step.title.casefold())) or f"step-{step.line}"


def task_lists(entry: Heading) -> list[tuple[Token, ...]]:
    return [block for block in blocks(entry.tokens, "bullet_list") if any(token.meta.get("task") for token in block)]


def quotes(entry: Heading) -> list[tuple[Token, ...]]:
    return blocks(entry.tokens, "blockquote")
