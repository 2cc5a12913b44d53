"""A target, and how what was measured compares with it."""

from dataclasses import asdict, dataclass

from tests.bench.measuring import Measured


@dataclass(frozen=True)
class Finding:
    what: str
    found: float
    bound: float
    at_least: bool = False  # otherwise at most
    unit: str = ""
    told: str = ""  # what the figure was made from

    @property
    def passes(self) -> bool:
        return self.found >= self.bound if self.at_least else self.found <= self.bound

    @property
    def figure(self) -> str:
        return f"{self.found:.2f} {self.unit}".strip()

    @property
    def target(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g} {self.unit}".strip()

    def told_whole(self) -> dict[str, object]:
        return {**asdict(self), "passes": self.passes}


def at_least(bound: float, what: str, ours: Measured, theirs: Measured) -> Finding:
    """How many times cheaper ours is than theirs."""
    return Finding(what, theirs.cost / ours.cost, bound, at_least=True, told=f"{ours} | {theirs}")


def at_most(bound: float, what: str, ours: Measured, theirs: Measured) -> Finding:
    """How many times dearer ours is than theirs."""
    return Finding(what, ours.cost / theirs.cost, bound, told=f"{ours} | {theirs}")
