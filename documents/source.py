"""The text of a document: YAML front matter over a Markdown body. Reading is total, and composing loses nothing.

YAML is read strictly: texts and lists only, whatever they look like (`no` stays "no", `1.10` stays "1.10"); aliases, tags and
repeated keys are refused with their line. What a text means (a date, a choice) is said by whoever asks for it, see `Fields`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import reduce
from itertools import pairwise
from typing import TypeVar

import yaml

from documents.characters import SPACE_AFTER_KEY, SPACE_AT_END, SPACE_AT_START, check_characters, hidden, misplaced
from documents.problems import Problem

LONGEST = 200_000  # characters; ten times the longest of our own texts, and read within seconds whatever they are
DEEPEST = 8  # levels of lists and mappings in front matter; the quiz's document needs four
Value = str | tuple[str, ...] | Mapping[str, "Value"]  # a mapping holds the keys under a key, in their order
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Node:
    """A value of YAML with the line it begins on, from 1."""

    line: int
    value: "str | tuple[Node, ...] | dict[str, Node]"


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


def with_plain_breaks(text: str) -> str:
    """Line breaks of Windows and of old Macs as one character."""
    return re.sub(r"\r\n?", "\n", text)


def split(text: str) -> Source:
    """Takes a text apart at its `---` lines. Line breaks of Windows and old Macs count as one break each. Of a text that is too long
    only the beginning is read."""
    if len(text) > LONGEST:
        beginning = split(text[:LONGEST])
        return replace(beginning, problems=(too_long(len(text)), *beginning.problems))
    lines = with_plain_breaks(text).split("\n")
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
    return Source(front, dict(mapping(node)), "\n".join(lines[end + 1 :]), end + 2, tuple(problems))


def too_long(length: int) -> Problem:
    said = f"The text has {length:,} characters, and {LONGEST:,} are read at most. Split it into several texts."
    return Problem(1, "text-too-long", said)


def without_front_matter(text: str, message: str) -> Source:
    return Source("", {}, with_plain_breaks(text), 1, (Problem(1, "front-matter-missing", message),))


def check_source(text: str, source: Source) -> Iterator[Problem]:
    """Characters of a text that nobody sees: in all its lines, and in what its front matter says."""
    yield from check_characters(with_plain_breaks(text[:LONGEST]).removeprefix("\ufeff"), 1)
    yield from check_yaml(source.front, Node(2, source.fields), 2)


def check_yaml(text: str, root: Node, first_line: int = 1) -> Iterator[Problem]:
    """The same in a YAML text, and in its values, where an escape such as "\\u200b" has become what it stands for."""
    yield from hidden(text, first_line)
    yield from misplaced(text, first_line, (SPACE_AT_START, SPACE_AT_END, SPACE_AFTER_KEY))
    if "\\" in text:
        yield from check_values(root)


def check_values(node: Node) -> Iterator[Problem]:
    if isinstance(node.value, str):
        yield from check_characters(node.value, node.line)
    for key, value in mapping(node).items():
        yield from check_characters(key, value.line)
        yield from check_values(value)
    for item in node.value if isinstance(node.value, tuple) else ():
        yield from check_values(item)


def not_a_mapping(node: Node, problems: list[Problem]) -> list[Problem]:
    if problems:  # the reason has been said
        return []
    return [Problem(node.line, "front-matter-broken", 'The front matter has no keys. Write lines such as "title: ...".')]


def mapping(node: Node) -> Mapping[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def read_yaml(text: str, first_line: int = 1) -> tuple[Node, list[Problem]]:
    """The root of a YAML text and what is wrong with it. `first_line` is the line that the text begins on."""
    reader = YamlReader(text, first_line)
    try:
        return reader.document(), reader.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = first_line + (min(mark.line, text.count("\n", 0, len(text.rstrip()))) if mark else 0)
        said = f"This is not YAML: {error.problem or error.context}."
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # a character or a number that YAML does not know
        line, said = first_line, f"This is not YAML: {str(error).splitlines()[0]}."
    mended = f'{said} Put the value in double quotes if it holds one of : # [ ] {{ }} " or begins with a sign.'
    return Node(first_line, ""), [*reader.problems, Problem(line, "front-matter-broken", mended)]


class YamlReader:
    """Builds nodes from YAML's events, which know their lines and resolve nothing."""

    def __init__(self, text: str, first_line: int) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.first_line = first_line
        self.problems: list[Problem] = []

    def document(self) -> Node:
        root = Node(self.first_line, "")
        for number, event in enumerate(event for event in self.events if isinstance(event, yaml.NodeEvent)):
            found = self.node(event, 1)
            if number:
                self.refuse(found.line, 'What follows a line "..." is not read. Take that line out.')
            else:
                root = found
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        line = self.first_line + (event.start_mark.line if event.start_mark else 0)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self.refuse(line, f'"*{anchor}" repeats another value. Write the value itself.')
        elif anchor:
            self.refuse(line, f'"&{anchor}" names a value for repeating. Take the name away.')
        elif tag not in {None, "!"}:
            self.refuse(line, f'"{tag}" is a type of YAML. Write the value alone.')
        if depth > DEEPEST:
            raise ValueError(f"lists and keys stand more than {DEEPEST} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(line, self.pairs(depth))
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line, tuple(self.until(yaml.SequenceEndEvent, depth)))
        return Node(line, event.value if isinstance(event, yaml.ScalarEvent) else "")

    def until(self, end: type[yaml.Event], depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield self.node(event, depth + 1)

    def pairs(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        nodes = self.until(yaml.MappingEndEvent, depth)
        for key, value in zip(nodes, nodes, strict=True):
            if not isinstance(key.value, str):
                self.refuse(key.line, "A key is a list here. Write a word before the colon.")
            elif key.value in found:
                said = f'"{key.value}" stands twice, first in line {found[key.value].line}. Keep one of them.'
                self.problems.append(Problem(key.line, "key-repeated", said))
            else:
                found[key.value] = Node(key.line, value.value)
        return found

    def refuse(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "front-matter-broken", message))


class Fields:
    """Asks front matter for typed values. What is missing or wrong is collected, and an empty value is answered."""

    def __init__(self, fields: Mapping[str, Node], line: int = 1) -> None:
        self.fields = fields
        self.line = line  # where to say that a key is missing
        self.asked: set[str] = set()
        self.problems: list[Problem] = []
        self.groups: dict[str, Fields] = {}

    def find(self, key: str) -> Node | None:
        self.asked.add(key)
        node = self.fields.get(key)
        empty = node is None or not (node.value.strip() if isinstance(node.value, str) else node.value)
        return None if empty else node

    def required(self, key: str) -> str:
        if not self.find(key):
            said = f'"{key}" is missing. Add a line "{key}: ...".'
            self.problems.append(Problem(self.line, "key-missing", said))
        return self.text(key)

    def text(self, key: str) -> str:
        node = self.find(key)
        if node is None or isinstance(node.value, str):
            return str(node.value).strip() if node else ""
        self.wrong(key, "is a list and has to be one text")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        node = self.find(key)
        if node is None:
            return ()
        if isinstance(node.value, tuple) and all(isinstance(item.value, str) for item in node.value):
            return tuple(str(item.value) for item in node.value)
        self.wrong(key, "has to be a list, such as [one, two]")
        return ()

    def day(self, key: str) -> date | None:
        text = self.text(key)
        if not text:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.wrong(key, f'is "{text}" and has to be a day such as 2026-11-01')
        return None

    def number(self, key: str) -> float:
        """0 where there is none."""
        text = self.required(key)
        if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text):
            return float(text)
        if text:
            self.wrong(key, f'is "{text}" and has to be a number such as 4 or 0.85')
        return 0.0

    def whole_number(self, key: str) -> int:
        """0 where there is none."""
        text = self.required(key)
        if re.fullmatch(r"-?[0-9]{1,9}", text):
            return int(text)
        if text:
            self.wrong(key, f'is "{text}" and has to be a whole number such as 7')
        return 0

    def group(self, key: str) -> "Fields":
        """The keys under a key. Their problems are told with those of the others."""
        if key not in self.groups:
            node = self.find(key)
            inner = node.value if node and isinstance(node.value, dict) else {}
            if node is None:
                self.required(key)
            elif not inner:
                self.wrong(key, "has to have keys of its own, each in a line below it that begins with spaces")
            self.groups[key] = Fields(inner, node.line if node else self.line)
        return self.groups[key]

    def inside(self, path: str) -> "tuple[Fields, str]":
        """The group that a key is in, and the key alone, of a path such as "scale__from"."""
        *groups, key = path.split("__")
        return reduce(Fields.group, groups, self), key

    def choice(self, key: str, choices: type[Choice]) -> Choice | None:
        text = self.text(key)
        if text in {str(choice) for choice in choices}:
            return choices(text)
        if text:
            self.wrong(key, f'is "{text}" and has to be one of: {", ".join(choices)}')
        return None

    def wrong(self, key: str, what: str) -> None:
        self.problems.append(Problem(self.fields[key].line, "value-wrong", f'"{key}" {what}.'))

    def all_problems(self) -> list[Problem]:
        """What was wrong with the keys asked for, and every key that nobody asked for."""
        unknown = [(node.line, key) for key, node in self.fields.items() if key not in self.asked]
        known = ", ".join(sorted(self.asked))
        said = [Problem(line, "key-unknown", f'"{key}" is not known here. Known are: {known}.') for line, key in unknown]
        return [*self.problems, *said, *(problem for group in self.groups.values() for problem in group.all_problems())]


def plain_values(fields: Mapping[str, Node]) -> dict[str, Value]:
    return {key: value for key, node in fields.items() if (value := plain_value(node))}


def plain_value(node: Node) -> Value:
    if isinstance(node.value, tuple):
        return tuple(str(item.value) for item in node.value)
    return node.value if isinstance(node.value, str) else plain_values(node.value)


def compose(values: Mapping[str, Value], body: str, old: str = "") -> str:
    """A text out of front-matter values and a body. Lines of `old` whose value stays the same keep every character, and so do its
    `---` lines."""
    before, wanted = split(old), filled(values)
    front = "".join(changed(before.front.splitlines(keepends=True), 2, before.fields, wanted))
    read, problems = read_yaml(front)
    if problems or by_key(plain_values(mapping(read))) != by_key(wanted):
        front = "".join(yaml_lines(wanted))
    plain = with_plain_breaks(old)
    lines = plain.split("\n")
    opening, closing = (lines[0], lines[before.body_line - 2]) if before.body_line > 1 else ("---", "---")
    composed = f"{opening}\n{front}{closing}\n{body}"
    return old if plain == composed else composed


def filled(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values without empty ones."""
    inner = {key: filled(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    return {key: value for key, value in inner.items() if value}


def by_key(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """To compare by: the order of keys counts within a group, and not among the first ones."""
    return {key: list(yaml_lines({key: value})) for key, value in values.items()}


def changed(lines: Sequence[str], first: int, before: Mapping[str, Node], wanted: Mapping[str, Value]) -> Iterator[str]:
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
        yield from changed_key(lines[start:own], key, before[key], wanted.get(key, ""), indent)
        yield from lines[own:end]
    yield from yaml_lines({key: value for key, value in wanted.items() if key not in before}, indent)


def changed_key(own: Sequence[str], key: str, before: Node, wanted: Value, indent: str) -> Iterator[str]:
    old = plain_value(before)
    if by_key({key: old}) == by_key({key: wanted}) or not (old or wanted):
        yield from own
    elif isinstance(wanted, Mapping) and stands_in_block(own, before) and keeps_order(mapping(before), wanted):
        yield own[0]
        yield from changed(own[1:], before.line + 1, mapping(before), wanted)
    elif wanted:
        yield from yaml_lines({key: wanted}, indent)


def stands_in_block(own: Sequence[str], group: Node) -> bool:
    """Whether each key of a group has lines of its own, below the group's."""
    lines = [node.line for node in mapping(group).values()]
    return bool(lines) and own[0].partition("#")[0].rstrip().endswith(":") and len(set(lines)) == len(lines)


def keeps_order(before: Mapping[str, Node], wanted: Mapping[str, Value]) -> bool:
    """Whether the keys that stay stand in the wanted order, and above the new ones."""
    return [*(key for key in before if key in wanted), *(key for key in wanted if key not in before)] == list(wanted)


def yaml_lines(values: Mapping[str, Value], indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{as_yaml(key)}:\n"
            yield from yaml_lines(value, indent + "  ")
        else:
            yield f"{indent}{as_yaml(key)}: {as_yaml(value)}\n"


def as_yaml(value: str | tuple[str, ...]) -> str:
    """A text or a list of texts as YAML on one line, in quotes only where it needs them."""
    if isinstance(value, tuple):
        return "[" + ", ".join(as_yaml(item) for item in value) + "]"
    if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._()/’-]| (?=[^ #]))*", value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", quoted)
