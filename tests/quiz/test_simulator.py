"""The simulator of the admin: made-up takers for every place on the plane, the page that each would get, and how much text it has."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from documents.text.html import Html
from quiz import scoring
from quiz.admin.text_coverage import GRID_SIZE, answers_at, cell, count_words, coverage_grid, facet_sides, grid_values
from quiz.instrument.reader import read_instrument
from quiz.instrument.types import ANXIETY, AVOIDANCE, Item, Side
from quiz.models import Instrument, Result
from quiz.result.breakdown import break_down, position
from quiz.scoring import Point, Scale
from tests.support.quiz_taker import Taker

TEXT = (settings.CONTENT_DIR / "quiz/attachment.md").read_text()
QUIZ = read_instrument(TEXT, {})
TITLES = {insight.step: "A step" for insight in (*QUIZ.triggers, *QUIZ.strengths)}


# Answers for a place


@st.composite
def instruments(draw):
    """Ours with another scale, and with any number of statements to each facet."""
    lowest, span = draw(st.integers(-20, 20)), draw(st.integers(2, 100))
    items = tuple(
        Item(f"{facet}-{number}", facet, draw(st.booleans()), "", 1) for facet in QUIZ.facets for number in range(draw(st.integers(1, 6)))
    )
    return replace(QUIZ, scale=Scale(lowest, lowest + span), items=items)


@given(instruments(), st.floats(0, 1), st.floats(0, 1))
def test_answers_for_a_place_are_as_near_to_it_as_whole_answers_can_be(instrument, across, up):
    scale = instrument.scale
    point = Point(*(scale.lowest + share * (scale.highest - scale.lowest) for share in (across, up)))
    answers = answers_at(instrument, point)
    assert set(answers) == {item.key for item in instrument.items}
    assert all(isinstance(answer, int) and scale.lowest <= answer <= scale.highest for answer in answers.values())
    found = position(instrument, answers)
    assert abs(found.anxiety - point.anxiety) <= 0.5 / len(instrument.dimension_items(ANXIETY)) + 1e-9
    assert abs(found.avoidance - point.avoidance) <= 0.5 / len(instrument.dimension_items(AVOIDANCE)) + 1e-9


@given(instruments(), st.floats(0, 1))
def test_answers_for_a_place_are_spread_evenly_over_the_facets(instrument, share):
    point = Point(*[instrument.scale.lowest + share * (instrument.scale.highest - instrument.scale.lowest)] * 2)
    answers = answers_at(instrument, point)
    for dimension, mean in ((ANXIETY, position(instrument, answers).anxiety), (AVOIDANCE, position(instrument, answers).avoidance)):
        for facet in (facet for facet in instrument.facets.values() if facet.dimension == dimension):
            items = instrument.facet_items(facet.key)
            assert abs(scoring.mean_of(items, answers, instrument.scale) - mean) * len(items) <= 1 + 1e-9


# The map


def test_the_map_has_half_points_from_end_to_end_with_the_middle():
    assert grid_values(Scale(1, 7)) == [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7]
    assert grid_values(Scale(0, 100))[::6] == [0, 50, 100]


def test_the_map_counts_what_each_result_shows():
    for row in coverage_grid(QUIZ, TITLES)[::4]:
        for found in row.cells[::3]:
            assert found.point.avoidance == row.avoidance
            result = break_down(QUIZ, answers_at(QUIZ, found.point), "friend", TITLES)
            assert (found.triggers, found.strengths, found.weeks) == (len(result.triggers), len(result.strengths), len(result.plan))
            assert found.region_words == count_words(result.style_text)


def test_the_map_is_drawn_with_the_most_avoidant_on_top():
    rows = coverage_grid(QUIZ, TITLES)
    assert [row.avoidance for row in rows] == grid_values(QUIZ.scale)[::-1]
    assert {len(row.cells) for row in rows} == {GRID_SIZE}


def test_the_shipped_quiz_is_thin_in_the_middle_alone():
    thin = [found.point for row in coverage_grid(QUIZ, TITLES) for found in row.cells if found.gaps]
    assert thin == [Point(4, 4)]


def test_a_place_without_text_says_what_is_missing():
    assert cell(QUIZ, Point(4, 4), TITLES).gaps == "0 triggers, 0 strengths, no week"
    assert cell(QUIZ, Point(6, 6), {}).gaps == "no week"
    bare = replace(QUIZ, styles={**QUIZ.styles, "fearful": Html("Two words")})
    assert cell(bare, Point(6, 6), TITLES).gaps == "2 words on the region"


# The sides of the facets


def test_every_side_of_every_facet_is_counted():
    found = facet_sides(QUIZ)
    assert [(side.facet.key, side.side) for side in found] == [(key, side) for key in QUIZ.facets for side in Side]
    counted = Counter((insight.facet, insight.side) for insight in QUIZ.triggers)
    assert {(side.facet.key, side.side): side.triggers for side in found} == counted
    assert not any(side.gaps for side in found)


def test_a_side_with_short_texts_or_none_is_thin():
    strengths = tuple(replace(strength, like=Html(""), worth=Html("")) for strength in QUIZ.strengths)
    (first, *_) = facet_sides(replace(QUIZ, strengths=strengths, triggers=()))
    assert first.gaps == "no trigger, short strength"


# The page


@pytest.fixture
def ines(db: None) -> Client:
    """Ines may look at the quiz."""
    user = User.objects.create_user("ines", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="quiz", codename="view_instrument"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def address(library: Instrument) -> str:
    return f"/admin/quiz/instrument/{library.pk}/simulator/"


def main_of(response) -> str:
    """What the page shows but for secrets, which are new each time."""
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="(?:key|csrfmiddlewaretoken)" value="[^"]+"', "", main)


def test_a_place_leads_to_the_page_that_a_visitor_with_such_answers_gets(ines, address, taker: Taker):
    answers = answers_at(QUIZ, Point(5.5, 2))
    sent = taker.send(keep="no", relation="partner", **{key.replace("-", "_"): answer for key, answer in answers.items()})
    assert main_of(ines.get(address, {"anxiety": "5.5", "avoidance": "2"})) == main_of(sent)


def test_typed_answers_lead_to_the_page_that_a_visitor_gets_for_them(ines, address, taker: Taker):
    given_answers = {item.key: number % 7 + 1 for number, item in enumerate(QUIZ.items)}
    sent = taker.send(keep="no", relation="parent", **{key.replace("-", "_"): answer for key, answer in given_answers.items()})
    assert main_of(ines.get(address, {"relation": "parent", **given_answers})) == main_of(sent)


def test_what_a_visitor_may_leave_out_may_be_left_out(ines, address):
    given_answers = {item.key: 5 for item in QUIZ.items} | {"alarm-1": ""}
    assert "Your result" in main_of(ines.get(address, {"relation": "friend", **given_answers}))


def test_the_answers_of_a_place_can_be_filled_in_to_be_changed(ines, address):
    page = ines.get(address, {"anxiety": "5.5", "avoidance": "2", "fill": "yes"}).content.decode()
    filled = {key: int(value) for key, value in re.findall(r'<input type="number" name="([a-z-]+-\d)" value="(\d)"', page)}
    assert filled == answers_at(QUIZ, Point(5.5, 2))


def test_each_cell_of_the_map_opens_its_page(ines, address):
    links = re.findall(r'href="(\?anxiety=[^"]+)"', ines.get(address).content.decode())
    assert len(links) == GRID_SIZE * GRID_SIZE
    for link in links[:: GRID_SIZE * 2]:
        assert "Your result" in main_of(ines.get(address + link.replace("&amp;", "&")))


def test_the_map_says_in_words_where_text_is_thin(ines, address):
    page = ines.get(address).content.decode()
    assert re.findall(r"Thin: [^<]+", page) == ["Thin: 0 triggers, 0 strengths, no week"]


@pytest.mark.parametrize("wrong", ["", "nine", "0.9", "7.1", "nan", "inf"])
def test_a_number_that_can_not_be_used_is_refused_and_the_other_one_stays(ines, address, wrong):
    page = ines.get(address, {"anxiety": wrong, "avoidance": "2.75"}).content.decode()
    assert page.count("Please give a number from 1 to 7, such as 4.") == 1
    assert 'value="2.75"' in page
    assert not wrong or f'value="{wrong}"' in page


def test_typed_answers_that_can_not_be_used_are_refused_all_at_once_and_all_stay(ines, address):
    given_answers = {item.key: "6" for item in QUIZ.items} | {"alarm-1": "8", "alarm-2": "x", "alarm-3": "2.5"}
    page = ines.get(address, {"relation": "friend", **given_answers}).content.decode()
    assert page.count("Please give a whole number from 1 to 7.") == 3
    for value, times in (("6", 15), ("8", 1), ("x", 1), ("2.5", 1)):
        assert page.count(f' value="{value}"') == times


def test_too_many_blanks_are_named_one_by_one(ines, address):
    given_answers = {item.key: "6" for item in QUIZ.items} | {"alarm-1": "", "alarm-2": ""}
    assert ines.get(address, {"relation": "friend", **given_answers}).content.decode().count("too many are left out") == 2


def test_a_draft_is_simulated_as_it_is_saved(ines, address, library):
    library.state = Instrument.State.DRAFT
    library.save_revision(
        library.source.replace("It may be fairly easy", "It is fairly easy"), by=None, now=library.changed_at, note="Draft"
    )
    assert "It is fairly easy" in main_of(ines.get(address, {"anxiety": "1", "avoidance": "1"}))


def test_a_text_that_can_not_be_scored_says_so(ines, address, library):
    library.save_revision(library.source.replace("  to: 7", "  to: 1"), by=None, now=library.changed_at, note="Broken")
    assert "The check finds errors in this text" in ines.get(address).content.decode()


def test_the_simulator_keeps_nothing(ines, address):
    ines.get(address, {"anxiety": "5", "avoidance": "2"})
    assert Result.objects.count() == 0


def test_only_who_may_see_quizzes_sees_the_simulator(client, address):
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("rui", is_staff=True))
    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_superuser("owner"))
    assert client.get(address.replace("/simulator/", "0/simulator/")).status_code == 404
