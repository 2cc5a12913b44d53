"""Problems of a text, each with its line and advice. LEVELS lists all codes that a check can report."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"  # the text is neither saved nor imported
    WARNING = "warning"  # shown to the editor


LEVELS = {
    "anchor-repeated": Level.ERROR,
    "anchor-reserved": Level.ERROR,
    "block-unclosed": Level.ERROR,
    "character-invisible": Level.ERROR,
    "citation-unknown": Level.ERROR,
    "claim-without-source": Level.WARNING,
    "facet-unknown": Level.ERROR,
    "file-unread": Level.WARNING,
    "front-matter-broken": Level.ERROR,
    "front-matter-missing": Level.ERROR,
    "heading-attribute": Level.ERROR,
    "heading-level": Level.ERROR,
    "helpline-due": Level.WARNING,
    "helpline-overdue": Level.WARNING,
    "helpline-unverified": Level.WARNING,
    "helplines-broken": Level.ERROR,
    "image-elsewhere": Level.ERROR,
    "image-missing": Level.ERROR,
    "image-without-alt": Level.ERROR,
    "key-missing": Level.ERROR,
    "key-repeated": Level.ERROR,
    "key-unknown": Level.ERROR,
    "keys-unbalanced": Level.ERROR,
    "label-missing": Level.ERROR,
    "line-unreadable": Level.ERROR,
    "link-broken": Level.ERROR,
    "link-scheme": Level.ERROR,
    "markup-suspicious": Level.WARNING,
    "markup-unsupported": Level.ERROR,
    "merge-field": Level.WARNING,
    "nested-too-deep": Level.ERROR,
    "paragraph-too-long": Level.ERROR,
    "part-empty": Level.ERROR,
    "part-missing": Level.ERROR,
    "part-repeated": Level.ERROR,
    "quote-repeated": Level.ERROR,
    "raw-html": Level.ERROR,
    "review-overdue": Level.WARNING,
    "section-unknown": Level.ERROR,
    "sentence-repeated": Level.ERROR,
    "sentence-shared": Level.WARNING,
    "sentence-twice": Level.WARNING,
    "side-without-text": Level.ERROR,
    "slug-taken": Level.ERROR,
    "step-eases-other": Level.ERROR,
    "step-without-actions": Level.ERROR,
    "text-not-shown": Level.ERROR,
    "text-too-long": Level.ERROR,
    "text-unreadable": Level.ERROR,
    "value-wrong": Level.ERROR,
}


@dataclass(frozen=True, order=True)
class Problem:
    """A problem of a text. Lines count from 1 at the top of the whole text, with its front matter."""

    line: int
    code: str
    template: str  # of the message, with "{lines}" for `lines`
    lines: tuple[int, ...] = ()  # other lines that the message names

    @property
    def message(self) -> str:
        return self.message_for(map(str, self.lines))

    def message_for(self, lines: Iterable[str]) -> str:
        """Returns the message with `lines` as the names of its other lines, such as "the summary"."""
        return self.template.replace("{lines}", ", ".join(lines))

    @property
    def level(self) -> Level:
        return LEVELS[self.code]

    @property
    def is_error(self) -> bool:
        return self.level is Level.ERROR

    def formatted(self, file: object) -> str:
        """Returns the problem in the format of compilers, so that editors can jump to it."""
        line = f"{file}:{self.line}: {self.level} {self.code}: {self.message}"
        # A text could fake lines in our output otherwise.
        return "".join(character if character.isprintable() else " " for character in line)


def truncate(text: str) -> str:
    """Returns a text as messages quote it: its first 60 characters at most."""
    return text if len(text) <= 60 else text[:57].rstrip() + "..."
