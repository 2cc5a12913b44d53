"""The layout of the SVG chart that shows a result on the plane of anxiety and avoidance. Pure: no Django."""

import math
from dataclasses import dataclass

from guides.styles import Style
from quiz.scoring import Point, Scale, TrueScoreEstimate

# In units of the viewBox. The space on the left and at the bottom is for the ticks and the labels of the axes.
WIDTH, HEIGHT = 360.0, 350.0
LEFT, TOP, FRAME_SIZE = 50.0, 10.0, 300.0  # of the square frame
LABEL_INSET = 22.0  # from the frame's edge to the label of a quadrant
TICK_GAP, LABEL_GAP = 16.0, 34.0  # from the frame's edge to the labels of ticks and axes
RADIUS_95 = math.sqrt(-2 * math.log(0.05))  # standard deviations from the center that contain 95 % of a bivariate normal


@dataclass(frozen=True)
class SvgPoint:
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
    """The region that contains the true scores with a probability of 95 %. It may exceed the frame and has to be clipped to it."""

    center: SvgPoint
    semi_major: float
    semi_minor: float
    rotation: float  # of the major axis, in degrees clockwise from the horizontal, as SVG's rotate() takes them


@dataclass(frozen=True)
class Mark:
    """One result: the observed scores as a dot, and the ellipse, whose center is closer to the population mean (Kelley)."""

    dot: SvgPoint
    ellipse: Ellipse


@dataclass(frozen=True)
class Quadrant:
    region: Style
    box: Box
    label: SvgPoint  # the middle of the text


@dataclass(frozen=True)
class Tick:
    value: float
    x_label: SvgPoint
    y_label: SvgPoint


@dataclass(frozen=True)
class Plane:
    """Anxiety from left (low) to right (high), avoidance from bottom (low) to top (high)."""

    width: float  # of the viewBox, which begins at 0 0
    height: float
    frame: Box  # the whole range of the scale
    quadrants: tuple[Quadrant, ...]
    ticks: tuple[Tick, ...]
    x_axis_label: SvgPoint  # the middle of the text, here "Anxiety"
    y_axis_label: SvgPoint  # "Avoidance", to be rotated around this point
    current: Mark
    earlier: Mark | None  # a result to compare with


def layout(scores: Point, estimate: TrueScoreEstimate, scale: Scale, earlier: tuple[Point, TrueScoreEstimate] | None = None) -> Plane:
    """Returns the layout of one result, or of two to compare. Numbers are rounded to 0.1, which keeps the markup small."""
    # Bartholomew and Horowitz (1991) have anxiety (their "model of self") on the x axis as well, but low avoidance at the top. Here it is
    # at the bottom, because readers expect more of something further up. The quadrants meet at the middle of the scale, not at a mean.
    return Plane(
        width=WIDTH,
        height=HEIGHT,
        frame=Box(LEFT, TOP, FRAME_SIZE, FRAME_SIZE),
        quadrants=quadrants(),
        ticks=tuple(tick(value, scale) for value in (scale.lowest, scale.middle, scale.highest)),
        x_axis_label=SvgPoint(LEFT + FRAME_SIZE / 2, TOP + FRAME_SIZE + LABEL_GAP),
        y_axis_label=SvgPoint(LEFT - LABEL_GAP, TOP + FRAME_SIZE / 2),
        current=mark(scores, estimate, scale),
        earlier=mark(*earlier, scale) if earlier else None,
    )


def svg_point(point: Point, scale: Scale) -> SvgPoint:
    return SvgPoint(
        rounded(LEFT + FRAME_SIZE * (1 + scale.lean(point.anxiety)) / 2),
        rounded(TOP + FRAME_SIZE * (1 - scale.lean(point.avoidance)) / 2),
    )


def rounded(number: float) -> float:
    """Rounds to 0.1, and returns 0.0 instead of -0.0."""
    return round(number, 1) + 0.0


def mark(scores: Point, estimate: TrueScoreEstimate, scale: Scale) -> Mark:
    return Mark(svg_point(scores, scale), ellipse(estimate, scale))


def ellipse(estimate: TrueScoreEstimate, scale: Scale) -> Ellipse:
    """Its axes are the eigenvectors of the covariance matrix, its semi-axes the square roots of the eigenvalues times RADIUS_95."""
    var_a, var_v = estimate.sd.anxiety**2, estimate.sd.avoidance**2
    cov = estimate.correlation * estimate.sd.anxiety * estimate.sd.avoidance
    mean, difference = (var_a + var_v) / 2, math.hypot((var_a - var_v) / 2, cov)  # the eigenvalues are mean ± difference
    units_per_sd = RADIUS_95 * FRAME_SIZE / (scale.highest - scale.lowest)
    return Ellipse(
        center=svg_point(estimate.mean, scale),
        semi_major=rounded(units_per_sd * math.sqrt(mean + difference)),
        semi_minor=rounded(units_per_sd * math.sqrt(max(mean - difference, 0))),
        rotation=rounded(-math.degrees(math.atan2(2 * cov, var_a - var_v) / 2)),  # negative, because y grows downwards in SVG
    )


def quadrants() -> tuple[Quadrant, ...]:
    """Labels are near the top and the bottom edge, because most results are closer to the middle."""
    half = FRAME_SIZE / 2
    middle_x, middle_y = LEFT + half, TOP + half
    corners = {
        Style.SECURE: (LEFT, middle_y),
        Style.ANXIOUS: (middle_x, middle_y),
        Style.DISMISSIVE: (LEFT, TOP),
        Style.FEARFUL: (middle_x, TOP),
    }
    return tuple(
        Quadrant(region, Box(x, y, half, half), SvgPoint(x + half / 2, y + (LABEL_INSET if y == TOP else half - LABEL_INSET)))
        for region, (x, y) in corners.items()
    )


def tick(value: float, scale: Scale) -> Tick:
    diagonal = svg_point(Point(value, value), scale)
    return Tick(value, SvgPoint(diagonal.x, TOP + FRAME_SIZE + TICK_GAP), SvgPoint(LEFT - TICK_GAP, diagonal.y))
