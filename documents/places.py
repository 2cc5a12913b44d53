"""Where the problems of a text stand for an editor, who sees the keys as fields of a form and counts the body's lines from 1."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from documents.problems import Problem
from documents.source import Node, Source, mapping


@dataclass(frozen=True)
class Place:
    """A problem where an editor looks for it: at a field, and in the body at a line (0 for the body as a whole).

    A key under a key is named with both, such as "scale__from".
    """

    field: str
    line: int
    problem: Problem
    message: str

    @property
    def where(self) -> str:
        if self.field != "body":
            return self.field.replace("__", ", ").replace("_", " ").capitalize()
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
        message = problem.naming(in_body(line, above) for line in problem.lines)
        field = "body" if problem.line > above else key_at(problem.line, source)
        yield Place(field, max(0, problem.line - above), problem, message)


def in_body(line: int, above: int) -> str:
    """A line of a whole text as one of its body. The only sentence above the body is the summary."""
    return str(line - above) if line > above else "of the summary"


def key_at(line: int, source: Source) -> str:
    """The key whose value stands in a line. What the first line is blamed for, such as a missing part, is missing below."""
    path: list[str] = []
    fields: Mapping[str, Node] = source.fields
    while above := [key for key, node in fields.items() if node.line <= line]:
        path.append(above[-1])
        fields = mapping(fields[above[-1]])
    return "__".join(path) or "body"
