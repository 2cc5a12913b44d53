"""Parses Markdown into tokens and an outline of sections, and renders it as safe HTML.

The dialect is CommonMark 0.31 with the tables of GitHub Flavored Markdown, by markdown-it-py. Straight quotes become curly. Added are
GitHub's task boxes, `[ ]` at the beginning of a list item, Pandoc's citations, `[@key; @other]`, and attributes at the end of a heading,
`{#anchor eases="facet"}`. HTML, links with other schemes and images from other sites are parsed, so that the checks can report them with
their line, but never rendered as such.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice, takewhile
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from documents.text.addresses import path_of
from documents.text.html import SCHEMES, Html, clean
from documents.text.references import SOURCE_ID_PREFIX, Citation, Reference
from documents.text.typography import use_typographic_quotes

CITATION = re.compile(r"\[(@[a-z0-9-]+(?:\s*;\s*@[a-z0-9-]+)*)\]")
ATTRIBUTE = re.compile(r"(?<!\s)\s*+(?:#(?P<id>[a-z0-9]+(?:-[a-z0-9]+)*)|eases=\"(?P<eases>[a-z -]*)\")(?=\s|$)")
MAX_PARAGRAPH = 5_000  # characters; the time for pairing quotes and emphasis grows with the square of a paragraph's length
MAX_TABLE_CELLS = 1_000  # in all tables of a text; Markdown fills short rows with empty cells, so a short text could have millions of cells
TASK = re.compile(r"\[([ xX])\]\s+")
# Private-use characters, which texts must not have. The first replaces a citation in plain text, the others what is parsed in literal text.
CITATION_MARK, MASK, LINK_BOUNDARY = "\ue000", "\ue001", "\ue002"
ADDRESS_ATTRIBUTES = {"link_open": "href", "image": "src"}  # by type of token
ALIGNMENT_CLASSES = {"text-align:right": "table__end", "text-align:center": "table__middle"}
IMAGES_URL = "/images/"  # the path of all pictures
TEXT_BLOCKS = {"inline", "fence", "code_block", "html_block"}  # the blocks with text; all others are containers of these
# Limits of a body, because parsing time grows with lines and markup. Our own texts, scaled up to the maximum length, would have 4,000 of
# each.
MAX_LINES, MAX_MARKUP = 10_000, 40_000
MARKUP = re.compile(r"[]\[*_`<&!\"'\\]")
MAX_NESTING = 10  # levels of tokens, as four nested lists have; the parser skips what is deeper
CONTAINERS = {"blockquote_open", "list_item_open"}


@dataclass(frozen=True)
class Section:
    """A heading and what is under it, up to the next heading of the same level or a higher one."""

    title: str
    line: int
    anchor: str = ""  # as written; empty without one
    eases: tuple[str, ...] = ()
    tokens: tuple[Token, ...] = ()  # up to the first heading of the next level
    children: "tuple[Section, ...]" = ()


def parse(body: str) -> list[Token]:
    """Returns the tokens of a body. Lines in their `map` count from 0 at the top of the body."""
    return MARKDOWN.parse(cut_to_limits(body))


def cut_to_limits(body: str) -> str:
    """Returns the beginning of a body up to MAX_LINES lines and MAX_MARKUP characters of markup."""
    lines = "\n".join(body.split("\n", MAX_LINES)[:MAX_LINES])
    excess = next(islice(MARKUP.finditer(lines), MAX_MARKUP, None), None)
    return lines[: excess.start()] if excess else lines


def outline(tokens: Sequence[Token]) -> Section:
    """Returns the whole body as a section. Its children are the `##`, and theirs the `###`; other headings stay among the tokens."""
    lead, sections = split_at_headings(tokens, "h2")
    return Section("", 0, tokens=lead, children=tuple(sections))


def split_at_headings(tokens: Sequence[Token], tag: str) -> tuple[tuple[Token, ...], list[Section]]:
    """Returns the tokens before the first heading with `tag`, and the sections from there on."""
    starts = [i for i, token in enumerate(tokens) if token.type == "heading_open" and token.tag == tag and token.level == 0]
    ends = [*starts[1:], len(tokens)] if starts else []
    lead = tuple(tokens[: starts[0]] if starts else tokens)
    return lead, [build_section(tokens[start:end], tag) for start, end in zip(starts, ends, strict=True)]


def build_section(tokens: Sequence[Token], tag: str) -> Section:
    """Takes the tokens of a section, which begin with the three of its heading."""
    opening, inline = tokens[0], tokens[1]
    lead, children = split_at_headings(tokens[3:], "h3") if tag == "h2" else (tuple(tokens[3:]), [])
    return Section(
        title=" ".join(plain_text(inline).split()),
        line=line_of(opening),
        anchor=opening.meta.get("id", ""),
        eases=tuple(opening.meta.get("eases", "").split()),
        tokens=lead,
        children=tuple(children),
    )


def blocks(tokens: Sequence[Token], kind: str) -> list[tuple[Token, ...]]:
    """Returns the blocks of a kind, such as "bullet_list", at the top level of `tokens`, with their opening and closing tokens."""
    level = tokens[0].level if tokens else 0
    starts = [i for i, token in enumerate(tokens) if token.type == f"{kind}_open" and token.level == level]
    ends = [i for i, token in enumerate(tokens) if token.type == f"{kind}_close" and token.level == level]
    return [tuple(tokens[start : end + 1]) for start, end in zip(starts, ends, strict=True)]


def without_blocks(tokens: Sequence[Token], excluded_blocks: Sequence[Sequence[Token]]) -> tuple[Token, ...]:
    excluded = {id(token) for block in excluded_blocks for token in block}
    return tuple(token for token in tokens if id(token) not in excluded)


def list_items(block: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Returns the tokens inside each item of a list."""
    return [item[1:-1] for item in blocks(block[1:-1], "list_item")]


def blocks_with_text(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yields the blocks with text, those inside lists and quotes as well."""
    return (token for token in tokens if token.type in TEXT_BLOCKS and token.content.strip())


def unparsed_containers(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yields the opening tokens of lists and quotes whose content the parser skipped, because they are nested too deeply."""
    return (token for token in tokens if token.nesting == 1 and token.type in CONTAINERS and token.level + 1 >= MAX_NESTING)


def line_of(token: Token) -> int:
    """Returns the line of the body, from 0, that a block begins on."""
    return token.map[0] if token.map else 0


def children_with_lines(inline: Token) -> Iterator[tuple[int, Token]]:
    """Yields the children of an inline token with their lines: only blocks have a `map`, so line breaks are counted."""
    line = line_of(inline)
    for child in inline.children or ():
        yield line, child
        line += 1 if child.type in {"softbreak", "hardbreak"} else child.content.count("\n")


def inlines(tokens: Sequence[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "inline")


def count_words(tokens: Sequence[Token]) -> int:
    return sum(len(re.findall(r"\w[\w’'-]*", plain_text(inline))) for inline in inlines(tokens))


def plain_text(inline: Token, citation: str = "") -> str:
    """Returns the text of a paragraph without markup, with its line breaks, and `citation` in place of each citation."""
    replacements = {"citation": citation, "hardbreak": "\n", "softbreak": "\n", "html_inline": ""}
    return "".join(replacements.get(child.type, child.content) for child in inline.children or ())


def text_of_block(block: Token) -> str:
    """Returns the text of a block on one line, without markup."""
    return " ".join((plain_text(block) if block.type == "inline" else block.content).split())


def is_internal(address: str) -> bool:
    """Whether an address is on this site: "/path/" and "#anchor" are, "//host" is not."""
    return address.startswith(("/", "#")) and not address.startswith(("//", "/\\"))


def is_allowed_link(address: str) -> bool:
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", address)
    return bool(scheme and scheme[1].lower() in SCHEMES) or is_internal(address)


@dataclass
class HtmlRenderer:
    """Renders the parts of one text, and numbers its sources in the order of their first citation."""

    references: Mapping[str, Reference]
    unlinked_paths: Container[str] = ()  # on this site, such as those of drafts
    numbers: dict[str, int] = field(default_factory=dict)
    open_links: list[bool] = field(default_factory=list)  # whether each of the open links is rendered
    rendered: set[int] = field(default_factory=set)  # the ids of tokens

    def html(self, tokens: Sequence[Token]) -> Html:
        self.rendered.update(map(id, tokens))
        return clean(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {"renderer": self}))

    def inline_html(self, tokens: Sequence[Token]) -> Html:
        """Renders the content of a list item: without the tags of its first paragraph."""
        if not tokens or tokens[0].type != "paragraph_open":
            return self.html(tokens)
        first, rest = self.html(tokens[1:2]), tokens[3:]
        return Html(f"{first}\n{self.html(rest)}") if rest else first

    def source_number(self, key: str) -> int:
        return self.numbers.setdefault(key, len(self.numbers) + 1)

    def sources(self) -> tuple[Citation, ...]:
        return tuple(Citation(number, self.references[key]) for key, number in self.numbers.items())

    def may_link(self, address: str) -> bool:
        return is_allowed_link(address) and path_of(address) not in self.unlinked_paths


class TokenRenderer(RendererHTML):
    """markdown-it's renderer, with overrides for the tokens that we render differently. `env["renderer"]` is the HtmlRenderer."""

    def citation(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        renderer: HtmlRenderer = env["renderer"]
        keys = [key for key in tokens[index].meta["keys"] if key in renderer.references]
        links = [
            f'<a class="citation" href="#{SOURCE_ID_PREFIX}{key}" role="doc-noteref" '
            f'aria-label="Source {renderer.source_number(key)}: {escape(renderer.references[key].label)}">{renderer.source_number(key)}</a>'
            for key in keys
        ]
        return f"<sup>{' '.join(links)}</sup>" if links else ""

    def text(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        rendered = escape(tokens[index].content, quote=False)
        return rendered.rstrip() if self.precedes_citation(tokens, index) else rendered

    def softbreak(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "" if self.precedes_citation(tokens, index) else "\n"

    def precedes_citation(self, tokens: Sequence[Token], index: int) -> bool:
        """Whether a citation follows: its number comes right after the word, without the space in the source."""
        return index + 1 < len(tokens) and tokens[index + 1].type == "citation"

    def html_inline(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return escape(tokens[index].content)

    def html_block(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return f"<p>{escape(tokens[index].content)}</p>\n"

    def definition(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return ""  # the definition of a link, which is rendered where the link is used

    def link_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        renderer: HtmlRenderer = env["renderer"]
        address = str(tokens[index].attrGet("href"))
        renderer.open_links.append(renderer.may_link(address))
        return f'<a href="{escape(address)}">' if renderer.open_links[-1] else ""

    def link_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "</a>" if env["renderer"].open_links.pop() else ""

    def image(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        source, alt = str(tokens[index].attrGet("src")), escape(tokens[index].content)
        return f'<img src="{escape(source)}" alt="{alt}" loading="lazy">' if source.startswith(IMAGES_URL) else alt

    def table_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """A wide table scrolls inside a box, so the box needs keyboard focus and an accessible name."""
        head = takewhile(lambda token: token.type != "thead_close", tokens[index:])
        names = ", ".join(text for token in head if token.type == "inline" and (text := plain_text(token)))
        return f'<div class="table" role="group" aria-label="Table: {escape(names)}" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "</table></div>\n"

    def heading_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "<p><strong>"  # the page's outline has no headings of this level

    def heading_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "</strong></p>\n"


def parse_citation(state: StateInline, silent: bool) -> bool:
    """Parses `[@key]` and `[@key; @other]` (Pandoc User's Guide, "Citation syntax", without locators)."""
    found = CITATION.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.content = found[0]
        token.meta = {"keys": [key.strip().removeprefix("@") for key in found[1].split(";")]}
    state.pos = found.end()
    return True


def cut_long_paragraphs(state: StateCore) -> None:
    """Cuts paragraphs that are too long to parse, and marks them for the check."""
    for token in state.tokens:
        if token.type == "inline" and len(token.content) > MAX_PARAGRAPH:
            token.content = token.content[:MAX_PARAGRAPH]
            token.meta = {"cut": True}


def parse_heading_attributes(state: StateCore) -> None:
    """Moves `{#id eases=".."}` from the end of a heading to the meta of its opening token."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open" and inline.content.rstrip().endswith("}"):
            title, brace, attributes = inline.content.rstrip()[:-1].rpartition("{")
            if brace and "}" not in attributes:
                inline.content = title.rstrip()
                opening.meta = parse_attributes(attributes)


def parse_tasks(state: StateCore) -> None:
    """Removes `[ ]` from the beginning of a list item, and marks the item as a task."""
    for item, paragraph, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type == "list_item_open" and paragraph.type == "paragraph_open" and (box := TASK.match(inline.content)):
            inline.content = inline.content[box.end() :]
            item.meta = {"task": True, "ticked": box[1] != " "}


def parse_table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Parses a table, unless the tables of the text would have too many cells."""
    if state.env.get("cells", 0) > MAX_TABLE_CELLS or not table(state, first, end, True):
        return False
    rows = next((line for line in range(first + 2, min(end, first + MAX_TABLE_CELLS)) if state.isEmpty(line)), end) - first
    columns = state.src.count("|", state.bMarks[first], state.eMarks[first]) + 1
    if not silent or rows * columns > MAX_TABLE_CELLS:
        state.env["cells"] = state.env.get("cells", 0) + rows * columns
    return state.env.get("cells", 0) <= MAX_TABLE_CELLS and (silent or table(state, first, end, False))


def mark_header_cells(state: StateCore) -> None:
    """Makes header cells of tables accessible. Where the header row begins with an empty cell, the first column names the rows."""
    tokens, lines = state.tokens, state.src.split("\n")
    columns, names_rows = 0, False
    for before, opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        is_first, scope = before.type == "tr_open", "col"
        if opening.type == "th_open":
            columns = 1 if is_first else columns + 1
            names_rows = not inline.content if is_first else names_rows
        elif opening.type == "td_open":
            scope = "row" if is_first and names_rows else ""
            before.meta |= {"cells": cells_in(lines[line_of(before)]), "columns": columns} if is_first else {}
        else:
            continue
        set_cell_attributes(opening, closing, scope if inline.content else "")


def cells_in(line: str) -> int:
    """Counts the cells of a row as it is written. A line without "|" has none."""
    cells = escapedSplit(line.lstrip(" \t>").rstrip(" \t"))
    return len(cells) - (not cells[0]) - (not cells[-1]) if len(cells) > 1 else 0


def set_cell_attributes(opening: Token, closing: Token, scope: str) -> None:
    """Sets tag and scope of a cell, and its alignment as a class, because our Content-Security-Policy forbids inline styles."""
    alignment = ALIGNMENT_CLASSES.get(str(opening.attrs.get("style")), "")
    opening.tag = closing.tag = "th" if scope else "td"
    opening.attrs = {**({"scope": scope} if scope else {}), **({"class": alignment} if alignment else {})}


def store_literals(state: StateCore) -> None:
    """Stores the literal text of each paragraph for the check: what no rule has parsed, such as `**bold **` or other dialects."""
    for inline in state.tokens:
        if inline.type == "inline":
            inline.meta["literal"] = "".join(map(literal_text, inline.children or ()))


def literal_text(child: Token) -> str:
    if child.type == "text" or (child.type == "text_special" and child.content == child.markup):
        return child.content  # a backslash before a letter is a "text_special" too, and escapes nothing
    if child.type in {"link_open", "link_close", "image"}:
        return LINK_BOUNDARY
    return "\n" if child.type in {"softbreak", "hardbreak"} else MASK + "\n" * child.content.count("\n")


def parse_attributes(text: str) -> dict[str, str]:
    known: dict[str, str] = {}
    repeated = ""
    for match in ATTRIBUTE.finditer(text):
        for key, value in match.groupdict().items():
            if value is not None and known.setdefault(key, value) != value:
                repeated = match[0]
    rest = f"{ATTRIBUTE.sub('', text)}{repeated}".strip()
    return {**known, "problem": rest} if rest else known


def create_parser() -> MarkdownIt:
    options = {"html": True, "typographer": True, "store_labels": True, "inline_definitions": True}
    parser = MarkdownIt("commonmark", options, renderer_cls=TokenRenderer).enable("table")
    parser.block.ruler.at("table", parse_table, {"alt": ["paragraph", "reference"]})
    use_typographic_quotes(parser)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # `markdown_checks` reports forbidden links with their line
    parser.inline.ruler.before("link", "citation", parse_citation)
    parser.options["maxNesting"] = MAX_NESTING
    parser.core.ruler.before("inline", "cut_long_paragraphs", cut_long_paragraphs)
    parser.core.ruler.before("inline", "heading_attributes", parse_heading_attributes)
    parser.core.ruler.before("inline", "tasks", parse_tasks)
    parser.core.ruler.before("inline", "tables", mark_header_cells)
    parser.core.ruler.after("inline", "literal", store_literals)
    # markdown-it-py compiles its rules, and mdurl its tables, on first use, without a lock: another thread may find them incomplete
    # (4.3.0: a RuntimeError; 0.1.2: an IndexError). So a first text, with a link, is parsed before there are threads.
    parser.parse("<https://safe.example/>")
    return parser


MARKDOWN = create_parser()
