"""Two results of one person beside each other: what differs, and whether that is more than measurement error. Pure: no Django.

A change is judged by the reliable change index (Jacobson & Truax 1991), see `quiz.scoring.change`. It says that something
changed, never why, and neither direction is called better.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quiz.instrument.types import ANXIETY, AVOIDANCE, Dimension, Instrument, measurement_signature
from quiz.result.breakdown import position
from quiz.scoring import Change, Point, change

SOON = 14  # days within which memory of the first answers plays in; the page says "two weeks"
STEP = 0.1  # what differs by less may look the same in figures of one decimal


@dataclass(frozen=True)
class Taking:
    """One time that the quiz was taken."""

    instrument: Instrument
    answers: Mapping[str, int]
    relation: str  # the key of whom the taker had in mind
    day: date

    @property
    def point(self) -> Point:
        return position(self.instrument, self.answers)

    @property
    def who(self) -> str:
        return next((known.text for known in self.instrument.relations if known.key == self.relation), "")


@dataclass(frozen=True)
class DimensionChange:
    dimension: Dimension
    before: float
    after: float
    change: Change

    @property
    def direction(self) -> str:
        if abs(self.change.points) < STEP:
            return "hardly moved"
        return "went up" if self.change.points > 0 else "went down"


@dataclass(frozen=True)
class Comparison:
    """Empty of changes where the statements differ: then two scores are of two different scales."""

    earlier: Taking
    changes: tuple[DimensionChange, ...]
    is_soon: bool
    is_about_another: bool

    @property
    def before(self) -> Point | None:
        """The earlier position, where it can be drawn beside the later one."""
        return self.earlier.point if self.changes else None


def compare(earlier: Taking, later: Taking) -> Comparison:
    """The later taking against the earlier one, with the later version's planning values."""
    return Comparison(
        earlier=earlier,
        changes=changes(earlier, later) if measurement_signature(earlier.instrument) == measurement_signature(later.instrument) else (),
        is_soon=abs((later.day - earlier.day).days) < SOON,
        is_about_another=earlier.relation != later.relation,
    )


def changes(earlier: Taking, later: Taking) -> tuple[DimensionChange, ...]:
    pairs = ((ANXIETY, earlier.point.anxiety, later.point.anxiety), (AVOIDANCE, earlier.point.avoidance, later.point.avoidance))
    found = ((later.instrument.dimensions[key], before, after) for key, before, after in pairs)
    return tuple(DimensionChange(dimension, before, after, change(before, after, dimension.norm)) for dimension, before, after in found)
