"""Simulator and statistics of the quiz in a browser: linked, accessible, and at most as wide as the window."""

import random
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from playwright.sync_api import Page, expect

from quiz.instrument.parser import read_instrument
from quiz.models import Instrument
from tests.browser.admin_pages import log_in
from tests.browser.common import axe_violations, in_both_color_schemes, scrolls_sideways
from tests.support.library import create_shipped_library
from tests.support.quiz_taker import keep

STATISTICS = "/admin/quiz/result/"


@pytest.fixture
def quiz(transactional_db: None) -> Instrument:
    return create_shipped_library()


@pytest.fixture
def results(quiz: Instrument) -> None:
    """Sixty kept results with random answers."""
    rng, instrument, version = random.Random(1), read_instrument(quiz.source, {}), quiz.revisions.first()  # noqa: S311 (simulated people)
    assert version
    for _ in range(60):
        answers = {item.key: rng.randint(1, 7) for item in instrument.items}
        keep(answers, version, timezone.now())


@pytest.fixture
def ines(page: Page, quiz: Instrument, console_errors: list[str]) -> Iterator[Page]:
    """Ines, logged in, who may view the quiz and its statistics. No page that she opens logs an error to the console."""
    log_in(page, Permission.objects.filter(codename__in=["view_instrument", "view_result"]))
    yield page
    assert console_errors == []


@pytest.fixture
def simulator(ines: Page, quiz: Instrument) -> Page:
    ines.goto(f"/admin/quiz/instrument/{quiz.pk}/change/")
    ines.get_by_role("link", name="Simulator").click()
    expect(ines.get_by_role("heading", name=f"Simulator: {quiz.title}")).to_be_visible()
    return ines


def test_a_cell_of_the_map_opens_the_result_of_its_visitor(simulator):
    simulator.get_by_role("link", name="Anxiety 6, avoidance 2: 5 · 5 · 4", exact=True).click()
    expect(simulator.get_by_role("heading", name="Your result")).to_be_visible()
    expect(simulator.get_by_role("row", name="Anxiety 6.0")).to_be_visible()
    expect(simulator.get_by_role("row", name="Avoidance 2.0")).to_be_visible()


def test_a_position_is_chosen_by_two_numbers_and_a_wrong_one_can_be_corrected(simulator):
    simulator.get_by_label("Anxiety, from 1 to 7").fill("9")
    simulator.get_by_label("Avoidance, from 1 to 7").fill("2.5")
    simulator.get_by_role("button", name="See this visitor’s page").click()
    expect(simulator.get_by_text("Please give a number from 1 to 7, such as 4.")).to_be_visible()
    expect(simulator.get_by_label("Avoidance, from 1 to 7")).to_have_value("2.5")
    simulator.get_by_label("Anxiety, from 1 to 7").fill("3")
    simulator.get_by_label("Anxiety, from 1 to 7").press("Enter")
    expect(simulator.get_by_role("heading", name="Your result")).to_be_visible()


def test_answers_can_be_typed_for_each_statement(simulator):
    for field in simulator.get_by_role("spinbutton").all()[2:]:
        field.fill("5")
    simulator.get_by_label("When we argue, I go silent.").fill("7")
    simulator.get_by_role("button", name="See the page for these answers").click()
    expect(simulator.get_by_role("heading", name="Your result")).to_be_visible()
    said = simulator.get_by_text("“When we argue, I go silent.” You answered 7 of 7.")
    expect(said.first).to_be_attached()


def test_the_statistics_are_linked_from_the_admins_index(ines, results):
    ines.goto("/admin/")
    ines.get_by_role("link", name="Results").click()
    expect(ines.get_by_text("These figures rest on 60 results")).to_be_visible()
    expect(ines.get_by_role("table", name="Anxiety: 60 results")).to_be_visible()


@in_both_color_schemes
@pytest.mark.parametrize("width", [320, 1280])
def test_simulator_and_statistics_have_no_axe_violation_and_fit_the_window(simulator, results, color_scheme, width):
    simulator.emulate_media(color_scheme=color_scheme)
    simulator.set_viewport_size({"width": width, "height": 800})
    for path in (simulator.url, f"{simulator.url}?anxiety=9&avoidance=", STATISTICS):
        simulator.goto(path)
        assert axe_violations(simulator) == []
        assert not scrolls_sideways(simulator)
