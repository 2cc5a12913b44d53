"""The kinds of documents there are. Apps above this floor register theirs when Django starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from documents.text.across import Reading
from documents.text.problems import Problem
from documents.text.references import Reference, read_references

# HTML, and what else the page of a kind needs, as JSON.
Made = tuple[str, dict[str, Any]]


class Read(Protocol):
    def __call__(self, text: str, references: Mapping[str, Reference], /) -> Reading: ...


@dataclass(frozen=True)
class Kind:
    """What the ground floor has to know of a kind: its name in the table, its folder of files, its address, its parser, and what
    of its page is made when a text is saved."""

    name: str
    folder: str
    address: str  # with {} for the slug
    read: Read
    make: Callable[[Any], Made] = lambda reading: ("", {})


KINDS: dict[str, Kind] = {}

# Files of content/ that are no documents, each with what checks it.
OTHER_FILE_CHECKS: dict[str, Callable[[str, date], list[Problem]]] = {"references.json": lambda text, today: read_references(text)[1]}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind
