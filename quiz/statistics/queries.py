"""Sums over kept results, made by the database: no row leaves it, and the number of queries is the same for any number of results."""

from datetime import date

from django.contrib.postgres.aggregates import Corr
from django.db import connection
from django.db.models import Aggregate, Avg, Count, F, Q, QuerySet, StdDev
from django.db.models.functions import Floor, Least

from quiz.instrument.types import ANXIETY, AVOIDANCE, Instrument
from quiz.models import Result
from quiz.scoring import Region
from quiz.statistics.figures import LEAST, NEAR, Figures, ScaleTotals, Totals, figures

SIDES = {
    Region.SECURE: ("lt", "lt"),
    Region.ANXIOUS: ("gt", "lt"),
    Region.DISMISSIVE: ("lt", "gt"),
    Region.FEARFUL: ("gt", "gt"),
}


def totals(instrument: Instrument, results: QuerySet[Result]) -> Totals:
    """`results` have an answer to every statement of the instrument."""
    found = results.aggregate(number=Count("pk"), correlation=Corr(AVOIDANCE, ANXIETY), **spreads(), **regions(instrument))
    return Totals(
        number=found["number"],
        scales={
            key: ScaleTotals(found[f"{key}_mean"], found[f"{key}_sd"], bins(instrument, results, key))
            for key in (ANXIETY, AVOIDANCE)
            if found["number"] > 1
        },
        correlation=found["correlation"],
        regions={name: found[name] for name in regions(instrument)},
        answers=answers(results) if found["number"] else {},
    )


def spreads() -> dict[str, Aggregate]:
    means: dict[str, Aggregate] = {f"{key}_mean": Avg(key) for key in (ANXIETY, AVOIDANCE)}
    return means | {f"{key}_sd": StdDev(key, sample=True) for key in (ANXIETY, AVOIDANCE)}


def regions(instrument: Instrument) -> dict[str, Aggregate]:
    """Results that lie more than a standard error of measurement from both middles, by region, and all others."""
    told = {str(region): beyond(instrument, ANXIETY, a) & beyond(instrument, AVOIDANCE, v) for region, (a, v) in SIDES.items()}
    told[NEAR] = ~Q(*told.values(), _connector=Q.OR)
    return {name: Count("pk", filter=where) for name, where in told.items()}


def beyond(instrument: Instrument, key: str, side: str) -> Q:
    middle, sem = instrument.scale.middle, instrument.dimensions[key].norm.sem
    return Q((f"{key}__{side}", middle + sem if side == "gt" else middle - sem))


def bins(instrument: Instrument, results: QuerySet[Result], key: str) -> dict[int, int]:
    """How many scores lie in each bin of one point, by its lower end; the highest score belongs to the last one."""
    start = Least(Floor(F(key)), float(instrument.scale.highest - 1))
    found: QuerySet[Result, tuple[float, int]] = results.values_list(start).annotate(Count("pk")).order_by()
    return {int(start): number for start, number in found}


def answers(results: QuerySet[Result]) -> dict[str, dict[int, int]]:
    """How often each answer was given, by item. The ORM has no lateral join, which jsonb_each_text needs."""
    rows, parameters = results.order_by().values("answers").query.sql_with_params()
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, value::int, count(*) FROM ({rows}) AS row, jsonb_each_text(row.answers) GROUP BY key, value",  # noqa: S608 (Django's own SQL)
            parameters,
        )
        for item, answer, number in cursor.fetchall():
            found.setdefault(item, {})[answer] = number
    return found


def told(instrument: Instrument, today: date) -> Figures | None:
    """What may be told of the kept results that answer this instrument's statements; None where they are too few."""
    return figures(instrument, totals(instrument, in_tens(Result.objects.comparable(instrument, today))))


def in_tens(results: QuerySet[Result]) -> QuerySet[Result]:
    """The oldest results, in whole tens: figures that moved with each new one would tell its answers to whoever looks twice."""
    number = results.count() // LEAST * LEAST
    return results.filter(pk__in=results.order_by("pk").values("pk")[:number])
