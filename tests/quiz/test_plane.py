"""Where a result is drawn: the right way round, with an ellipse that holds what it says, and inside its box."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guides.styles import Style
from quiz.result import plane_chart
from quiz.scoring import Belief, Norm, Plan, Point, Scale, believed

SCALE = Scale(1, 7)
PLAN = Plan(Norm(4.14, 1.21, 0.84), Norm(3.35, 1.26, 0.88), -0.05)

points = st.builds(Point, anxiety=st.floats(1, 7), avoidance=st.floats(1, 7))
deviations = st.builds(Point, anxiety=st.floats(0.1, 1), avoidance=st.floats(0.1, 1))
beliefs = st.builds(Belief, mean=points, sd=deviations, correlation=st.floats(-0.9, 0.9))


def numbers(part):
    if isinstance(part, dict):
        return [number for value in part.values() for number in numbers(value)]
    if isinstance(part, (list, tuple)):
        return [number for value in part for number in numbers(value)]
    return [part] if isinstance(part, float) else []


def opposite(point):
    return Point(8 - point.anxiety, 8 - point.avoidance)


def quarter_of(place, drawn):
    inside = [
        quarter.region
        for quarter in drawn.quarters
        if 0 < place.x - quarter.box.x < quarter.box.width and 0 < place.y - quarter.box.y < quarter.box.height
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
def test_a_result_lies_in_the_quarter_that_its_region_is_named_in(score, region):
    drawn = plane_chart.drawn(score, believed(score, PLAN), SCALE)
    assert quarter_of(drawn.now.dot, drawn) == quarter_of(drawn.now.ellipse.centre, drawn) == region


def test_anxiety_grows_to_the_right_and_avoidance_upwards():
    near, far = (plane_chart.drawn(score, believed(score, PLAN), SCALE).now.dot for score in (Point(2, 3), Point(5, 6)))
    assert far.x > near.x
    assert far.y < near.y


def test_the_ends_of_the_scale_are_the_edges_of_the_frame_and_its_middle_halves_it():
    drawn = plane_chart.drawn(Point(1, 1), believed(Point(1, 1), PLAN), SCALE)
    frame = drawn.frame
    assert [tick.value for tick in drawn.ticks] == [1, 4, 7]
    assert [tick.across.x for tick in drawn.ticks] == [frame.x, frame.x + frame.width / 2, frame.x + frame.width]
    assert [tick.up.y for tick in drawn.ticks] == [frame.y + frame.height, frame.y + frame.height / 2, frame.y]
    assert (drawn.now.dot.x, drawn.now.dot.y) == (frame.x, frame.y + frame.height)
    assert {tick.across.y > frame.y + frame.height and tick.up.x < frame.x for tick in drawn.ticks} == {True}


def test_the_four_quarters_fill_the_frame_and_meet_in_the_middle():
    drawn = plane_chart.drawn(Point(3, 3), believed(Point(3, 3), PLAN), SCALE)
    frame = drawn.frame
    middle = (frame.x + frame.width / 2, frame.y + frame.height / 2)
    assert {quarter.region for quarter in drawn.quarters} == set(Style)
    assert sum(quarter.box.width * quarter.box.height for quarter in drawn.quarters) == frame.width * frame.height
    for quarter in drawn.quarters:
        box = quarter.box
        assert middle[0] in (box.x, box.x + box.width)
        assert middle[1] in (box.y, box.y + box.height)
        assert quarter_of(quarter.label, drawn) == quarter.region


@given(points, beliefs)
def test_the_opposite_result_is_drawn_opposite(score, belief):
    here = plane_chart.drawn(score, belief, SCALE)
    there = plane_chart.drawn(opposite(score), Belief(opposite(belief.mean), belief.sd, belief.correlation), SCALE)
    frame = here.frame
    for one, other in ((here.now.dot, there.now.dot), (here.now.ellipse.centre, there.now.ellipse.centre)):
        assert one.x + other.x == pytest.approx(2 * frame.x + frame.width, abs=0.11)
        assert one.y + other.y == pytest.approx(2 * frame.y + frame.height, abs=0.11)
    shapes = [(mark.ellipse.long, mark.ellipse.short, mark.ellipse.turn) for mark in (here.now, there.now)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    "belief",
    [
        believed(Point(2.2, 5.1), PLAN),
        Belief(Point(4, 4), Point(0.5, 0.5), 0.7),
        Belief(Point(4, 4), Point(0.5, 0.5), -0.7),
        Belief(Point(3, 5), Point(0.9, 0.3), 0.4),
        Belief(Point(3, 5), Point(0.3, 0.9), -0.6),
    ],
)
def test_the_ellipse_holds_95_of_100_true_positions(belief):
    drawn = plane_chart.drawn(belief.mean, belief, SCALE)
    covariance = np.outer([belief.sd.anxiety, belief.sd.avoidance], [belief.sd.anxiety, belief.sd.avoidance])
    covariance *= [[1, belief.correlation], [belief.correlation, 1]]
    truths = np.random.default_rng(4).multivariate_normal([belief.mean.anxiety, belief.mean.avoidance], covariance, 50_000)
    frame, ellipse = drawn.frame, drawn.now.ellipse
    x = frame.x + frame.width * (truths[:, 0] - 1) / 6 - ellipse.centre.x
    y = frame.y + frame.height * (7 - truths[:, 1]) / 6 - ellipse.centre.y
    turn = np.radians(ellipse.turn)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    inside = (along / ellipse.long) ** 2 + (across / ellipse.short) ** 2 <= 1
    assert inside.mean() == pytest.approx(0.95, abs=0.005)


@given(points, points)
def test_nothing_leaves_the_box(score, earlier):
    drawn = plane_chart.drawn(score, believed(score, PLAN), SCALE, before=(earlier, believed(earlier, PLAN)))
    frame = drawn.frame
    assert drawn.before
    for mark in (drawn.now, drawn.before):
        for place in (mark.dot, mark.ellipse.centre):
            assert frame.x <= place.x <= frame.x + frame.width
            assert frame.y <= place.y <= frame.y + frame.height
    ticks = [place for tick in drawn.ticks for place in (tick.across, tick.up)]
    labels = [quarter.label for quarter in drawn.quarters]
    for place in (*ticks, *labels, drawn.across_name, drawn.up_name):
        assert 10 <= place.x <= drawn.width - 10
        assert 10 <= place.y <= drawn.height - 6
    assert drawn.width >= frame.x + frame.width
    assert drawn.height >= frame.y + frame.height


@given(points, beliefs)
def test_every_number_has_one_decimal_at_most(score, belief):
    drawn = asdict(plane_chart.drawn(score, belief, SCALE))
    assert all(number == round(number, 1) and str(number) != "-0.0" for number in numbers(drawn))


def test_an_earlier_result_is_drawn_beside_the_new_one_as_it_was_then():
    now, then = Point(3, 4.5), Point(5.5, 2)
    both = plane_chart.drawn(now, believed(now, PLAN), SCALE, before=(then, believed(then, PLAN)))
    assert both.now == plane_chart.drawn(now, believed(now, PLAN), SCALE).now
    assert both.before == plane_chart.drawn(then, believed(then, PLAN), SCALE).now
    assert plane_chart.drawn(now, believed(now, PLAN), SCALE).before is None


def test_another_scale_fills_the_same_plane():
    drawn = plane_chart.drawn(Point(5, 3), Belief(Point(4.8, 3), Point(0.2, 0.2), 0), Scale(1, 5))
    frame = drawn.frame
    assert (drawn.now.dot.x, drawn.now.dot.y) == (frame.x + frame.width, frame.y + frame.height / 2)
    assert [tick.value for tick in drawn.ticks] == [1, 3, 5]
    assert drawn.now.ellipse.long == pytest.approx(0.2 * np.sqrt(5.991) * frame.width / 4, abs=0.06)
