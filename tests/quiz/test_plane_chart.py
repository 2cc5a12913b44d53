"""The chart of a result: axes in the right direction, an ellipse that contains what it says, and nothing outside the viewBox."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guides.styles import Style
from quiz.result import plane_chart
from quiz.scoring import Norm, PlanningNorms, Point, Scale, TrueScoreEstimate, estimate_true_score

SCALE = Scale(1, 7)
PLAN = PlanningNorms(Norm(4.14, 1.21, 0.84), Norm(3.35, 1.26, 0.88), -0.05)

points = st.builds(Point, anxiety=st.floats(1, 7), avoidance=st.floats(1, 7))
deviations = st.builds(Point, anxiety=st.floats(0.1, 1), avoidance=st.floats(0.1, 1))
estimates = st.builds(TrueScoreEstimate, mean=points, sd=deviations, correlation=st.floats(-0.9, 0.9))


def numbers(part):
    if isinstance(part, dict):
        return [number for value in part.values() for number in numbers(value)]
    if isinstance(part, (list, tuple)):
        return [number for value in part for number in numbers(value)]
    return [part] if isinstance(part, float) else []


def opposite(point):
    return Point(8 - point.anxiety, 8 - point.avoidance)


def region_at(point, chart):
    inside = [
        quadrant.region
        for quadrant in chart.quadrants
        if 0 < point.x - quadrant.box.x < quadrant.box.width and 0 < point.y - quadrant.box.y < quadrant.box.height
    ]
    (region,) = inside
    return region


@pytest.mark.parametrize(
    ("score", "region"),
    [
        (Point(2, 2.5), Style.SECURE),
        (Point(6, 2.5), Style.ANXIOUS),
        (Point(2, 5), Style.DISMISSIVE),
        (Point(6, 5), Style.FEARFUL),
    ],
)
def test_a_result_is_in_the_quadrant_with_the_name_of_its_region(score, region):
    chart = plane_chart.layout(score, estimate_true_score(score, PLAN), SCALE)
    assert region_at(chart.current.dot, chart) == region_at(chart.current.ellipse.center, chart) == region


def test_anxiety_grows_to_the_right_and_avoidance_upwards():
    near, far = (plane_chart.layout(score, estimate_true_score(score, PLAN), SCALE).current.dot for score in (Point(2, 3), Point(5, 6)))
    assert far.x > near.x
    assert far.y < near.y


def test_the_ends_of_the_scale_are_the_edges_of_the_frame_and_its_middle_halves_it():
    chart = plane_chart.layout(Point(1, 1), estimate_true_score(Point(1, 1), PLAN), SCALE)
    frame = chart.frame
    assert [tick.value for tick in chart.ticks] == [1, 4, 7]
    assert [tick.x_label.x for tick in chart.ticks] == [frame.x, frame.x + frame.width / 2, frame.x + frame.width]
    assert [tick.y_label.y for tick in chart.ticks] == [frame.y + frame.height, frame.y + frame.height / 2, frame.y]
    assert (chart.current.dot.x, chart.current.dot.y) == (frame.x, frame.y + frame.height)
    assert {tick.x_label.y > frame.y + frame.height and tick.y_label.x < frame.x for tick in chart.ticks} == {True}


def test_the_four_quadrants_fill_the_frame_and_meet_in_the_middle():
    chart = plane_chart.layout(Point(3, 3), estimate_true_score(Point(3, 3), PLAN), SCALE)
    frame = chart.frame
    middle = (frame.x + frame.width / 2, frame.y + frame.height / 2)
    assert {quadrant.region for quadrant in chart.quadrants} == set(Style)
    assert sum(quadrant.box.width * quadrant.box.height for quadrant in chart.quadrants) == frame.width * frame.height
    for quadrant in chart.quadrants:
        box = quadrant.box
        assert middle[0] in (box.x, box.x + box.width)
        assert middle[1] in (box.y, box.y + box.height)
        assert region_at(quadrant.label, chart) == quadrant.region


@given(points, estimates)
def test_the_opposite_result_is_shown_point_symmetrically(score, estimate):
    here = plane_chart.layout(score, estimate, SCALE)
    there = plane_chart.layout(opposite(score), TrueScoreEstimate(opposite(estimate.mean), estimate.sd, estimate.correlation), SCALE)
    frame = here.frame
    for one, other in ((here.current.dot, there.current.dot), (here.current.ellipse.center, there.current.ellipse.center)):
        assert one.x + other.x == pytest.approx(2 * frame.x + frame.width, abs=0.11)
        assert one.y + other.y == pytest.approx(2 * frame.y + frame.height, abs=0.11)
    shapes = [(mark.ellipse.semi_major, mark.ellipse.semi_minor, mark.ellipse.rotation) for mark in (here.current, there.current)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    "estimate",
    [
        estimate_true_score(Point(2.2, 5.1), PLAN),
        TrueScoreEstimate(Point(4, 4), Point(0.5, 0.5), 0.7),
        TrueScoreEstimate(Point(4, 4), Point(0.5, 0.5), -0.7),
        TrueScoreEstimate(Point(3, 5), Point(0.9, 0.3), 0.4),
        TrueScoreEstimate(Point(3, 5), Point(0.3, 0.9), -0.6),
    ],
)
def test_the_ellipse_contains_95_of_100_true_scores(estimate):
    chart = plane_chart.layout(estimate.mean, estimate, SCALE)
    covariance = np.outer([estimate.sd.anxiety, estimate.sd.avoidance], [estimate.sd.anxiety, estimate.sd.avoidance])
    covariance *= [[1, estimate.correlation], [estimate.correlation, 1]]
    truths = np.random.default_rng(4).multivariate_normal([estimate.mean.anxiety, estimate.mean.avoidance], covariance, 50_000)
    frame, ellipse = chart.frame, chart.current.ellipse
    x = frame.x + frame.width * (truths[:, 0] - 1) / 6 - ellipse.center.x
    y = frame.y + frame.height * (7 - truths[:, 1]) / 6 - ellipse.center.y
    angle = np.radians(ellipse.rotation)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    inside = (along / ellipse.semi_major) ** 2 + (across / ellipse.semi_minor) ** 2 <= 1
    assert inside.mean() == pytest.approx(0.95, abs=0.005)


@given(points, points)
def test_nothing_is_outside_the_view_box(score, earlier):
    chart = plane_chart.layout(score, estimate_true_score(score, PLAN), SCALE, earlier=(earlier, estimate_true_score(earlier, PLAN)))
    frame = chart.frame
    assert chart.earlier
    for mark in (chart.current, chart.earlier):
        for point in (mark.dot, mark.ellipse.center):
            assert frame.x <= point.x <= frame.x + frame.width
            assert frame.y <= point.y <= frame.y + frame.height
    ticks = [point for tick in chart.ticks for point in (tick.x_label, tick.y_label)]
    labels = [quadrant.label for quadrant in chart.quadrants]
    for point in (*ticks, *labels, chart.x_axis_label, chart.y_axis_label):
        assert 10 <= point.x <= chart.width - 10
        assert 10 <= point.y <= chart.height - 6
    assert chart.width >= frame.x + frame.width
    assert chart.height >= frame.y + frame.height


@given(points, estimates)
def test_every_number_has_one_decimal_at_most(score, estimate):
    chart = asdict(plane_chart.layout(score, estimate, SCALE))
    assert all(number == round(number, 1) and str(number) != "-0.0" for number in numbers(chart))


def test_an_earlier_result_is_shown_as_it_was_without_the_new_one():
    now, then = Point(3, 4.5), Point(5.5, 2)
    both = plane_chart.layout(now, estimate_true_score(now, PLAN), SCALE, earlier=(then, estimate_true_score(then, PLAN)))
    assert both.current == plane_chart.layout(now, estimate_true_score(now, PLAN), SCALE).current
    assert both.earlier == plane_chart.layout(then, estimate_true_score(then, PLAN), SCALE).current
    assert plane_chart.layout(now, estimate_true_score(now, PLAN), SCALE).earlier is None


def test_another_scale_fills_the_same_plane():
    chart = plane_chart.layout(Point(5, 3), TrueScoreEstimate(Point(4.8, 3), Point(0.2, 0.2), 0), Scale(1, 5))
    frame = chart.frame
    assert (chart.current.dot.x, chart.current.dot.y) == (frame.x + frame.width, frame.y + frame.height / 2)
    assert [tick.value for tick in chart.ticks] == [1, 3, 5]
    assert chart.current.ellipse.semi_major == pytest.approx(0.2 * np.sqrt(5.991) * frame.width / 4, abs=0.06)
