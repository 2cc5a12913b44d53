"""The values of front matter as the types that a text needs."""

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
            self.wrong(key, f'is "{text}" and has to be one of: {", ".join(sorted(choices))}')
        return None

    def wrong(self, key: str, what: str) -> None:
        self.problems.append(Problem(self.fields[key].line, "value-wrong", f'"{key}" {what}.'))

    def all_problems(self) -> list[Problem]:
        """What was wrong with the keys asked for, and every key that nobody asked for."""
        unknown = [(node.line, key) for key, node in self.fields.items() if key not in self.asked]
        known = ", ".join(sorted(self.asked))
        said = [Problem(line, "key-unknown", f'"{key}" is not known here. Known are: {known}.') for line, key in unknown]
        return [*self.problems, *said, *(problem for group in self.groups.values() for problem in group.all_problems())]
