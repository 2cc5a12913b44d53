"""Where the problems of a text stand for an editor, who sees the keys as fields of a form and counts the body's lines from 1."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from documents.models import Document
from documents.text.addresses import SLUG, path_of
from documents.text.library import ParsedText, check_against_library
from documents.text.problems import Problem
from documents.text.source import Source
from documents.text.strict_yaml import Node, as_mapping


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
    keys = list(lined_keys(source.fields))
    for problem in sorted(problems):
        message = problem.message_for(in_body(line, above) for line in problem.lines)
        field = "body" if problem.line > above else key_at(problem.line, keys)
        yield Place(field, max(0, problem.line - above), problem, message)


def in_body(line: int, above: int) -> str:
    """A line of a whole text as one of its body. The only sentence above the body is the summary."""
    return str(line - above) if line > above else "of the summary"


def lined_keys(fields: Mapping[str, Node], group: str = "") -> Iterator[tuple[int, str]]:
    """Every key with its line, in the order of the text; one under a key is named with both."""
    for key, node in fields.items():
        yield node.line, group + key
        yield from lined_keys(as_mapping(node), f"{group}{key}__")


def key_at(line: int, keys: Sequence[tuple[int, str]]) -> str:
    """The key whose value is in a line. What the first line is blamed for, such as a missing part, is missing in the body."""
    above = bisect_right(keys, line, key=lambda lined: lined[0])
    return keys[above - 1][1] if above else "body"


def check_document(document: Document, parsed: ParsedText, today: date) -> list[Problem]:
    """Returns the problems of `parsed`, a text for `document`: those in it, and those that only the other documents show."""
    fingerprints = [sentence.fingerprint for sentence in parsed.sentences]
    near = Document.objects.exclude(pk=document.pk).filter(Q(fingerprints__overlap=fingerprints) | Q(slug__in=slugs_in(parsed)))
    library = near.library(fingerprints)
    return [*parsed.problems, *check_against_library(parsed, document.kind_spec.address.format(parsed.slug), library, today)]


def slugs_in(parsed: ParsedText) -> set[str]:
    """The last part of every address that a text links to, where it may be a slug: few, and the slugs it means are among them."""
    last_parts = (path_of(link.address).strip("/").rpartition("/")[2] for link in parsed.links)
    return {part for part in last_parts if SLUG.fullmatch(part)}
