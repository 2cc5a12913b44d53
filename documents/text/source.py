"""The text of a document: YAML front matter over a Markdown body. Reading is total, and composing loses nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from documents.text.characters import SPACE_AFTER_KEY, SPACE_AT_END, SPACE_AT_START, check_characters, check_hidden, check_spaces
from documents.text.problems import Problem
from documents.text.strict_yaml import Node, Value, as_mapping, plain_value, plain_values, read_yaml, yaml_lines

MAX_CHARACTERS = 200_000  # characters; ten times the longest of our own texts, and read within seconds whatever they are


@dataclass(frozen=True)
class Source:
    """A text taken apart: `front` and `body` keep their characters, `body_line` is the line that the body begins on."""

    front: str
    fields: dict[str, Node]
    body: str
    body_line: int
    problems: tuple[Problem, ...]

    def values(self) -> dict[str, Value]:
        """What the front matter says, as texts, lists of texts, and groups of both; empty values are left out."""
        return plain_values(self.fields)


def normalize_newlines(text: str) -> str:
    """Line breaks of Windows and of old Macs as one character."""
    return re.sub(r"\r\n?", "\n", text)


def parse_source(text: str) -> Source:
    """Takes a text apart at its `---` lines. Line breaks of Windows and old Macs count as one break each. Of a text that is too long
    only the beginning is read."""
    if len(text) > MAX_CHARACTERS:
        beginning = parse_source(text[:MAX_CHARACTERS])
        return replace(beginning, problems=(text_too_long(len(text)), *beginning.problems))
    lines = normalize_newlines(text).split("\n")
    if lines[0].removeprefix("\ufeff").rstrip() != "---":
        return without_front_matter(text, 'The text does not begin with front matter. Put a line "---" first.')
    ends = (number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    end = next(ends, None)
    if end is None:
        return without_front_matter(text, 'The front matter has no end. Put a line "---" under its last key.')
    front = "".join(line + "\n" for line in lines[1:end])
    node, problems = read_yaml(front, first_line=2)
    if not isinstance(node.value, dict):
        problems = [*problems, *not_a_mapping(node, problems)]
        node = Node(node.line, {})
    return Source(front, dict(as_mapping(node)), "\n".join(lines[end + 1 :]), end + 2, tuple(problems))


def text_too_long(length: int) -> Problem:
    message = f"The text has {length:,} characters, and {MAX_CHARACTERS:,} are read at most. Split it into several texts."
    return Problem(1, "text-too-long", message)


def without_front_matter(text: str, message: str) -> Source:
    return Source("", {}, normalize_newlines(text), 1, (Problem(1, "front-matter-missing", message),))


def check_source(text: str, source: Source) -> Iterator[Problem]:
    """Characters of a text that nobody sees: in all its lines, and in what its front matter says."""
    yield from check_characters(normalize_newlines(text[:MAX_CHARACTERS]).removeprefix("\ufeff"), 1)
    yield from check_yaml(source.front, Node(2, source.fields), 2)


def check_yaml(text: str, root: Node, first_line: int = 1) -> Iterator[Problem]:
    """The same in a YAML text, and in its values, where an escape such as "\\u200b" has become what it stands for."""
    yield from check_hidden(text, first_line)
    yield from check_spaces(text, first_line, (SPACE_AT_START, SPACE_AT_END, SPACE_AFTER_KEY))
    if "\\" in text:
        yield from check_values(root)


def check_values(node: Node) -> Iterator[Problem]:
    if isinstance(node.value, str):
        yield from check_characters(node.value, node.line)
    for key, value in as_mapping(node).items():
        yield from check_characters(key, value.line)
        yield from check_values(value)
    for item in node.value if isinstance(node.value, tuple) else ():
        yield from check_values(item)


def not_a_mapping(node: Node, problems: list[Problem]) -> list[Problem]:
    if problems:  # the reason has been said
        return []
    return [Problem(node.line, "front-matter-broken", 'The front matter has no keys. Write lines such as "title: ...".')]


def compose(values: Mapping[str, Value], body: str, old: str = "") -> str:
    """A text out of front-matter values and a body. Lines of `old` whose value stays the same keep every character, and so do its
    `---` lines."""
    before, wanted = parse_source(old), without_empty(values)
    front = "".join(updated_lines(before.front.splitlines(keepends=True), 2, before.fields, wanted))
    read, problems = read_yaml(front)
    if problems or comparable(plain_values(as_mapping(read))) != comparable(wanted):
        front = "".join(yaml_lines(wanted))
    plain = normalize_newlines(old)
    lines = plain.split("\n")
    opening, closing = (lines[0], lines[before.body_line - 2]) if before.body_line > 1 else ("---", "---")
    composed = f"{opening}\n{front}{closing}\n{body}"
    return old if plain == composed else composed


def without_empty(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values without empty ones."""
    inner = {key: without_empty(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    return {key: value for key, value in inner.items() if value}


def comparable(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """To compare by: the order of keys counts within a group, and not among the first ones."""
    return {key: list(yaml_lines({key: value})) for key, value in values.items()}


def updated_lines(lines: Sequence[str], first: int, before: Mapping[str, Node], wanted: Mapping[str, Value]) -> Iterator[str]:
    """The lines of a group's keys: changed ones written anew, those of dropped keys gone, new keys at the end.

    `first` is the number of the first line, as the nodes count.
    """
    starts = sorted((node.line - first, key) for key, node in before.items())
    top = starts[0][0] if starts else len(lines)
    indent = re.sub(r"\S.*\n?", "", lines[top]) if starts else ""
    yield from lines[:top]
    for (start, key), (end, _) in pairwise([*starts, (len(lines), "")]):
        own = end
        while own > start and re.match(r"\s*(#|$)", lines[own - 1]):  # comments and blank lines above the next key stay
            own -= 1
        yield from updated_key_lines(lines[start:own], key, before[key], wanted.get(key, ""), indent)
        yield from lines[own:end]
    yield from yaml_lines({key: value for key, value in wanted.items() if key not in before}, indent)


def updated_key_lines(own: Sequence[str], key: str, before: Node, wanted: Value, indent: str) -> Iterator[str]:
    old = plain_value(before)
    if comparable({key: old}) == comparable({key: wanted}) or not (old or wanted):
        yield from own
    elif isinstance(wanted, Mapping) and is_block_style(own, before) and keeps_order(as_mapping(before), wanted):
        yield own[0]
        yield from updated_lines(own[1:], before.line + 1, as_mapping(before), wanted)
    elif wanted:
        yield from yaml_lines({key: wanted}, indent)


def is_block_style(own: Sequence[str], group: Node) -> bool:
    """Whether each key of a group has lines of its own, below the group's."""
    lines = [node.line for node in as_mapping(group).values()]
    return bool(lines) and own[0].partition("#")[0].rstrip().endswith(":") and len(set(lines)) == len(lines)


def keeps_order(before: Mapping[str, Node], wanted: Mapping[str, Value]) -> bool:
    """Whether the keys that stay stand in the wanted order, and above the new ones."""
    return [*(key for key in before if key in wanted), *(key for key in wanted if key not in before)] == list(wanted)
