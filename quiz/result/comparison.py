"""Compares two results of one person: the changes, and whether they exceed the error of measurement. Pure: no Django.

The criterion is the reliable change index (Jacobson & Truax 1991), see `quiz.scoring.reliable_change`. It says that something
changed, not why, and neither direction is called better.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quiz.instrument.types import ANXIETY, AVOIDANCE, Dimension, Instrument, measurement_signature
from quiz.result.breakdown import observed_scores
from quiz.scoring import Change, Point, reliable_change

MIN_DAYS_APART = 14  # the first answers may be remembered until then; the page says "two weeks"
MIN_CHANGE = 0.1  # smaller changes may vanish when scores are rounded to one decimal


@dataclass(frozen=True)
class Attempt:
    """The answers that somebody gave to an instrument on one day."""

    instrument: Instrument
    answers: Mapping[str, int]
    relation: str  # the key of whom the taker had in mind
    day: date

    @property
    def scores(self) -> Point:
        return observed_scores(self.instrument, self.answers)

    @property
    def relation_text(self) -> str:
        return self.instrument.relation_text(self.relation)


@dataclass(frozen=True)
class DimensionChange:
    dimension: Dimension
    before: float
    after: float
    change: Change

    @property
    def direction(self) -> str:
        if abs(self.change.points) < MIN_CHANGE:
            return "hardly moved"
        return "went up" if self.change.points > 0 else "went down"


@dataclass(frozen=True)
class Comparison:
    """Two attempts compared. There are no changes if the statements differ, because the dimensions then measure different things."""

    earlier_attempt: Attempt
    changes: tuple[DimensionChange, ...]
    is_soon: bool  # after the earlier attempt
    is_about_somebody_else: bool

    @property
    def earlier_scores(self) -> Point | None:
        """The scores to show beside the later ones; None if they can't be compared."""
        return self.earlier_attempt.scores if self.changes else None


def compare(earlier: Attempt, later: Attempt) -> Comparison:
    """Compares two attempts, with the planning norms of the later one's instrument."""
    are_comparable = measurement_signature(earlier.instrument) == measurement_signature(later.instrument)
    return Comparison(
        earlier_attempt=earlier,
        changes=changes(earlier, later) if are_comparable else (),
        is_soon=abs((later.day - earlier.day).days) < MIN_DAYS_APART,
        is_about_somebody_else=earlier.relation != later.relation,
    )


def changes(earlier: Attempt, later: Attempt) -> tuple[DimensionChange, ...]:
    pairs = ((ANXIETY, earlier.scores.anxiety, later.scores.anxiety), (AVOIDANCE, earlier.scores.avoidance, later.scores.avoidance))
    found = ((later.instrument.dimensions[key], before, after) for key, before, after in pairs)
    return tuple(
        DimensionChange(dimension, before, after, reliable_change(before, after, dimension.norm)) for dimension, before, after in found
    )
