"""A parser and a writer for a strict subset of YAML: texts, lists and mappings.

Every scalar is a text (`no` is "no", `1.10` is "1.10"), every value knows its line, and aliases, tags and repeated keys are problems.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from documents.text.problems import Problem

MAX_DEPTH = 8  # levels of lists and mappings; the quiz has four
Value = str | tuple[str, ...] | Mapping[str, "Value"]  # of a Node, without lines; mappings keep the order of their keys


@dataclass(frozen=True)
class Node:
    """A value with its line, from 1: the line of its key in a mapping, otherwise the line that it begins on."""

    line: int
    value: "str | tuple[Node, ...] | dict[str, Node]"


def as_mapping(node: Node) -> Mapping[str, Node]:
    return node.value if isinstance(node.value, dict) else {}


def read_yaml(text: str, first_line: int = 1) -> tuple[Node, list[Problem]]:
    """Returns the root of a YAML text, and its problems. `first_line` is the number of the text's first line."""
    reader = YamlReader(text, first_line)
    try:
        return reader.document(), reader.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = first_line + (min(mark.line, text.count("\n", 0, len(text.rstrip()))) if mark else 0)
        message = f"This is not YAML: {error.problem or error.context}."
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # a forbidden character or escape, or too many levels
        line, message = first_line, f"This is not YAML: {str(error).splitlines()[0]}."
    advice = f'{message} Put the value in double quotes if it holds one of : # [ ] {{ }} " or begins with a sign.'
    return Node(first_line, ""), [*reader.problems, Problem(line, "front-matter-broken", advice)]


class YamlReader:
    """Builds nodes from the parser's events, which have lines and unresolved scalars."""

    def __init__(self, text: str, first_line: int) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.first_line = first_line
        self.problems: list[Problem] = []

    def document(self) -> Node:
        root = Node(self.first_line, "")
        for number, event in enumerate(event for event in self.events if isinstance(event, yaml.NodeEvent)):
            found = self.node(event, 1)
            if number:
                self.add_problem(found.line, 'What follows a line "..." is not read. Take that line out.')
            else:
                root = found
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        line = self.first_line + (event.start_mark.line if event.start_mark else 0)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self.add_problem(line, f'"*{anchor}" repeats another value. Write the value itself.')
        elif anchor:
            self.add_problem(line, f'"&{anchor}" names a value for repeating. Take the name away.')
        elif tag not in {None, "!"}:
            self.add_problem(line, f'"{tag}" is a type of YAML. Write the value alone.')
        if depth > MAX_DEPTH:
            raise ValueError(f"lists and keys stand more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(line, self.pairs(depth))
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line, tuple(self.nodes_until(yaml.SequenceEndEvent, depth)))
        return Node(line, event.value if isinstance(event, yaml.ScalarEvent) else "")

    def nodes_until(self, end: type[yaml.Event], depth: int) -> Iterator[Node]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield self.node(event, depth + 1)

    def pairs(self, depth: int) -> dict[str, Node]:
        pairs: dict[str, Node] = {}
        nodes = self.nodes_until(yaml.MappingEndEvent, depth)
        for key, value in zip(nodes, nodes, strict=True):
            if not isinstance(key.value, str):
                self.add_problem(key.line, "A key is a list here. Write a word before the colon.")
            elif key.value in pairs:
                message = f'"{key.value}" stands twice, first in line {pairs[key.value].line}. Keep one of them.'
                self.problems.append(Problem(key.line, "key-repeated", message))
            else:
                pairs[key.value] = Node(key.line, value.value)
        return pairs

    def add_problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "front-matter-broken", message))


def plain_values(fields: Mapping[str, Node]) -> dict[str, Value]:
    return {key: value for key, node in fields.items() if (value := plain_value(node))}


def plain_value(node: Node) -> Value:
    if isinstance(node.value, tuple):
        return tuple(str(item.value) for item in node.value)
    return node.value if isinstance(node.value, str) else plain_values(node.value)


def yaml_lines(values: Mapping[str, Value], indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{as_yaml(key)}:\n"
            yield from yaml_lines(value, indent + "  ")
        else:
            yield f"{indent}{as_yaml(key)}: {as_yaml(value)}\n"


def as_yaml(value: str | tuple[str, ...]) -> str:
    """Returns a text or a list of texts as YAML on one line, in quotes only where they are needed."""
    if isinstance(value, tuple):
        return "[" + ", ".join(as_yaml(item) for item in value) + "]"
    if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._()/’-]| (?=[^ #]))*", value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", quoted)
