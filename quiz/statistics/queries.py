"""Totals of the kept results, computed by the database in a constant number of queries: no single result is loaded."""

from datetime import date

from django.contrib.postgres.aggregates import Corr
from django.db import connection
from django.db.models import Aggregate, Avg, Count, F, Q, QuerySet, StdDev
from django.db.models.functions import Floor, Least

from guides.styles import Style
from quiz.instrument.types import ANXIETY, AVOIDANCE, Instrument
from quiz.models import Result
from quiz.statistics.figures import MIN_CELL, NEAR_MIDDLE, DimensionTotals, Figures, Totals, compute_figures

REGION_LOOKUPS = {  # of anxiety and avoidance, each compared with a limit near the middle of the scale
    Style.SECURE: ("lt", "lt"),
    Style.ANXIOUS: ("gt", "lt"),
    Style.DISMISSIVE: ("lt", "gt"),
    Style.FEARFUL: ("gt", "gt"),
}


def totals(instrument: Instrument, results: QuerySet[Result]) -> Totals:
    """Returns the totals of `results`, each of which has to have an answer to every statement of the instrument."""
    by_region = region_aggregates(instrument)
    found = results.aggregate(number=Count("pk"), correlation=Corr(AVOIDANCE, ANXIETY), **score_aggregates(), **by_region)
    return Totals(
        number=found["number"],
        dimensions={
            key: DimensionTotals(found[f"{key}_mean"], found[f"{key}_sd"], bins(instrument, results, key))
            for key in (ANXIETY, AVOIDANCE)
            if found["number"] > 1
        },
        correlation=found["correlation"],
        regions={name: found[name] for name in by_region},
        answer_counts=answer_counts(results) if found["number"] else {},
    )


def score_aggregates() -> dict[str, Aggregate]:
    means: dict[str, Aggregate] = {f"{key}_mean": Avg(key) for key in (ANXIETY, AVOIDANCE)}
    return means | {f"{key}_sd": StdDev(key, sample=True) for key in (ANXIETY, AVOIDANCE)}


def region_aggregates(instrument: Instrument) -> dict[str, Aggregate]:
    """Counts by region the results with both scores more than a standard error of measurement from the middle; others as NEAR_MIDDLE."""
    conditions = {
        str(region): beyond_sem(instrument, ANXIETY, anxiety) & beyond_sem(instrument, AVOIDANCE, avoidance)
        for region, (anxiety, avoidance) in REGION_LOOKUPS.items()
    }
    conditions[NEAR_MIDDLE] = ~Q(*conditions.values(), _connector=Q.OR)
    return {name: Count("pk", filter=condition) for name, condition in conditions.items()}


def beyond_sem(instrument: Instrument, key: str, lookup: str) -> Q:
    middle, sem = instrument.scale.middle, instrument.dimensions[key].norm.sem
    return Q((f"{key}__{lookup}", middle + sem if lookup == "gt" else middle - sem))


def bins(instrument: Instrument, results: QuerySet[Result], key: str) -> dict[int, int]:
    """The number of scores in each bin of one point, by its lower end. The highest score of the scale counts in the last bin."""
    start = Least(Floor(F(key)), float(instrument.scale.highest - 1))
    found: QuerySet[Result, tuple[float, int]] = results.values_list(start).annotate(Count("pk")).order_by()
    return {int(start): number for start, number in found}


def answer_counts(results: QuerySet[Result]) -> dict[str, dict[int, int]]:
    """By item, how often each answer was given. Raw SQL, because the ORM has no lateral join, which jsonb_each_text needs."""
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


def published_figures(instrument: Instrument, today: date) -> Figures | None:
    """Figures of the kept results that answer the statements of this instrument; None if these are too few to be published."""
    return compute_figures(instrument, totals(instrument, whole_batches(Result.objects.complete_results_for(instrument, today))))


def whole_batches(results: QuerySet[Result]) -> QuerySet[Result]:
    """The oldest results, a multiple of MIN_CELL. Figures that changed with each new result would disclose its answers."""
    number = results.count() // MIN_CELL * MIN_CELL
    return results.filter(pk__in=results.order_by("pk").values("pk")[:number])
