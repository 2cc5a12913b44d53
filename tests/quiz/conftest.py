"""What tests of the quiz compute more than once."""

from collections.abc import Mapping, Sequence
from statistics import fmean, variance

from quiz import scoring
from quiz.instrument import types
from quiz.statistics import figures


def alpha_of(quiz: types.Instrument, dimension: str, people: Sequence[Mapping[str, int]]) -> float:
    """Coefficient alpha of a dimension in a sample of answers to every statement."""
    items = quiz.dimension_items(dimension)
    rows = [[scoring.keyed_answer(item, answers[item.key], quiz.scale) for item in items] for answers in people]
    alpha = figures.alpha([variance(column) for column in zip(*rows, strict=True)], variance([fmean(row) for row in rows]))
    assert alpha is not None
    return alpha
