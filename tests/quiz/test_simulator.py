"""The simulator in the admin: coverage of the text, and the result of any position or answers."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from quiz.admin.text_coverage import GRID_SIZE, answers_at
from quiz.instrument.parser import read_instrument
from quiz.models import Instrument, Result
from quiz.scoring import Point
from tests.support.admin_client import log_in
from tests.support.quiz_taker import Taker

TEXT = (settings.CONTENT_DIR / "quiz/attachment.md").read_text()
QUIZ = read_instrument(TEXT, {})


@pytest.fixture
def ines(db: None) -> Client:
    """Ines has the permission to view quizzes."""
    return log_in("Ines", model="quiz_instrument", permissions=["view_instrument"]).client


@pytest.fixture
def address(library: Instrument) -> str:
    return f"/admin/quiz/instrument/{library.pk}/simulator/"


def main_of(response) -> str:
    """The main part of the page without keys, which are new each time."""
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r'name="(?:key|csrfmiddlewaretoken)" value="[^"]+"', "", main)


def test_a_position_leads_to_the_result_of_a_visitor_with_such_answers(ines, address, taker: Taker):
    answers = answers_at(QUIZ, Point(5.5, 2))
    sent = taker.send(keep="no", relation="partner", **{key.replace("-", "_"): answer for key, answer in answers.items()})
    assert main_of(ines.get(address, {"anxiety": "5.5", "avoidance": "2"})) == main_of(sent)


def test_typed_answers_lead_to_the_result_of_a_visitor_with_these_answers(ines, address, taker: Taker):
    given_answers = {item.key: number % 7 + 1 for number, item in enumerate(QUIZ.items)}
    sent = taker.send(keep="no", relation="parent", **{key.replace("-", "_"): answer for key, answer in given_answers.items()})
    assert main_of(ines.get(address, {"relation": "parent", **given_answers})) == main_of(sent)


def test_as_many_answers_may_be_left_out_as_in_the_quiz(ines, address):
    given_answers = {item.key: 5 for item in QUIZ.items} | {"alarm-1": ""}
    assert "Your result" in main_of(ines.get(address, {"relation": "friend", **given_answers}))


def test_the_answers_for_a_position_can_be_filled_in_and_changed(ines, address):
    page = ines.get(address, {"anxiety": "5.5", "avoidance": "2", "fill": "yes"}).content.decode()
    filled = {key: int(value) for key, value in re.findall(r'<input type="number" name="([a-z-]+-\d)" value="(\d)"', page)}
    assert filled == answers_at(QUIZ, Point(5.5, 2))


def test_each_cell_links_to_its_result(ines, address):
    links = re.findall(r'href="(\?anxiety=[^"]+)"', ines.get(address).content.decode())
    assert len(links) == GRID_SIZE * GRID_SIZE
    for link in links[:: GRID_SIZE * 2]:
        assert "Your result" in main_of(ines.get(address + link.replace("&amp;", "&")))


def test_a_cell_with_too_little_text_says_so_in_words(ines, address):
    page = ines.get(address).content.decode()
    assert re.findall(r"Thin: [^<]+", page) == ["Thin: 0 triggers, 0 strengths, no week"]


@pytest.mark.parametrize("wrong", ["", "nine", "0.9", "7.1", "nan", "inf"])
def test_an_invalid_number_is_rejected_and_the_other_one_stays(ines, address, wrong):
    page = ines.get(address, {"anxiety": wrong, "avoidance": "2.75"}).content.decode()
    assert page.count("Please give a number from 1 to 7, such as 4.") == 1
    assert 'value="2.75"' in page
    assert not wrong or f'value="{wrong}"' in page


def test_invalid_answers_are_rejected_all_at_once_and_all_stay(ines, address):
    given_answers = {item.key: "6" for item in QUIZ.items} | {"alarm-1": "8", "alarm-2": "x", "alarm-3": "2.5"}
    page = ines.get(address, {"relation": "friend", **given_answers}).content.decode()
    assert page.count("Please give a whole number from 1 to 7.") == 3
    for value, times in (("6", 15), ("8", 1), ("x", 1), ("2.5", 1)):
        assert page.count(f' value="{value}"') == times


def test_every_missing_answer_is_named_when_there_are_too_many(ines, address):
    given_answers = {item.key: "6" for item in QUIZ.items} | {"alarm-1": "", "alarm-2": ""}
    assert ines.get(address, {"relation": "friend", **given_answers}).content.decode().count("too many are left out") == 2


def test_a_draft_is_simulated_as_saved(ines, address, library):
    library.state = Instrument.State.DRAFT
    library.save_revision(
        library.source.replace("It may be fairly easy", "It is fairly easy"), by=None, now=library.changed_at, note="Draft"
    )
    assert "It is fairly easy" in main_of(ines.get(address, {"anxiety": "1", "avoidance": "1"}))


def test_a_text_with_errors_is_not_simulated(ines, address, library):
    library.save_revision(library.source.replace("  to: 7", "  to: 1"), by=None, now=library.changed_at, note="Broken")
    assert "The check finds errors in this text" in ines.get(address).content.decode()


def test_the_simulator_stores_no_result(ines, address):
    ines.get(address, {"anxiety": "5", "avoidance": "2"})
    assert Result.objects.count() == 0


def test_only_users_with_the_permission_see_the_simulator(client, address):
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("rui", is_staff=True))
    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_superuser("owner"))
    assert client.get(address.replace("/simulator/", "0/simulator/")).status_code == 404
