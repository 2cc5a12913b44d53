"""The problems of a text as the form shows them: at the field of a key, or at a line of the body counted from 1."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from documents.text.problems import Problem
from documents.text.source import Source
from documents.text.strict_yaml import Node, as_mapping


@dataclass(frozen=True)
class FieldProblem:
    """A problem and the field that has it, such as "scale__from" for the key "from" under "scale".

    `line` is a line of the body, 0 for the body as a whole and for other fields.
    """

    field: str
    line: int
    problem: Problem
    message: str

    @property
    def location(self) -> str:
        if self.field != "body":
            return self.field.replace("__", ", ").replace("_", " ").capitalize()
        return f"Line {self.line}" if self.line else "Text"

    @property
    def text(self) -> str:
        code = self.problem.code if self.problem.is_error else f"warning, {self.problem.code}"
        return f"{self.message} ({code})"

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


def locate_problems(problems: Iterable[Problem], source: Source) -> Iterator[FieldProblem]:
    """Yields the problems of a text in the order of their lines."""
    front_lines = source.body_line - 1
    keys = list(keys_with_lines(source.fields))
    for problem in sorted(problems):
        message = problem.message_for(body_line_name(line, front_lines) for line in problem.lines)
        field = "body" if problem.line > front_lines else key_at(problem.line, keys)
        yield FieldProblem(field, max(0, problem.line - front_lines), problem, message)


def body_line_name(line: int, front_lines: int) -> str:
    """Returns how messages name a line of the whole text. The only sentence in the front matter is the summary."""
    return str(line - front_lines) if line > front_lines else "of the summary"


def keys_with_lines(fields: Mapping[str, Node], prefix: str = "") -> Iterator[tuple[int, str]]:
    """Yields the line and the name of every key in the order of the text; a key under another one is "other__key"."""
    for key, node in fields.items():
        yield node.line, prefix + key
        yield from keys_with_lines(as_mapping(node), f"{prefix}{key}__")


def key_at(line: int, keys: Sequence[tuple[int, str]]) -> str:
    """Returns the key whose value is in a line; "body" for line 1, where for example missing parts are reported."""
    count = bisect_right(keys, line, key=lambda pair: pair[0])
    return keys[count - 1][1] if count else "body"
