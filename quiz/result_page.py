"""The page of a result, which the public views and the simulator in the admin share."""

from datetime import datetime
from typing import Any

from quiz.instrument_cache import instrument_of, instrument_with_links
from quiz.models import Result
from quiz.result.breakdown import break_down
from quiz.result.comparison import Attempt, compare
from quiz.submission import form_fields


def result_context(result: Result, earlier_result: Result | None, now: datetime) -> dict[str, Any]:
    """Context of the template for a result, whether it is kept or not."""
    instrument, titles = instrument_with_links(result.revision.source, now)
    comparison = compare(attempt_of(earlier_result), attempt_of(result)) if earlier_result else None
    earlier_scores = comparison.earlier_scores if comparison else None
    return {
        "breakdown": break_down(instrument, result.answers, result.relation, titles, earlier_scores),
        "instrument": instrument,
        "comparison": comparison,
        "form_fields": form_fields(result.revision.pk, result.relation, result.answers),
    }


def attempt_of(result: Result) -> Attempt:
    return Attempt(instrument_of(result.revision), result.answers, result.relation, result.day)
