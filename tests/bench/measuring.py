"""Measures the cost of a request: CPU time of all servers that take part, and requests answered a second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from statistics import fmean

from tests.bench.client import AT_ONCE, Client
from tests.bench.processes import cpu_seconds

REPETITIONS = 20
ROUNDS = 3  # in each repetition, of which the cheapest counts
SECONDS = 0.1  # of CPU time in a round
WARM_UP = 50  # requests before anything is measured


@dataclass(frozen=True)
class Workload:
    """One kind of request. `requests` never ends."""

    name: str
    port: int
    processes: tuple[int, ...]  # the first process of each server
    requests: Iterator[bytes]
    status: int = 200


@dataclass(frozen=True)
class Round:
    cost: float  # seconds of CPU time a request
    rate: float  # requests a second


@dataclass(frozen=True)
class Measurement:
    name: str
    rounds: list[Round]  # in the order in which they were run

    def __str__(self) -> str:
        return f"{self.cost * 1e6:,.0f} µs, {self.rate:,.0f}/s"

    @property
    def cheapest_rounds(self) -> list[Round]:
        """The cheapest round of each repetition: other processes on the machine can only make a round more expensive."""
        repetitions = [self.rounds[first : first + ROUNDS] for first in range(0, len(self.rounds), ROUNDS)]
        return [min(rounds, key=lambda round_: round_.cost) for rounds in repetitions]

    @property
    def cost(self) -> float:
        return fmean(round_.cost for round_ in self.cheapest_rounds)

    @property
    def rate(self) -> float:
        return fmean(round_.rate for round_ in self.cheapest_rounds)


def measure(group: Sequence[Workload]) -> list[Measurement]:
    """Measures a group of workloads in short alternating rounds, so that a disturbance of the machine affects all of them."""
    numbers = [requests_per_round(workload) for workload in group]
    rounds = [[run_round(workload, number) for workload, number in zip(group, numbers, strict=True)] for _ in range(REPETITIONS * ROUNDS)]
    return [Measurement(workload.name, list(own_rounds)) for workload, own_rounds in zip(group, zip(*rounds, strict=True), strict=True)]


def requests_per_round(workload: Workload) -> int:
    """The number of requests that take SECONDS of CPU time."""
    number = AT_ONCE
    run_round(workload, WARM_UP)
    while (cost := run_round(workload, number).cost) * number < SECONDS:
        number *= 2
    return max(AT_ONCE, ceil(SECONDS / cost))


def run_round(workload: Workload, number: int) -> Round:
    """Sends `number` requests. The first AT_ONCE are not counted: they open connections and warm up caches after other workloads."""
    with Client(workload.port, workload.status) as client:
        client.drive(islice(workload.requests, AT_ONCE))
        before = cpu_seconds(workload.processes)
        seconds = client.drive(islice(workload.requests, number))
        return Round((cpu_seconds(workload.processes) - before) / number, number / seconds)
