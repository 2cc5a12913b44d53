"""A healing guide as typed parts. Pure: no Django."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from documents.text.addresses import SLUG, path_of
from documents.text.html import Html
from documents.text.parsed import Link
from documents.text.problems import Problem
from documents.text.references import Citation
from documents.text.sentences import Sentence
from guides.styles import Style

ADDRESS = "/guides/{}/"
GUIDE_PATH = re.compile(ADDRESS.format(f"(?P<slug>{SLUG.pattern})"))
WORDS_PER_MINUTE = 238  # silent reading of English non-fiction by adults (Brysbaert 2019)
# The facets of the quiz that a step can ease, by key: name and dimension.
FACETS = {
    "alarm": ("Fear of losing you", "anxiety"),
    "reassurance": ("Pull for closeness", "anxiety"),
    "self-doubt": ("Doubting my worth", "anxiety"),
    "distance": ("Uneasy with closeness", "avoidance"),
    "self-reliance": ("Doing it alone", "avoidance"),
    "withdrawal": ("Shutting down", "avoidance"),
}
STRATEGIES_SHOWN = 4  # readers open the others with a click


@dataclass(frozen=True)
class Step:
    number: int  # from 1
    title: str
    anchor: str
    eases: tuple[str, ...]  # facets of the quiz
    prose: Html
    actions: tuple[Html, ...]


@dataclass(frozen=True)
class Strategy:
    title: str
    prose: Html


@dataclass(frozen=True)
class Question:
    title: str
    answer: Html


@dataclass(frozen=True)
class Metadata:
    """Facts about a guide, for the head of its page and for search engines."""

    title: str
    summary: str
    authors: list[str]
    words: int


@dataclass(frozen=True)
class Parts:
    """The parts of a guide's page in their order, and the problems of the text."""

    title: str
    slug: str
    summary: str
    style: Style | None
    reviewed: date | None
    next_review: date | None
    authors: tuple[str, ...]
    related: tuple[str, ...]  # slugs
    introduction: Html
    takeaways: tuple[Html, ...]
    steps: tuple[Step, ...]
    strategies: tuple[Strategy, ...]
    quote: Html
    help: Html
    questions: tuple[Question, ...]
    sources: tuple[Citation, ...]  # in the order of their first citation
    words: int  # as readers see them, without the sources
    anchors: Mapping[str, tuple[str, ...]]  # each with the facets that it eases
    links: tuple[Link, ...]
    sentences: tuple[Sentence, ...]
    key_lines: Mapping[str, int]  # of the front matter
    problems: tuple[Problem, ...]

    @property
    def metadata(self) -> Metadata:
        return Metadata(self.title, self.summary, [*self.authors], self.words)

    @property
    def minutes(self) -> int:
        return max(1, round(self.words / WORDS_PER_MINUTE))

    @property
    def first_strategies(self) -> tuple[Strategy, ...]:
        return self.strategies[:STRATEGIES_SHOWN]

    @property
    def more_strategies(self) -> tuple[Strategy, ...]:
        return self.strategies[STRATEGIES_SHOWN:]


def step_address(slug: str, anchor: str) -> str:
    """Returns the URL path of a guide and the anchor of one of its steps."""
    return f"{ADDRESS.format(slug)}#{anchor}"


def guide_slug(address: str) -> str:
    """Returns the slug of the guide at an address, in whatever way the address is written; "" for any other page."""
    found = GUIDE_PATH.fullmatch(path_of(address))
    return found["slug"] if found else ""


@dataclass(frozen=True)
class HiddenGuides:
    """Contains the address of every guide except the readable ones, whether or not it exists. Links to them are rendered as plain words."""

    readable: frozenset[str]  # slugs

    def __contains__(self, address: object) -> bool:
        slug = guide_slug(str(address))
        return bool(slug) and slug not in self.readable
