"""The base of the parsers of all kinds: front matter, sections, and the checks on both."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

from markdown_it.token import Token

from documents.text import dialect_checks, markdown_checks
from documents.text.addresses import SLUG
from documents.text.fields import Fields
from documents.text.markdown import (
    MAX_LINES,
    MAX_MARKUP,
    MAX_PARAGRAPH,
    HtmlRenderer,
    Section,
    blocks,
    blocks_with_text,
    children_with_lines,
    cut_to_limits,
    line_of,
    outline,
    parse,
    text_of_block,
    unparsed_containers,
)
from documents.text.problems import Problem, truncate
from documents.text.references import Reference
from documents.text.sentences import Sentence, check_sentences, sentences_of
from documents.text.source import check_source, parse_source

ENTRIES, LINES = 'entries that begin with "###"', 'lines that begin with "- "'
LOST_MARKUP = {"link_open": "link", "image": "picture", "citation": "citation"}  # is not shown in plain text
MAX_LENGTHS = {"title": 120, "slug": 80, "summary": 200}  # characters, as the columns of the table hold them


class DocumentParser:
    """Parses one text. A subclass for each kind says which sections a text has, and builds the parts of its page."""

    kind: ClassVar[str]  # in messages
    sections: ClassVar[Mapping[str, str]]  # the part under each heading
    parts_with_entries: ClassVar[frozenset[str]]  # the parts whose text is in entries under "###"
    parts_with_lists: ClassVar[frozenset[str]]  # the parts that are one list
    anchored_part: ClassVar[tuple[str, str]]  # the part whose entries have anchors, and an entry's name in messages
    max_lengths: ClassVar[Mapping[str, int]] = MAX_LENGTHS  # characters, by key; "a__b" is the key b under the key a
    attribute_syntax: ClassVar[str]  # of such an entry, as messages show them
    entries_may_ease: ClassVar[bool] = False  # whether such an entry may have the attribute "eases"

    def __init__(self, text: str, references: Mapping[str, Reference], hidden: Container[str]) -> None:
        self.text, self.source = text, parse_source(text)
        self.fields = Fields(self.source.fields)
        self.references = references
        self.renderer = HtmlRenderer(references, hidden)
        self.tokens = parse(self.source.body)
        self.root = outline(self.tokens)
        self.plain_lines: list[Token] = []  # shown without their markup
        self.reported: set[int] = set()  # the ids of tokens that another check reports
        self.parts_by_title = {title.casefold(): part for title, part in self.sections.items()}

    def section(self, part: str) -> Section:
        found = (section for section in self.root.children if self.part_of(section) == part)
        return next(found, Section("", 0))

    def entries(self, part: str) -> tuple[Section, ...]:
        return self.section(part).children

    def part_of(self, section: Section) -> str:
        """Returns the part under a heading, which is compared without case; "" for an unknown one."""
        return self.parts_by_title.get(section.title.casefold(), "")

    def plain_line(self, inline: Token) -> str:
        """Returns a line as text, and notes that it is shown without its markup."""
        self.plain_lines.append(inline)
        return text_of_block(inline)

    def key_lines(self) -> dict[str, int]:
        return {key: node.line for key, node in self.source.fields.items()}

    def key_line(self, key: str) -> int:
        return self.source.fields[key].line if key in self.source.fields else 1

    def heading_line(self, heading: Section) -> int:
        return heading.line + self.source.body_line

    def token_line(self, token: Token) -> int:
        return line_of(token) + self.source.body_line

    def authors(self) -> tuple[str, ...]:
        return tuple(filter(str.strip, self.fields.texts("authors")))

    def sentences(self) -> tuple[Sentence, ...]:
        """Returns the sentences of the summary and of the body, without headings."""
        summary = Sentence(self.fields.required("summary"), self.key_line("summary"))
        return (summary, *sentences_of(self.tokens, self.source.body_line))

    def check_common(self, sentences: Sequence[Sentence]) -> Iterator[Problem]:
        yield from self.source.problems
        yield from check_source(self.text, self.source)
        yield from self.check_front_matter()
        yield from self.check_sections()
        for section in self.root.children:
            yield from self.check_entries(section)
        yield from self.check_all_is_shown()
        yield from self.check_plain_lines()
        yield from self.check_attributes()
        yield from self.check_paragraphs()
        yield from self.check_parser_limits()
        yield from markdown_checks.check_markup(self.tokens, self.source.body_line)
        yield from dialect_checks.check_literals(self.tokens, self.source.body_line)
        yield from dialect_checks.check_blocks(self.tokens, self.source.body_line)
        yield from dialect_checks.check_tasks(self.tokens, self.tasks(), self.source.body_line)
        yield from dialect_checks.check_plain_values(self.source.fields)
        yield from markdown_checks.check_entities(self.tokens, self.source.body_line)
        yield from markdown_checks.check_citations(self.tokens, self.source.body_line, self.references)
        yield from check_sentences(sentences)

    def check_front_matter(self) -> Iterator[Problem]:
        """Reports wrong, missing and unknown keys. Call it after all keys were requested (see `Fields.all_problems`)."""
        for key, values in self.source.values().items():
            if isinstance(values, tuple) and not len(values) == len({*values}) == len([*filter(str.strip, values)]):
                message = f'"{key}" has an entry that is empty or there twice. Keep each once.'
                yield Problem(self.key_line(key), "value-wrong", message)
        for path, max_length in self.max_lengths.items():
            fields, key = self.fields.resolve(path)
            if len(fields.text(key)) > max_length:
                message = f'"{key}" is longer than {max_length} characters. Shorten it.'
                yield Problem(fields.nodes[key].line, "value-wrong", message)
        slug = self.fields.text("slug")
        if slug and not SLUG.fullmatch(slug):
            message = f'"slug" is "{slug}". Use small letters, digits and single hyphens, such as "fearful-avoidant".'
            yield Problem(self.key_line("slug"), "value-wrong", message)
        reviewed, next_review = self.fields.day("reviewed"), self.fields.day("next_review")
        if reviewed and next_review and next_review <= reviewed:
            message = '"next_review" has to be a day after "reviewed".'
            yield Problem(self.key_line("next_review"), "value-wrong", message)
        yield from self.fields.all_problems()

    def check_sections(self) -> Iterator[Problem]:
        seen: set[str] = set()
        for section in self.root.children:
            part = self.part_of(section)
            if not part:
                known = ", ".join(self.sections)
                message = f'"{truncate(section.title)}" is not a part of a {self.kind}. The parts are: {known}.'
                yield Problem(self.heading_line(section), "section-unknown", message)
            elif part in seen:
                message = f'"{section.title}" stands twice. Put everything under one heading.'
                yield Problem(self.heading_line(section), "part-repeated", message)
            seen.add(part)
        for title, part in self.sections.items():
            if part not in seen:
                message = f'The {self.kind} has no "## {title}". Add that heading and what belongs under it.'
                yield Problem(1, "part-missing", message)
        if not any(blocks_with_text(self.root.tokens)):
            message = f"The {self.kind} has no introduction. Write some sentences above the first heading."
            yield Problem(self.source.body_line, "part-missing", message)

    def check_entries(self, section: Section) -> Iterator[Problem]:
        """Reports entries and lists that are empty, missing, or in a part that has none."""
        part = self.part_of(section)
        has_entries = part in self.parts_with_entries
        for entry in section.children:
            if part and not has_entries:
                message = f'"{section.title}" has no entries with "###". Use plain text.'
                yield Problem(self.heading_line(entry), "section-unknown", message)
            elif not entry.title:
                yield Problem(self.heading_line(entry), "part-empty", 'No words follow the "###". Give the entry a title.')
        if has_entries and not section.children:
            message = f'"{section.title}" has no entries. Begin each with a line "### ...".'
            yield Problem(self.heading_line(section), "part-empty", message)
        if part in self.parts_with_lists and not any(blocks_with_text(block) for block in blocks(section.tokens, "bullet_list")):
            message = f'"{section.title}" is not a list. Begin each line with "- ".'
            yield Problem(self.heading_line(section), "part-empty", message)

    def check_all_is_shown(self) -> Iterator[Problem]:
        """Reports each block that the page would not show. Those under an unknown heading are reported with it."""
        known = self.renderer.rendered | self.reported | {id(line) for line in self.plain_lines}
        for part in dict.fromkeys(self.sections.values()):
            section = self.section(part)
            entries = section.children if part in self.parts_with_entries else ()
            for heading, shown in ((section, self.shown_in_part(part)), *((entry, self.shown_in_entries(part)) for entry in entries)):
                for block in blocks_with_text(heading.tokens):
                    if id(block) not in known:
                        message = f'Nobody sees "{truncate(text_of_block(block))}": under "{heading.title}" only {shown} are shown.'
                        yield Problem(self.token_line(block), "text-not-shown", f"{message} Write it as one of these, or move it.")

    def shown_in_part(self, part: str) -> str:
        """Returns what a part may contain, as messages name it."""
        return ENTRIES if part in self.parts_with_entries else LINES

    def shown_in_entries(self, part: str) -> str:
        """Returns what an entry of a part may contain, as messages name it."""
        return "texts"

    def check_plain_lines(self) -> Iterator[Problem]:
        """Reports links, pictures and citations in lines that are shown without markup, such as headings."""
        headings = [inline for before, inline in pairwise(self.tokens) if before.type == "heading_open"]
        for inline in [*(heading for heading in headings if id(heading) not in self.renderer.rendered), *self.plain_lines]:
            for line, child in children_with_lines(inline):
                if child.type in LOST_MARKUP:
                    message = f'Of "{truncate(text_of_block(inline))}" only the words are shown.'
                    advice = f"Move the {LOST_MARKUP[child.type]} into a text."
                    yield Problem(line + self.source.body_line, "text-not-shown", f"{message} {advice}")

    def check_attributes(self) -> Iterator[Problem]:
        """Reports attributes of headings that can't be parsed, or that this heading may not have."""
        part, noun = self.anchored_part
        anchored_lines = {entry.line for entry in self.entries(part)}
        for opening, inline in pairwise(self.tokens):
            if opening.type != "heading_open":
                continue
            line, meta = self.token_line(opening), opening.meta
            if meta.get("problem"):
                yield Problem(line, "heading-attribute", f'"{meta["problem"]}" can\'t be read. Write {self.attribute_syntax}.')
            if line_of(opening) in anchored_lines and "eases" in meta and not self.entries_may_ease:
                message = f"A {noun} eases nothing. Write {self.attribute_syntax}."
                yield Problem(line, "heading-attribute", message)
            if line_of(opening) not in anchored_lines and {"id", "eases"} & meta.keys():
                message = f'"{truncate(text_of_block(inline))}" is not a {noun}. Only {noun}s have {{#...}}.'
                yield Problem(line, "heading-attribute", message)

    def check_paragraphs(self) -> Iterator[Problem]:
        for token in self.tokens:
            if token.meta.get("cut"):
                rest = "and the rest is not read. Break it up with empty lines."
                message = f"This paragraph has more than {MAX_PARAGRAPH:,} characters, {rest}"
                yield Problem(self.token_line(token), "paragraph-too-long", message)

    def tasks(self) -> Sequence[Token]:
        """Returns the opening tokens of the list items that may have a box "[ ]"."""
        return ()

    def check_parser_limits(self) -> Iterator[Problem]:
        """Reports what the parser left out, because the text is too long or nested too deeply."""
        parsed = cut_to_limits(self.source.body)
        if len(parsed) < len(self.source.body) and "text-too-long" not in {problem.code for problem in self.source.problems}:
            most = f"more than {MAX_LINES:,} lines, or {MAX_MARKUP:,} signs of Markdown such as * and ["
            message = f"The text has {most}. What follows this line is not read. Split it into several texts."
            yield Problem(parsed.count("\n") + self.source.body_line, "text-too-long", message)
        for token in unparsed_containers(self.tokens):
            message = "Lists or quotes are nested too deeply here, and what is inside is not read. Take out some levels."
            yield Problem(self.token_line(token), "nested-too-deep", message)
