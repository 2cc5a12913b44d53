"""The kinds of documents. Each app above this one registers its own when Django starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from documents.text.parsed import ParsedText
from documents.text.problems import Problem
from documents.text.references import REFERENCES_FILE, Reference, read_references

# The HTML that is stored with a document, and what else its page needs, as JSON.
StoredPage = tuple[str, dict[str, Any]]


class Parse(Protocol):
    def __call__(self, text: str, references: Mapping[str, Reference], /) -> ParsedText: ...


@dataclass(frozen=True)
class Kind:
    """A kind of document, with everything that this app needs to know of it."""

    name: str  # in the column `kind`
    folder: str  # under content/
    address: str  # of its page, with {} for the slug
    parse: Parse
    render: Callable[[Any], StoredPage] = lambda parsed: ("", {})  # takes what `parse` returns

    def address_of(self, slug: str) -> str:
        return self.address.format(slug)

    @property
    def prefix(self) -> str:
        """The part of the address before the slug: the whole address if there is no slug in it."""
        return self.address.partition("{}")[0]


KINDS: dict[str, Kind] = {}

# The checks of the files under content/ that are not documents, by file name. Each takes the file's text and today's date.
OTHER_FILE_CHECKS: dict[str, Callable[[str, date], list[Problem]]] = {REFERENCES_FILE: lambda text, today: read_references(text)[1]}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind
