"""The geometry of a result on the plane, for an SVG: where everything lies, and no markup. Pure: no Django."""

import math
from dataclasses import dataclass

from guides.styles import Style
from quiz.scoring import Belief, Point, Scale

# In units of the viewBox. Room on the left and below is for the ticks and the names of the dimensions.
WIDTH, HEIGHT = 360.0, 350.0
LEFT, TOP, SIDE = 50.0, 10.0, 300.0
LABEL_INSET = 22.0  # from the frame's edge
TICK_GAP, NAME_GAP = 16.0, 34.0
REACH = math.sqrt(-2 * math.log(0.05))  # standard deviations out from the centre that hold 95 % of a bivariate normal


@dataclass(frozen=True)
class Place:
    x: float
    y: float


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Ellipse:
    """Where the true position lies in 95 of 100 cases. It may reach beyond the frame; clip it there, for no score lies outside."""

    centre: Place
    long: float  # radius along the axis that `turn` turns
    short: float
    turn: float  # degrees clockwise from the horizontal, as SVG's rotate() takes them


@dataclass(frozen=True)
class Mark:
    """One result: the observed scores as a dot, and the ellipse, whose centre lies nearer to the mean of people (Kelley)."""

    dot: Place
    ellipse: Ellipse


@dataclass(frozen=True)
class Quarter:
    region: Style
    box: Box
    label: Place  # the middle of the words


@dataclass(frozen=True)
class Tick:
    value: float
    across: Place  # on the horizontal axis
    up: Place  # on the vertical axis


@dataclass(frozen=True)
class Plane:
    """Anxiety from left (low) to right (high), avoidance from bottom (low) to top (high)."""

    width: float  # of the viewBox, which begins at 0 0
    height: float
    frame: Box  # the scale's whole range: what is drawn of a result is clipped to it
    quarters: tuple[Quarter, ...]
    ticks: tuple[Tick, ...]
    across_name: Place  # the middle of the words "Anxiety"
    up_name: Place  # and of "Avoidance", which may be turned there
    now: Mark
    before: Mark | None  # an earlier result to compare with


def drawn(score: Point, belief: Belief, scale: Scale, before: tuple[Point, Belief] | None = None) -> Plane:
    """The plane with one result, or with an earlier one beside it. Every number is rounded to 0.1, so that markup stays small."""
    # Bartholomew and Horowitz (1991) draw anxiety across (their "model of self") and put low avoidance on top; here it lies
    # at the bottom, because readers take up for more. The middle of the scale divides the plane, not the mean of some sample.
    return Plane(
        width=WIDTH,
        height=HEIGHT,
        frame=Box(LEFT, TOP, SIDE, SIDE),
        quarters=quarters(),
        ticks=tuple(tick(value, scale) for value in (scale.lowest, scale.middle, scale.highest)),
        across_name=Place(LEFT + SIDE / 2, TOP + SIDE + NAME_GAP),
        up_name=Place(LEFT - NAME_GAP, TOP + SIDE / 2),
        now=mark(score, belief, scale),
        before=mark(*before, scale) if before else None,
    )


def place(point: Point, scale: Scale) -> Place:
    return Place(
        tidy(LEFT + SIDE * (1 + scale.lean(point.anxiety)) / 2),
        tidy(TOP + SIDE * (1 - scale.lean(point.avoidance)) / 2),
    )


def tidy(number: float) -> float:
    """Rounded to 0.1, and never -0.0."""
    return round(number, 1) + 0.0


def mark(score: Point, belief: Belief, scale: Scale) -> Mark:
    return Mark(place(score, scale), ellipse(belief, scale))


def ellipse(belief: Belief, scale: Scale) -> Ellipse:
    """Its axes are the eigenvectors of the covariance matrix, its radii the roots of the eigenvalues, times `REACH`."""
    var_a, var_v = belief.sd.anxiety**2, belief.sd.avoidance**2
    cov = belief.correlation * belief.sd.anxiety * belief.sd.avoidance
    middle, spread = (var_a + var_v) / 2, math.hypot((var_a - var_v) / 2, cov)
    unit = REACH * SIDE / (scale.highest - scale.lowest)
    return Ellipse(
        centre=place(belief.mean, scale),
        long=tidy(unit * math.sqrt(middle + spread)),
        short=tidy(unit * math.sqrt(max(middle - spread, 0))),
        turn=tidy(-math.degrees(math.atan2(2 * cov, var_a - var_v) / 2)),  # y runs down in SVG
    )


def quarters() -> tuple[Quarter, ...]:
    """Each with its label at the outer edge, where the fewest points lie."""
    half = SIDE / 2
    right, low = LEFT + half, TOP + half
    corners = {Style.SECURE: (LEFT, low), Style.ANXIOUS: (right, low), Style.DISMISSIVE: (LEFT, TOP), Style.FEARFUL: (right, TOP)}
    return tuple(
        Quarter(region, Box(x, y, half, half), Place(x + half / 2, y + (LABEL_INSET if y == TOP else half - LABEL_INSET)))
        for region, (x, y) in corners.items()
    )


def tick(value: float, scale: Scale) -> Tick:
    on_line = place(Point(value, value), scale)
    return Tick(value, Place(on_line.x, TOP + SIDE + TICK_GAP), Place(LEFT - TICK_GAP, on_line.y))
