"""Where the problems of a text stand for an editor, who sees the keys as fields of a form and counts the body's lines from 1."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from documents.problems import Problem
from documents.source import Source

# Lines that a message names besides its own; what the writer wrote stands in quotes before these words.
OTHER_LINES = re.compile(r"(?<= times, in lines )[\d, ]+(?=\. Keep one)|(?<= of the step in line )\d+(?= too\. )")


@dataclass(frozen=True)
class Place:
    """A problem where an editor looks for it: at a field, and in the body at a line (0 for the body as a whole)."""

    field: str
    line: int
    problem: Problem
    message: str

    @property
    def where(self) -> str:
        if self.field != "body":
            return self.field.replace("_", " ").capitalize()
        return f"Line {self.line}" if self.line else "Text"

    @property
    def said(self) -> str:
        code = self.problem.code if self.problem.is_error else f"warning, {self.problem.code}"
        return f"{self.message} ({code})"

    def __str__(self) -> str:
        return f"{self.where}: {self.said}"


def places_of(problems: Iterable[Problem], source: Source) -> Iterator[Place]:
    """The problems of a text in the order of the form: keys, then the body."""
    above = source.body_line - 1
    for problem in sorted(problems):
        message = OTHER_LINES.sub(lambda lines: in_body(lines[0], above), problem.message)
        field = "body" if problem.line > above else key_at(problem.line, source)
        yield Place(field, max(0, problem.line - above), problem, message)


def in_body(lines: str, above: int) -> str:
    """Line numbers of a whole text as numbers of its body. The only sentence above the body is the summary."""
    numbers = [int(number) - above for number in lines.split(", ")]
    return ", ".join(str(number) if number > 0 else "of the summary" for number in numbers)


def key_at(line: int, source: Source) -> str:
    """The key whose value stands in a line. What the first line is blamed for, such as a missing part, is missing below."""
    return next((key for key, node in reversed(source.fields.items()) if node.line <= line), "body")
