"""The interface of a parsed text, and its links."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from markdown_it.token import Token

from documents.text.markdown import ADDRESS_ATTRIBUTES, children_with_lines, inlines
from documents.text.problems import Problem
from documents.text.sentences import Sentence


@dataclass(frozen=True)
class Link:
    address: str
    line: int
    eases: str = ""  # the facet that the step at the address has to ease; empty where the link may lead anywhere


class ParsedText(Protocol):
    """A parsed text of any kind, with what lists, links and the checks against other texts need."""

    @property
    def title(self) -> str: ...
    @property
    def slug(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def style(self) -> str | None: ...
    @property
    def reviewed(self) -> date | None: ...
    @property
    def next_review(self) -> date | None: ...
    @property
    def anchors(self) -> Mapping[str, Collection[str]]: ...
    @property
    def links(self) -> tuple[Link, ...]: ...
    @property
    def sentences(self) -> tuple[Sentence, ...]: ...
    @property
    def key_lines(self) -> Mapping[str, int]: ...
    @property
    def problems(self) -> tuple[Problem, ...]: ...


def fingerprints_of(parsed: ParsedText) -> set[int]:
    """Returns the fingerprints of the sentences that no other text should repeat."""
    return {sentence.fingerprint for sentence in parsed.sentences if sentence.is_long}


def links_of(tokens: Sequence[Token], first_line: int) -> tuple[Link, ...]:
    """Returns the addresses of a text's links and images. `first_line` is the line of the whole text that the body begins on."""
    return tuple(
        Link(str(child.attrGet(ADDRESS_ATTRIBUTES[child.type])), line + first_line)
        for inline in inlines(tokens)
        for line, child in children_with_lines(inline)
        if child.type in ADDRESS_ATTRIBUTES
    )
