"""Simulator and totals of the quiz in a real browser: reached by words, at 320 px, light and dark, without a barrier."""

import random
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from quiz.instrument.reader import read_instrument
from quiz.models import Instrument
from tests.support.library import create_shipped_library
from tests.support.quiz_taker import keep

PASSWORD = "only for this test"
TOTALS = "/admin/quiz/result/"


@pytest.fixture
def quiz(transactional_db: None) -> Instrument:
    return create_shipped_library()


@pytest.fixture
def results(quiz: Instrument) -> None:
    """Sixty kept results, every answer chosen by chance."""
    chance, instrument, version = random.Random(1), read_instrument(quiz.source, {}), quiz.revisions.first()  # noqa: S311 (made-up people)
    assert version
    for _ in range(60):
        answers = {item.key: chance.randint(1, 7) for item in instrument.items}
        keep(answers, version, timezone.now())


@pytest.fixture
def ines(page: Page, quiz: Instrument, complaints: list[str]) -> Iterator[Page]:
    """Ines, logged in, who may look at the quiz and at what its results say. Nothing that she opens makes the browser complain."""
    user = User.objects.create_user("ines", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_instrument", "view_result"]))
    page.goto("/admin/")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    yield page
    assert complaints == []


@pytest.fixture
def simulator(ines: Page, quiz: Instrument) -> Page:
    ines.goto(f"/admin/quiz/instrument/{quiz.pk}/change/")
    ines.get_by_role("link", name="Simulator").click()
    expect(ines.get_by_role("heading", name=f"Simulator: {quiz.title}")).to_be_visible()
    return ines


def barriers(page):
    found = Axe().run(page)
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]]


def is_wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_a_cell_of_the_map_opens_the_page_of_its_visitor(simulator):
    simulator.get_by_role("link", name="Anxiety 6, avoidance 2: 5 · 5 · 4", exact=True).click()
    expect(simulator.get_by_role("heading", name="Your result")).to_be_visible()
    expect(simulator.get_by_role("row", name="Anxiety 6.0")).to_be_visible()
    expect(simulator.get_by_role("row", name="Avoidance 2.0")).to_be_visible()


def test_a_place_is_chosen_by_two_numbers_and_a_wrong_one_is_mended(simulator):
    simulator.get_by_label("Anxiety, from 1 to 7").fill("9")
    simulator.get_by_label("Avoidance, from 1 to 7").fill("2.5")
    simulator.get_by_role("button", name="See this visitor’s page").click()
    expect(simulator.get_by_text("Please give a number from 1 to 7, such as 4.")).to_be_visible()
    expect(simulator.get_by_label("Avoidance, from 1 to 7")).to_have_value("2.5")
    simulator.get_by_label("Anxiety, from 1 to 7").fill("3")
    simulator.get_by_label("Anxiety, from 1 to 7").press("Enter")
    expect(simulator.get_by_role("heading", name="Your result")).to_be_visible()


def test_answers_are_typed_statement_by_statement(simulator):
    for field in simulator.get_by_role("spinbutton").all()[2:]:
        field.fill("5")
    simulator.get_by_label("When we argue, I go silent.").fill("7")
    simulator.get_by_role("button", name="See the page for these answers").click()
    expect(simulator.get_by_role("heading", name="Your result")).to_be_visible()
    said = simulator.get_by_text("“When we argue, I go silent.” You answered 7 of 7.")
    expect(said.first).to_be_attached()


def test_the_totals_are_reached_from_the_start_of_the_admin(ines, results):
    ines.goto("/admin/")
    ines.get_by_role("link", name="Results").click()
    expect(ines.get_by_text("These figures rest on 60 results")).to_be_visible()
    expect(ines.get_by_role("table", name="Anxiety: 60 results")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_simulator_and_totals_have_no_barrier_and_fit_the_window(simulator, results, scheme, width):
    simulator.emulate_media(color_scheme=scheme)
    simulator.set_viewport_size({"width": width, "height": 800})
    for path in (simulator.url, f"{simulator.url}?anxiety=9&avoidance=", TOTALS):
        simulator.goto(path)
        assert barriers(simulator) == []
        assert not is_wider_than_the_window(simulator)
