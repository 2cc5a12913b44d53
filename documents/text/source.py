"""The source of a document: YAML front matter above a Markdown body.

Parsing accepts any text and collects its problems; composing keeps every line whose value does not change,
unless the result can't be read back: then the front matter is rewritten.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from documents.text.characters import SPACE_AFTER_KEY, SPACE_AT_END, SPACE_AT_START, check_characters, check_hidden, check_spaces
from documents.text.problems import Problem
from documents.text.strict_yaml import Node, Value, as_mapping, plain_value, plain_values, read_yaml, yaml_lines

MAX_CHARACTERS = 200_000  # ten times the longest of our own texts; any text of this length is parsed within seconds


@dataclass(frozen=True)
class Source:
    """A parsed source. `front` and `body` keep their characters; `body_line` is the line that the body begins on."""

    front: str
    fields: dict[str, Node]
    body: str
    body_line: int
    problems: tuple[Problem, ...]

    def values(self) -> dict[str, Value]:
        """Returns the front matter as plain values, without empty ones."""
        return plain_values(self.fields)


def normalize_newlines(text: str) -> str:
    """Replaces the line breaks of Windows and of classic Mac OS with "\\n"."""
    return re.sub(r"\r\n?", "\n", text)


def parse_source(text: str) -> Source:
    """Splits a text at its `---` lines and parses the front matter. Only the beginning of a text that is too long is parsed."""
    if len(text) > MAX_CHARACTERS:
        beginning = parse_source(text[:MAX_CHARACTERS])
        return replace(beginning, problems=(text_too_long(len(text)), *beginning.problems))
    lines = normalize_newlines(text).split("\n")
    if lines[0].removeprefix("\ufeff").rstrip() != "---":
        return source_without_front_matter(text, 'The text does not begin with front matter. Put a line "---" first.')
    ends = (number for number, line in enumerate(lines[1:], 1) if line.rstrip() == "---")
    end = next(ends, None)
    if end is None:
        return source_without_front_matter(text, 'The front matter has no end. Put a line "---" under its last key.')
    front = "".join(line + "\n" for line in lines[1:end])
    node, problems = read_yaml(front, first_line=2)
    if not isinstance(node.value, dict):
        problems = [*problems, *not_a_mapping(node, problems)]
        node = Node(node.line, {})
    return Source(front, dict(as_mapping(node)), "\n".join(lines[end + 1 :]), end + 2, tuple(problems))


def text_too_long(length: int) -> Problem:
    message = f"The text has {length:,} characters, and {MAX_CHARACTERS:,} are read at most. Split it into several texts."
    return Problem(1, "text-too-long", message)


def source_without_front_matter(text: str, message: str) -> Source:
    return Source("", {}, normalize_newlines(text), 1, (Problem(1, "front-matter-missing", message),))


def check_source(text: str, source: Source) -> Iterator[Problem]:
    """Reports invisible characters in a text, and in the values of its front matter."""
    yield from check_characters(normalize_newlines(text[:MAX_CHARACTERS]).removeprefix("\ufeff"), 1)
    yield from check_yaml(source.front, Node(2, source.fields), 2)


def check_yaml(text: str, root: Node, first_line: int = 1) -> Iterator[Problem]:
    """Reports invisible characters in a YAML text, and in its values, where escapes such as "\\u200b" are decoded."""
    yield from check_hidden(text, first_line)
    yield from check_spaces(text, first_line, (SPACE_AT_START, SPACE_AT_END, SPACE_AFTER_KEY))
    if "\\" in text:
        yield from check_value_characters(root)


def check_value_characters(node: Node) -> Iterator[Problem]:
    if isinstance(node.value, str):
        yield from check_characters(node.value, node.line)
    for key, value in as_mapping(node).items():
        yield from check_characters(key, value.line)
        yield from check_value_characters(value)
    for item in node.value if isinstance(node.value, tuple) else ():
        yield from check_value_characters(item)


def not_a_mapping(node: Node, problems: list[Problem]) -> list[Problem]:
    if problems:  # which give the reason
        return []
    return [Problem(node.line, "front-matter-broken", 'The front matter has no keys. Write lines such as "title: ...".')]


def compose(values: Mapping[str, Value], body: str, old: str = "") -> str:
    """Returns a source of front matter with `values` and of a body.

    The lines of the source `old` whose value stays the same keep every character, and so do its `---` lines. If the
    result can't be read back, the whole front matter is rewritten.
    """
    before, wanted = parse_source(old), without_empty(values)
    front = "".join(updated_lines(before.front.splitlines(keepends=True), 2, before.fields, wanted))
    root, problems = read_yaml(front)
    if problems or comparable(plain_values(as_mapping(root))) != comparable(wanted):
        front = "".join(yaml_lines(wanted))
    plain = normalize_newlines(old)
    lines = plain.split("\n")
    opening, closing = (lines[0], lines[before.body_line - 2]) if before.body_line > 1 else ("---", "---")
    composed = f"{opening}\n{front}{closing}\n{body}"
    return old if plain == composed else composed


def without_empty(values: Mapping[str, Value]) -> dict[str, Value]:
    """Returns the values without empty ones, in groups too."""
    inner = {key: without_empty(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    return {key: value for key, value in inner.items() if value}


def comparable(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """Returns the lines of each value, for comparing: the order of keys matters inside a group, not at the top level."""
    return {key: list(yaml_lines({key: value})) for key, value in values.items()}


def updated_lines(lines: Sequence[str], first: int, before: Mapping[str, Node], wanted: Mapping[str, Value]) -> Iterator[str]:
    """Yields the lines of a mapping with changed values replaced, dropped keys removed, and new keys at the end.

    `first` is the number of the first of `lines`, as the nodes of `before` count them.
    """
    starts = sorted((node.line - first, key) for key, node in before.items())
    top = starts[0][0] if starts else len(lines)
    indent = re.sub(r"\S.*\n?", "", lines[top]) if starts else ""
    yield from lines[:top]
    for (start, key), (end, _) in pairwise([*starts, (len(lines), "")]):
        value_end = end
        while value_end > start and re.match(r"\s*(#|$)", lines[value_end - 1]):  # comments and blank lines above the next key stay
            value_end -= 1
        yield from updated_key_lines(lines[start:value_end], key, before[key], wanted.get(key, ""), indent)
        yield from lines[value_end:end]
    yield from yaml_lines({key: value for key, value in wanted.items() if key not in before}, indent)


def updated_key_lines(lines: Sequence[str], key: str, before: Node, wanted: Value, indent: str) -> Iterator[str]:
    """Yields the lines of one key: `lines` where its value stays the same, none for an empty value."""
    old = plain_value(before)
    if comparable({key: old}) == comparable({key: wanted}) or not (old or wanted):
        yield from lines
    elif isinstance(wanted, Mapping) and is_block_style(lines, before) and keeps_order(as_mapping(before), wanted):
        yield lines[0]
        yield from updated_lines(lines[1:], before.line + 1, as_mapping(before), wanted)
    elif wanted:
        yield from yaml_lines({key: wanted}, indent)


def is_block_style(lines: Sequence[str], group: Node) -> bool:
    """Whether a mapping is written in YAML's block style: each key on a line below the mapping's own key."""
    numbers = [node.line for node in as_mapping(group).values()]
    return bool(numbers) and lines[0].partition("#")[0].rstrip().endswith(":") and len(set(numbers)) == len(numbers)


def keeps_order(before: Mapping[str, Node], wanted: Mapping[str, Value]) -> bool:
    """Whether the remaining keys are in the wanted order, and above the new ones."""
    return [*(key for key in before if key in wanted), *(key for key in wanted if key not in before)] == list(wanted)
