"""Measures what a request costs: processor time of all servers that take part in it, and how many are answered a second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from statistics import fmean

from tests.bench.client import AT_ONCE, Client
from tests.bench.processes import cpu_of

TIMES = 20
ROUNDS = 3  # each time, of which the cheapest counts
SECONDS = 0.1  # of processor time in a round
WARM = 50  # requests before anything is measured


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
    rounds: list[Round]  # in the order in which they were run

    def __str__(self) -> str:
        return f"{self.cost * 1e6:,.0f} µs, {self.rate:,.0f}/s"

    @property
    def counted(self) -> list[Round]:
        """The cheapest round of each time: others on the machine can only make it dearer."""
        times = [self.rounds[first : first + ROUNDS] for first in range(0, len(self.rounds), ROUNDS)]
        return [min(rounds, key=lambda one: one.cost) for rounds in times]

    @property
    def cost(self) -> float:
        return fmean(one.cost for one in self.counted)

    @property
    def rate(self) -> float:
        return fmean(one.rate for one in self.counted)


def measured(group: Sequence[Work]) -> list[Measured]:
    """Rounds are short and taken by turns, so that what disturbs the machine for a while meets all of a group alike."""
    numbers = [enough(work) for work in group]
    turns = [[one_round(work, number) for work, number in zip(group, numbers, strict=True)] for _ in range(TIMES * ROUNDS)]
    return [Measured(work.name, list(own)) for work, own in zip(group, zip(*turns, strict=True), strict=True)]


def enough(work: Work) -> int:
    """How many requests make a round."""
    number = AT_ONCE
    one_round(work, WARM)
    while (cost := one_round(work, number).cost) * number < SECONDS:
        number *= 2
    return max(AT_ONCE, ceil(SECONDS / cost))


def one_round(work: Work, number: int) -> Round:
    """The first requests are not counted: they open the connections, and wake up what has lain still while others were measured."""
    with Client(work.port, work.status) as client:
        client.drive(islice(work.requests, AT_ONCE))
        before = cpu_of(work.processes)
        lasted = client.drive(islice(work.requests, number))
        return Round((cpu_of(work.processes) - before) / number, number / lasted)
