"""Parses the text of a guide into its parts. Pure: no Django, no database, and no exception for bad input."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from html import unescape
from unicodedata import combining, normalize

from markdown_it.token import Token

from documents.text.addresses import SLUG
from documents.text.html import Html
from documents.text.markdown import Section, blocks, blocks_with_text, count_words, line_of, list_items, without_blocks
from documents.text.parsed import Link, links_of
from documents.text.parser import DocumentParser
from documents.text.problems import Problem
from documents.text.references import SOURCE_ID_PREFIX, Reference
from documents.text.source import parse_source
from guides.parts import ADDRESS, FACETS, Parts, Question, Step, Strategy
from guides.styles import Style

SECTIONS = {
    "Quick takeaways": "takeaways",
    "Steps": "steps",
    "Strategies": "strategies",
    "When to find professional help": "help",
    "Common questions": "questions",
}
# The ids on a guide's page besides those of its steps. A test compares them with the page.
PAGE_ANCHORS = ("main", *SECTIONS.values(), "sources", "related")  # links may lead to these
OTHER_IDS = ("invitation",)
GUIDE_LINK = re.compile(ADDRESS.format(f"(?P<slug>{SLUG.pattern})").removesuffix("/"))
LATIN = str.maketrans({"æ": "ae", "đ": "d", "ð": "d", "ı": "i", "ł": "l", "ø": "o", "œ": "oe", "þ": "th"})  # letters that NFKD leaves whole


def read_guide(text: str, references: Mapping[str, Reference], hidden: Container[str] = ()) -> Parts:
    """Parses a guide. Links to the addresses in `hidden`, such as those of drafts, become plain words."""
    return GuideParser(text, references, hidden).parts()


def linked_slugs(text: str) -> set[str]:
    """Returns the slugs of all guides whose addresses are written plainly, and perhaps some more.

    Links in other spellings, such as "/guides/./a/", are not found, so they become plain words.
    """
    related = parse_source(text).values().get("related", ())
    written_out = unescape(text).replace("\\", "")  # an address may be written with entities and backslashes
    linked = {match["slug"] for match in GUIDE_LINK.finditer(written_out)}
    return linked | {*(related if isinstance(related, tuple) else ())}


def step_titles(text: str) -> dict[str, str]:
    """Returns the titles of a guide's steps by anchor. Renders nothing."""
    steps = GuideParser(text, {}, ()).entries("steps")
    return {anchor_of(step): step.title for step in steps}


class GuideParser(DocumentParser):
    """Renders the sections in the order of the page, because sources are numbered as they are cited."""

    kind = "guide"
    sections = SECTIONS
    parts_with_entries = frozenset({"steps", "strategies", "questions"})
    parts_with_lists = frozenset({"takeaways"})
    anchored_part = ("steps", "step")
    attribute_syntax = '{#anchor-of-the-step eases="facet facet"}'
    entries_may_ease = True

    def parts(self) -> Parts:
        sentences = self.sentences()
        links = (*self.related_links(), *links_of(self.tokens, self.source.body_line))
        parts = Parts(
            title=self.fields.required("title"),
            slug=self.fields.required("slug"),
            summary=self.fields.required("summary"),
            style=self.fields.choice("style", Style),
            reviewed=self.fields.day("reviewed"),
            next_review=self.fields.day("next_review"),
            authors=self.authors(),
            related=self.fields.texts("related"),
            # From here on the order of the arguments numbers the sources.
            introduction=self.renderer.html(self.root.tokens),
            takeaways=self.takeaways(),
            steps=tuple(self.step(number, entry) for number, entry in enumerate(self.entries("steps"), 1)),
            strategies=self.strategies(),
            quote=self.quote(),
            help=self.renderer.html(self.section("help").tokens),
            questions=tuple(Question(entry.title, self.renderer.html(prose_of("questions", entry))) for entry in self.entries("questions")),
            sources=self.renderer.sources(),
            words=count_words(self.tokens),
            anchors=self.anchors(),
            links=links,
            sentences=sentences,
            key_lines=self.key_lines(),
            problems=(),
        )
        problems = {
            *self.check_common(sentences),
            *self.check_related(),
            *self.check_not_empty(),
            *self.check_steps(),
            *self.check_facets(),
        }
        return replace(parts, problems=tuple(sorted(problems)))

    def takeaways(self) -> tuple[Html, ...]:
        lists = blocks(self.section("takeaways").tokens, "bullet_list")
        return tuple(self.renderer.inline_html(item) for block in lists for item in list_items(block))

    def step(self, number: int, entry: Section) -> Step:
        items = task_items(entry)
        return Step(
            number=number,
            title=entry.title,
            anchor=anchor_of(entry),
            eases=tuple(facet for facet in entry.eases if facet in FACETS),
            prose=self.renderer.html(prose_of("steps", entry)),
            actions=tuple(self.renderer.inline_html(item[1:-1]) for item in items),
        )

    def strategies(self) -> tuple[Strategy, ...]:
        entries = self.entries("strategies")
        return tuple(Strategy(entry.title, self.renderer.html(prose_of("strategies", entry))) for entry in entries)

    def quote(self) -> Html:
        found = self.quote_blocks()
        self.reported.update(id(token) for block in found[1:] for token in block)
        return self.renderer.html(found[0][1:-1]) if found else Html("")

    def quote_blocks(self) -> list[tuple[Token, ...]]:
        section = self.section("strategies")
        return [block for part in (section, *section.children) for block in block_quotes(part)]

    def anchors(self) -> dict[str, tuple[str, ...]]:
        """Returns the ids that links may lead to. Call it after rendering, when it is known whether the page lists sources."""
        parts = {"sources": self.renderer.sources(), "related": self.fields.texts("related")}
        anchors = [anchor for anchor in PAGE_ANCHORS if parts.get(anchor, True)]
        return {**dict.fromkeys(anchors, ()), **{anchor_of(step): step.eases for step in self.entries("steps")}}

    def related_links(self) -> tuple[Link, ...]:
        return tuple(Link(ADDRESS.format(slug), self.key_line("related")) for slug in self.fields.texts("related"))

    # Checks

    def tasks(self) -> tuple[Token, ...]:
        return tuple(item[0] for step in self.entries("steps") for item in task_items(step))

    def check_related(self) -> Iterator[Problem]:
        if self.fields.text("slug") in self.fields.texts("related"):
            yield Problem(self.key_line("related"), "value-wrong", '"related" names this guide. Take it out.')

    def check_not_empty(self) -> Iterator[Problem]:
        help_ = self.section("help")
        if help_.title and not any(blocks_with_text(help_.tokens)):
            message = f'"{help_.title}" is empty. Write when and where to turn.'
            yield Problem(self.heading_line(help_), "part-empty", message)
        for part in sorted(self.parts_with_entries):
            for entry in self.entries(part):
                if not any(blocks_with_text(prose_of(part, entry))):
                    message = f'"{entry.title}" says nothing. Write under it, or take it out.'
                    yield Problem(self.heading_line(entry), "part-empty", message)
        for block in self.quote_blocks()[1:]:
            message = "A second pull quote stands here. Keep one block quote in this section."
            yield Problem(line_of(block[0]) + self.source.body_line, "quote-repeated", message)

    def check_steps(self) -> Iterator[Problem]:
        lines: dict[str, int] = {}
        for step in self.entries("steps"):
            line, anchor = self.heading_line(step), anchor_of(step)
            if not task_items(step):
                message = f'"{step.title}" has no action items. Add a list of "- [ ]" lines under it.'
                yield Problem(line, "step-without-actions", message)
            if anchor in lines:
                message = f'"#{anchor}" is the anchor of the step in line {{lines}} too. Give this one its own: {{#another-name}}.'
                yield Problem(line, "anchor-repeated", message, (lines[anchor],))
            if is_reserved(anchor):
                message = f'"#{anchor}" is a place on every guide\'s page. Choose another: {{#another-name}}.'
                yield Problem(line, "anchor-reserved", message)
            lines.setdefault(anchor, line)

    def check_facets(self) -> Iterator[Problem]:
        for heading in (entry for section in self.root.children for entry in (section, *section.children)):
            for facet in sorted(set(heading.eases) - FACETS.keys()):
                message = f'"{facet}" is not a facet of the quiz. Facets are: {", ".join(sorted(FACETS))}.'
                yield Problem(self.heading_line(heading), "facet-unknown", message)


def anchor_of(step: Section) -> str:
    """Returns the anchor as written, or the title as a slug: "name-the-fear" for "Name the fear!", "cafe" for "Café".

    For a title without Latin letters or digits it is a hash of the title, such as "step-1f3a5c7e".
    """
    return step.anchor or "-".join(re.findall(r"[a-z0-9]+", strip_accents(step.title))) or f"step-{title_digest(step.title)}"


def strip_accents(title: str) -> str:
    """Returns the title in lower case, without accents."""
    letters = normalize("NFKD", title.casefold().translate(LATIN))
    return "".join(letter for letter in letters if not combining(letter))


def title_digest(title: str) -> str:
    return blake2b(normalize("NFC", title).encode(errors="replace"), digest_size=4).hexdigest()


def is_reserved(anchor: str) -> bool:
    return anchor in {*PAGE_ANCHORS, *OTHER_IDS} or anchor.startswith(SOURCE_ID_PREFIX)


def prose_of(part: str, entry: Section) -> tuple[Token, ...]:
    """Returns an entry's blocks without those that the page shows elsewhere: a step's action items, and the pull quote."""
    elsewhere = {"steps": [*task_items(entry), *task_lists(entry)], "strategies": block_quotes(entry)}
    return without_blocks(entry.tokens, elsewhere.get(part, []))


def task_items(entry: Section) -> list[tuple[Token, ...]]:
    """Returns the action items of a step. A plain list right above them is part of the same list in Markdown, and of the prose here."""
    return [item for block in blocks(entry.tokens, "bullet_list") for item in list_item_blocks(block) if is_task(item)]


def task_lists(entry: Section) -> list[tuple[Token, ...]]:
    """Returns the lists of a step that hold only action items."""
    return [block for block in blocks(entry.tokens, "bullet_list") if all(map(is_task, list_item_blocks(block)))]


def list_item_blocks(block: Sequence[Token]) -> list[tuple[Token, ...]]:
    return blocks(block[1:-1], "list_item")


def is_task(item: Sequence[Token]) -> bool:
    return bool(item[0].meta.get("task"))


def block_quotes(entry: Section) -> list[tuple[Token, ...]]:
    return blocks(entry.tokens, "blockquote")
