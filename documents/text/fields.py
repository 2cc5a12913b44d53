"""Typed values of the front matter."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import TypeVar

from documents.text.problems import Problem
from documents.text.strict_yaml import Node

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """Returns the values of front matter by key and type.

    For a wrong one, or a missing required one, it collects a problem and returns an empty value.
    """

    def __init__(self, nodes: Mapping[str, Node], line: int = 1) -> None:
        self.nodes = nodes
        self.line = line  # the line of the problems about missing keys
        self.requested: set[str] = set()
        self.problems: list[Problem] = []
        self.groups: dict[str, Fields] = {}

    def find(self, key: str) -> Node | None:
        self.requested.add(key)
        node = self.nodes.get(key)
        empty = node is None or not (node.value.strip() if isinstance(node.value, str) else node.value)
        return None if empty else node

    def required(self, key: str) -> str:
        if not self.find(key):
            message = f'"{key}" is missing. Add a line "{key}: ...".'
            self.problems.append(Problem(self.line, "key-missing", message))
        return self.text(key)

    def text(self, key: str) -> str:
        node = self.find(key)
        if node is None or isinstance(node.value, str):
            return str(node.value).strip() if node else ""
        self.reject(key, "is a list and has to be one text")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        node = self.find(key)
        if node is None:
            return ()
        if isinstance(node.value, tuple) and all(isinstance(item.value, str) for item in node.value):
            return tuple(str(item.value) for item in node.value)
        self.reject(key, "has to be a list, such as [one, two]")
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
        self.reject(key, f'is "{text}" and has to be a day such as 2026-11-01')
        return None

    def required_number(self, key: str) -> float:
        """Returns 0 where there is none."""
        text = self.required(key)
        if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", text):
            return float(text)
        if text:
            self.reject(key, f'is "{text}" and has to be a number such as 4 or 0.85')
        return 0.0

    def required_whole_number(self, key: str) -> int:
        """Returns 0 where there is none."""
        text = self.required(key)
        if re.fullmatch(r"-?[0-9]{1,9}", text):
            return int(text)
        if text:
            self.reject(key, f'is "{text}" and has to be a whole number such as 7')
        return 0

    def group(self, key: str) -> "Fields":
        """Returns the mapping under a key. Its problems are part of `all_problems`."""
        if key not in self.groups:
            node = self.find(key)
            inner = node.value if node and isinstance(node.value, dict) else {}
            if node is None:
                self.required(key)
            elif not inner:
                self.reject(key, "has to have keys of its own, each in a line below it that begins with spaces")
            self.groups[key] = Fields(inner, node.line if node else self.line)
        return self.groups[key]

    def resolve(self, path: str) -> "tuple[Fields, str]":
        """Returns the group and the key of a path such as "scale__from"."""
        *groups, key = path.split("__")
        return reduce(Fields.group, groups, self), key

    def choice(self, key: str, choices: type[Choice]) -> Choice | None:
        text = self.text(key)
        if text in {str(choice) for choice in choices}:
            return choices(text)
        if text:
            self.reject(key, f'is "{text}" and has to be one of: {", ".join(sorted(choices))}')
        return None

    def reject(self, key: str, reason: str) -> None:
        """Adds a problem. `reason` completes the sentence that begins with the key, as in `"day" is "x" and has to be a day`."""
        self.problems.append(Problem(self.nodes[key].line, "value-wrong", f'"{key}" {reason}.'))

    def all_problems(self) -> list[Problem]:
        """Returns the problems of the keys that were requested, and one for each key that was not. Call it after all requests."""
        unknown = [(node.line, key) for key, node in self.nodes.items() if key not in self.requested]
        known = ", ".join(sorted(self.requested))
        problems = [Problem(line, "key-unknown", f'"{key}" is not known here. Known are: {known}.') for line, key in unknown]
        return [*self.problems, *problems, *(problem for group in self.groups.values() for problem in group.all_problems())]
