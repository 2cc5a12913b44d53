"""A healing guide as typed parts. Pure: no Django."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from documents.text.addresses import SLUG, path_of
from documents.text.html import Html
from documents.text.library import Link
from documents.text.problems import Problem
from documents.text.references import Citation
from documents.text.sentences import Sentence
from guides.styles import Style

ADDRESS = "/guides/{}/"
GUIDE_PATH = re.compile(ADDRESS.format(f"(?P<slug>{SLUG.pattern})"))
WORDS_A_MINUTE = 238  # silent reading of English non-fiction by adults (Brysbaert 2019)
# The facets of the quiz that a step can ease: the name of each, and its dimension.
FACETS = {
    "alarm": ("Fear of losing you", "anxiety"),
    "reassurance": ("Pull for closeness", "anxiety"),
    "self-doubt": ("Doubting my worth", "anxiety"),
    "distance": ("Uneasy with closeness", "avoidance"),
    "self-reliance": ("Doing it alone", "avoidance"),
    "withdrawal": ("Shutting down", "avoidance"),
}
STRATEGIES_SHOWN = 4  # the others are one click away


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
class About:
    """What is told of a guide, to search engines too."""

    title: str
    summary: str
    authors: list[str]
    words: int


@dataclass(frozen=True)
class Parts:
    """What a guide's page shows, top to bottom, and what is wrong with the text."""

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
    words: int  # that a reader sees, the sources left out
    anchors: Mapping[str, tuple[str, ...]]  # with the facets that each eases
    links: tuple[Link, ...]
    sentences: tuple[Sentence, ...]
    key_lines: Mapping[str, int]  # of the front matter
    problems: tuple[Problem, ...]

    @property
    def about(self) -> About:
        return About(self.title, self.summary, [*self.authors], self.words)

    @property
    def minutes(self) -> int:
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def first_strategies(self) -> tuple[Strategy, ...]:
        return self.strategies[:STRATEGIES_SHOWN]

    @property
    def more_strategies(self) -> tuple[Strategy, ...]:
        return self.strategies[STRATEGIES_SHOWN:]


def slug_in(address: str) -> str:
    """The slug of the guide that an address leads to, however it is written; empty for every other address."""
    found = GUIDE_PATH.fullmatch(path_of(address))
    return found["slug"] if found else ""


@dataclass(frozen=True)
class OtherGuides:
    """The addresses of all guides but some, whether or not there is such a guide. Of a text's links these become plain words."""

    readable: frozenset[str]  # slugs

    def __contains__(self, address: object) -> bool:
        slug = slug_in(str(address))
        return bool(slug) and slug not in self.readable
