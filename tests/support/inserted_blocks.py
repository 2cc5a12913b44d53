"""Markdown blocks of every kind, each with one word, to insert between any two lines of a text.

The word must be shown, or a problem must name one of the lines.
"""

import re
from collections.abc import Iterator

from documents.text.problems import Problem
from documents.text.source import parse_source
from tests.support.sampling import sample

WORD = "zebrafish"
BLOCKS = (
    "{word} is here.",
    "*{word}* is `here`.",
    "a\\\n{word}",
    "- {word}",
    "* a\n* {word}",
    "1. {word}",
    "3) a\n4) {word}",
    "- [ ] {word}",
    "- [x] {word}",
    "- a\n  - {word}",
    "- a\n  1. {word}",
    "- a\n\n  {word}",
    "- a\n\n      {word}",
    "- a\n  ```\n  {word}\n  ```",
    "- a\n  > {word}",
    "- > {word}",
    "-\n  {word}",
    "- ### {word}",
    "> {word}",
    "> - {word}",
    "> ## {word}",
    "```\n{word}\n```",
    "~~~ text {word}\na\n~~~",
    "    {word}",
    "# {word}",
    "## {word}",
    "## Limits\n{word}",
    "## Steps\n### a\n{word}",
    "### {word}",
    "### *{word}*",
    "### a\n{word}",
    "### a\n- {word}",
    "### a {{#{word}}}\nb",
    "### a {{#b {word}}}\nb",
    "### a {{#b #{word}}}\nb",
    '### a {{eases="{word}"}}\nb',
    "## a {{#{word}}}",
    "### [a](/help/{word}/)\nb",
    "### ![{word}](/images/a.webp)\nb",
    "### a [@{word}]\nb",
    "#### {word}",
    "{word}\n===",
    "{word}\n---",
    "***\n{word}",
    "<div>\n{word}</div>",
    "<!-- {word} -->",
    'a <b title="{word}">',
    "[{word}]: /help/",
    "[a]: /help/ '{word}'",
    "[a][]\n\n[a]: /help/ '{word}'",
    "[a]\n\n[a]: /help/\n[a]: /{word}/",
    "[^1]: {word}",
    "[a](/help/ '{word}')",
    "![a](/images/a.webp '{word}')",
    "![{word}](/images/a.webp)",
    "[@{word}]",
    "| a |\n|---|\n| {word} |",
    "- Helps: {word}",
    "- **Helps**: {word}",
    "- **Worth: {word}** a",
    "- Keeps: {word}",
    "- helps: {word}",
    "- Helps {word}",
    "- Facet: alarm, high\n  - {word}",
    "- Facet: {word}, high",
    "- Step: {word}",
    "- Step: /guides/anxious/?{word}#a",
    "- Step: https://example.org/{word}/",
    "- Step: [a](/guides/{word}/#b)",
    "- Helps: a\n\n  {word}",
    "- alarm-7: {word}",
    "- alarm-8: [a](/help/{word}/)",
    "- {word}-1: a",
    "- {word}: a",
    "- friend: {word}",
)


def insert_block(text: str, before: int, block: str) -> tuple[str, range]:
    """Inserts a block before the line with index `before`. Returns the text, and the line numbers of the block, from 1."""
    lines = text.splitlines(keepends=True)
    first = before + 2
    return "".join([*lines[:before], f"\n{block.format(word=WORD)}\n\n", *lines[before:]]), range(first, first + block.count("\n") + 1)


def body_lines(text: str) -> range:
    """Indexes of the body's lines in the whole text, from 0, and of its end."""
    return range(parse_source(text).body_line - 1, len(text.splitlines()) + 1)


def distinct_positions(text: str) -> list[int]:
    """The first position in each section between two lines of a given shape. Positions around a blank line count as one."""
    lines = [*text.splitlines(), "", ""]
    found: dict[tuple[str, str, str], int] = {}
    section = ""
    for number in body_lines(text):
        above, below = lines[number - 1], lines[number]
        section = above if above.startswith("## ") else section
        if below or number == len(lines) - 2:
            found.setdefault((section, shape_of(above), shape_of(below)), number)
    return list(found.values())


def shape_of(line: str) -> str:
    return re.sub(r"\w[\w ,.’?!]*", "a", line)


def insert_every_block(text: str) -> Iterator[tuple[str, str, range]]:
    """Every block at each distinct position of the body."""
    insertions = ((block, before) for block in BLOCKS for before in distinct_positions(text))
    return ((block, *insert_block(text, before, block)) for block, before in sample(insertions))


def is_reported(problems: tuple[Problem, ...], lines: range) -> bool:
    """Whether a problem names one of the lines."""
    return any(problem.is_error and ({problem.line, *problem.lines} & {*lines}) for problem in problems)
