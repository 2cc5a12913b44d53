"""Limits on a quiz: what the form, the formulas and the database columns can handle. Pure: no Django.

`quiz.models` imports those of its columns.
"""

import math
from collections.abc import Iterable

from documents.text.parser import MAX_LENGTHS as COMMON_MAX_LENGTHS
from quiz.instrument.types import ANXIETY, AVOIDANCE
from quiz.scoring import Norm, Scale

MAX_KEY = 40  # letters of the key of a relation or a facet
MAX_DIGITS = 4  # of a statement's number
MIN_SCORE, MAX_SCORE = -100, 200
MAX_SCALE_WIDTH = 100  # points from the lowest to the highest answer
MAX_STATEMENTS = 200  # with the form's other fields within settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
MAX_CHOICES = 4_000  # radio buttons of the form; the counterfactuals of a result are searched for among these answers
MIN_SD = 0.01
MIN_RELIABILITY, MAX_RELIABILITY = 0.01, 0.99
MAX_CORRELATION = 0.9  # of true scores
# Characters of names and labels, and of longer texts in the front matter
MAX_NAME, MAX_ABOUT = 120, 600
MAX_LENGTHS = {  # of values in the front matter, by key; "a__b" is the key b of the mapping a
    **COMMON_MAX_LENGTHS,
    **{f"scale__{key}": MAX_NAME for key in ("low", "middle", "high")},
    **{f"dimensions__{key}__name": MAX_NAME for key in (ANXIETY, AVOIDANCE)},
    **{f"dimensions__{key}__about": MAX_ABOUT for key in (ANXIETY, AVOIDANCE)},
    "planning": MAX_ABOUT,
}


def scale_problem(scale: Scale) -> str:
    """Returns the message of the problem with a scale; empty if there is none."""
    if scale.lowest >= MIN_SCORE and scale.highest <= MAX_SCORE and 2 <= scale.highest - scale.lowest <= MAX_SCALE_WIDTH:
        return ""
    message = f'"scale" has to go from a whole number to one that is 2 to {MAX_SCALE_WIDTH} larger, such as 1 to 7.'
    return f"{message} Neither may be below {MIN_SCORE} or above {MAX_SCORE}."


def norm_problem(name: str, norm: Norm, scale: Scale) -> str:
    """Returns the message of the problem with a norm; empty if there is none.

    The standard deviation of scores is at most half the range of the scale (Popoviciu 1935).
    """
    if (
        scale.lowest <= norm.mean <= scale.highest
        and MIN_SD <= norm.sd <= (scale.highest - scale.lowest) / 2
        and MIN_RELIABILITY <= norm.reliability <= MAX_RELIABILITY
    ):
        return ""
    message = f'"{name}" needs a mean within the scale, an sd from {MIN_SD} to half the width of the scale,'
    return f"{message} and a reliability from {MIN_RELIABILITY} to {MAX_RELIABILITY}."


def correlation_problem(correlation: float, norms: Iterable[Norm]) -> str:
    """Returns the message of the problem with the correlation of two dimensions; empty if there is none."""
    maximum = max_correlation(norm.reliability for norm in norms)
    if abs(correlation) <= maximum:
        return ""
    return f'"correlation" has to lie between -{maximum} and {maximum}, or the scales would measure one thing.'


def max_correlation(reliabilities: Iterable[float]) -> float:
    """The maximum correlation of observed scores, rounded down to 0.01.

    Errors of measurement attenuate the correlation of true scores by the square root of the reliabilities' product (Spearman 1904).
    """
    return math.floor(100 * MAX_CORRELATION * math.sqrt(math.prod(max(reliability, 0) for reliability in reliabilities))) / 100


def size_problem(statements: int, scale: Scale) -> str:
    """Returns the message of the problem with the number of statements; empty if there is none."""
    if statements > MAX_STATEMENTS:
        return f"There are {statements} statements, and a form can send {MAX_STATEMENTS} answers at most. Take some out."
    if statements * (scale.highest - scale.lowest + 1) > MAX_CHOICES:
        return (
            f"All answers to choose from are more than {MAX_CHOICES:,}, which no page can show. Take out statements, or shorten the scale."
        )
    return ""
