"""Targets, and the measured values that are compared with them."""

from dataclasses import asdict, dataclass

from tests.bench.measuring import Measurement


@dataclass(frozen=True)
class Finding:
    name: str
    value: float
    bound: float
    at_least: bool = False  # otherwise the bound is a maximum
    unit: str = ""
    detail: str = ""  # the measurements behind the value

    @property
    def passes(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def figure(self) -> str:
        return f"{self.value:.2f} {self.unit}".strip()

    @property
    def target(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g} {self.unit}".strip()

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "passes": self.passes}


def at_least(bound: float, name: str, ours: Measurement, theirs: Measurement) -> Finding:
    """Compares how many times cheaper ours is than theirs."""
    return Finding(name, theirs.cost / ours.cost, bound, at_least=True, detail=f"{ours} | {theirs}")


def at_most(bound: float, name: str, ours: Measurement, theirs: Measurement) -> Finding:
    """Compares how many times more expensive ours is than theirs."""
    return Finding(name, ours.cost / theirs.cost, bound, detail=f"{ours} | {theirs}")
