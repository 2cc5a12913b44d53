"""Measures what a request costs: processor time of all servers that take part in it, and how many are answered a second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bench.client import drive
from bench.processes import cpu_of

ROUNDS = 3
SECONDS = 1.5  # of processor time in a round: the system counts in hundredths
TRIAL = 0.2  # of processor time to learn how much a request takes
FEWEST = 40  # requests


@dataclass(frozen=True)
class Work:
    """One kind of request. `requests` never ends."""

    name: str
    port: int
    processes: tuple[int, ...]  # the first of each server
    requests: Iterator[bytes]
    status: int = 200


@dataclass(frozen=True)
class Round:
    cost: float  # seconds of processor time a request
    rate: float  # requests a second


@dataclass(frozen=True)
class Measured:
    name: str
    rounds: list[Round]

    def __str__(self) -> str:
        return f"{self.cost * 1e6:,.0f} µs, {self.rate:,.0f}/s"

    @property
    def cost(self) -> float:
        """Of the cheapest round: others on the machine can only make it dearer."""
        return min(one.cost for one in self.rounds)

    @property
    def rate(self) -> float:
        return max(one.rate for one in self.rounds)


def measured(group: Sequence[Work]) -> list[Measured]:
    """The rounds are interleaved, so that what disturbs the machine meets all of a group alike."""
    numbers = [enough(work) for work in group]
    rounds = [[one_round(work, number) for work, number in zip(group, numbers, strict=True)] for _ in range(ROUNDS)]
    return [Measured(work.name, list(own)) for work, own in zip(group, zip(*rounds, strict=True), strict=True)]


def enough(work: Work) -> int:
    """How many requests take about `SECONDS`; found out while the server warms up."""
    number = FEWEST
    while (used := one_round(work, number).cost * number) < TRIAL:
        number *= 2
    return max(FEWEST, round(number * SECONDS / used))


def one_round(work: Work, number: int) -> Round:
    before = cpu_of(work.processes)
    rate = drive(work.port, islice(work.requests, number), number, work.status)
    return Round((cpu_of(work.processes) - before) / number, rate)
