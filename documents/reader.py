"""What reading a text of any kind has in common: its front matter, its sections, and the checks on both."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import ClassVar

from markdown_it.token import Token

from documents import check
from documents.check import Sentence
from documents.problems import Problem
from documents.references import Reference
from documents.render import LONGEST as LONGEST_PARAGRAPH
from documents.render import Heading, Page, line_of, outline, parse
from documents.source import Fields, split

LONGEST = {"title": 120, "slug": 80, "summary": 200}  # characters; the table's columns hold as many


class Reader:
    """Reads one text. A kind of document says which sections it has, and makes its parts of them."""

    kind: ClassVar[str]  # as messages name it
    sections: ClassVar[Mapping[str, str]]  # the part that each heading opens
    parts_with_entries: ClassVar[frozenset[str]]  # those whose text stands under "###"

    def __init__(self, text: str, references: Mapping[str, Reference], hidden: Container[str]) -> None:
        self.source = split(text)
        self.fields = Fields(self.source.fields)
        self.references = references
        self.page = Page(references, hidden)
        self.tokens = parse(self.source.body)
        self.root = outline(self.tokens)

    def section(self, part: str) -> Heading:
        found = (section for section in self.root.children if self.part_of(section) == part)
        return next(found, Heading("", 0))

    def entries(self, part: str) -> tuple[Heading, ...]:
        return self.section(part).children

    def part_of(self, section: Heading) -> str:
        """The part that a heading opens, whatever its case; empty for none."""
        return {title.casefold(): part for title, part in self.sections.items()}.get(section.title.casefold(), "")

    def key_line(self, key: str) -> int:
        return self.source.fields[key].line if key in self.source.fields else 1

    def line(self, heading: Heading) -> int:
        return heading.line + self.source.body_line

    def sentences(self) -> tuple[Sentence, ...]:
        """All that a reader sees, the summary first."""
        summary = Sentence(self.fields.required("summary"), self.key_line("summary"))
        return (summary, *check.sentences_of(self.tokens, self.source.body_line))

    def check_common(self, sentences: Sequence[Sentence]) -> Iterator[Problem]:
        yield from self.source.problems
        yield from self.check_front_matter()
        yield from self.check_sections()
        for section in self.root.children:
            yield from self.check_entries(section)
        yield from self.check_paragraphs()
        yield from check.check_markup(self.tokens, self.source.body_line)
        yield from check.check_citations(self.tokens, self.source.body_line, self.references)
        yield from check.check_sentences(sentences)

    def check_front_matter(self) -> Iterator[Problem]:
        """To be asked when all keys have been."""
        yield from self.fields.all_problems()
        for key, longest in LONGEST.items():
            if len(self.fields.text(key)) > longest:
                said = f'"{key}" is longer than {longest} characters. Shorten it.'
                yield Problem(self.key_line(key), "value-wrong", said)
        slug = self.fields.text("slug")
        if slug and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
            said = f'"slug" is "{slug}". Use small letters, digits and single hyphens, such as "fearful-avoidant".'
            yield Problem(self.key_line("slug"), "value-wrong", said)
        reviewed, again = self.fields.day("reviewed"), self.fields.day("next_review")
        if reviewed and again and again <= reviewed:
            said = '"next_review" has to be a day after "reviewed".'
            yield Problem(self.key_line("next_review"), "value-wrong", said)

    def check_sections(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for section in self.root.children:
            part = self.part_of(section)
            if not part:
                known = ", ".join(self.sections)
                said = f'"{check.short(section.title)}" is not a part of a {self.kind}. The parts are: {known}.'
                yield Problem(self.line(section), "section-unknown", said)
            if part in seen:
                said = f'"{section.title}" stands twice. Put everything under one heading.'
                yield Problem(self.line(section), "part-repeated", said)
            seen.add(part)
        for title, part in self.sections.items():
            if part not in seen:
                said = f'The {self.kind} has no "## {title}". Add that heading and what belongs under it.'
                yield Problem(1, "part-missing", said)
        if not self.root.tokens:
            said = f"The {self.kind} has no introduction. Write some sentences above the first heading."
            yield Problem(self.source.body_line, "part-missing", said)

    def check_entries(self, section: Heading) -> Iterator[Problem]:
        """Entries where they belong and nowhere else, and no text that no page would show."""
        part = self.part_of(section)
        if part and part not in self.parts_with_entries and section.children:
            said = f'"{section.title}" has no entries with "###". Use plain text.'
            yield Problem(self.line(section.children[0]), "section-unknown", said)
        if part in self.parts_with_entries and not section.children:
            said = f'"{section.title}" has no entries. Begin each with a line "### ...".'
            yield Problem(self.line(section), "part-empty", said)
        if part in self.parts_with_entries and self.loose(section):
            said = f'Text stands between "{section.title}" and its first "###", where no page shows it. Move it.'
            yield Problem(self.line(section), "section-unknown", said)

    def check_paragraphs(self) -> Iterator[Problem]:
        for token in self.tokens:
            if token.meta.get("cut"):
                rest = "and the rest is not read. Break it up with empty lines."
                said = f"This paragraph has more than {LONGEST_PARAGRAPH:,} characters, {rest}"
                yield Problem(line_of(token) + self.source.body_line, "paragraph-too-long", said)

    def loose(self, section: Heading) -> Sequence[Token]:
        """What stands above the first entry of a section that has entries, and belongs to none."""
        return section.tokens
