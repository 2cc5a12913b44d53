"""How much a quiz may ask and how far its figures may go: what its form can send, its formulas can take, and its table can keep.

Pure: no Django. `quiz.models` puts the same limits on its columns.
"""

import math
from collections.abc import Iterable

from documents.text.reader import MAX_LENGTHS as COMMON
from quiz.scoring import Norm, Scale

MAX_KEY = 40  # letters of a relation's key, and of a facet's
MAX_DIGITS = 4  # of a statement's number
MIN_SCORE, MAX_SCORE = -100, 200
MAX_WIDTH = 100  # points from one end of the scale to the other
MAX_STATEMENTS = 200  # with the form's other fields, fewer than Django reads of a form (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS)
MAX_BUTTONS = 4_000  # answers to choose from, of all statements: for each of them a result tries whether a line would go
MIN_SD = 0.01
MIN_RELIABILITY, MAX_RELIABILITY = 0.01, 0.99
MAX_CORRELATION = 0.9  # of true scores
# Characters of the front matter's values: names and labels, and texts of some sentences.
MAX_NAME, MAX_ABOUT = 120, 600
MAX_LENGTHS = {
    **COMMON,
    **{f"scale__{key}": MAX_NAME for key in ("low", "middle", "high")},
    **{f"dimensions__{key}__name": MAX_NAME for key in ("anxiety", "avoidance")},
    **{f"dimensions__{key}__about": MAX_ABOUT for key in ("anxiety", "avoidance")},
    "planning": MAX_ABOUT,
}


def check_scale(scale: Scale) -> str:
    """What is wrong with a scale; empty where nothing is."""
    if scale.lowest >= MIN_SCORE and scale.highest <= MAX_SCORE and 2 <= scale.highest - scale.lowest <= MAX_WIDTH:
        return ""
    said = f'"scale" has to go from a whole number to one that is 2 to {MAX_WIDTH} larger, such as 1 to 7.'
    return f"{said} Neither may be below {MIN_SCORE} or above {MAX_SCORE}."


def check_norm(name: str, norm: Norm, scale: Scale) -> str:
    """What is wrong with planning figures. Scores between two ends spread by half their distance at most (Popoviciu 1935)."""
    if (
        scale.lowest <= norm.mean <= scale.highest
        and MIN_SD <= norm.sd <= (scale.highest - scale.lowest) / 2
        and MIN_RELIABILITY <= norm.reliability <= MAX_RELIABILITY
    ):
        return ""
    said = f'"{name}" needs a mean within the scale, an sd from {MIN_SD} to half the width of the scale,'
    return f"{said} and a reliability from {MIN_RELIABILITY} to {MAX_RELIABILITY}."


def check_correlation(correlation: float, plans: Iterable[Norm]) -> str:
    """What is wrong with a correlation of two scales, given their planning figures."""
    most = max_correlation(norm.reliability for norm in plans)
    if abs(correlation) <= most:
        return ""
    return f'"correlation" has to lie between -{most} and {most}, or the scales would measure one thing.'


def max_correlation(reliabilities: Iterable[float]) -> float:
    """How far observed scores may correlate, in hundredths: less than true ones, by the root of the reliabilities (Spearman 1904)."""
    return math.floor(100 * MAX_CORRELATION * math.sqrt(math.prod(max(one, 0) for one in reliabilities))) / 100


def check_size(statements: int, scale: Scale) -> str:
    """What is wrong with the number of statements."""
    if statements > MAX_STATEMENTS:
        return f"There are {statements} statements, and a form can send {MAX_STATEMENTS} answers at most. Take some out."
    if statements * (scale.highest - scale.lowest + 1) > MAX_BUTTONS:
        return (
            f"All answers to choose from are more than {MAX_BUTTONS:,}, which no page can show. Take out statements, or shorten the scale."
        )
    return ""
