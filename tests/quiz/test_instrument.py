"""Parsing of a quiz, and every problem that its text can have, from the cases in cases/problems.txt."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from documents.links import is_page
from documents.text.library import Library, check_against_library
from documents.text.references import read_references
from guides import parts
from guides.parser import read_guide
from quiz.instrument.parser import read_instrument
from quiz.instrument.types import ADDRESS, Side
from quiz.scoring import Norm, Scale

TEXT = (settings.CONTENT_DIR / "quiz/attachment.md").read_text()
WORKS, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
CASES = (Path(__file__).parent / "cases/problems.txt").read_text()
TODAY = date(2026, 11, 24)


def case_text(case):
    text = TEXT
    for old, new in re.findall(r"^<<< (.+)\n>>> (.*)$", case, re.MULTILINE):
        old, new = (part.replace("\\n", "\n") for part in (old, new))
        assert old in text, f"{old!r} is not in the quiz"
        text = text.replace(old, new, 1)
    return text


def cases():
    for case in re.split(r"^# ", CASES, flags=re.MULTILINE)[1:]:
        yield pytest.param(case_text(case), re.findall(r"^!!! (.+)$", case, re.MULTILINE), id=case.partition("\n")[0])


@pytest.mark.parametrize(("text", "expected"), list(cases()))
def test_every_problem_is_reported(text, expected):
    assert sorted(f"{problem.code}: {problem.message}" for problem in read_instrument(text, WORKS).problems) == sorted(expected)


def test_the_shipped_quiz_is_parsed():
    quiz = read_instrument(TEXT, WORKS)
    assert (quiz.scale, quiz.scale_labels.low, quiz.scale_labels.high) == (Scale(1, 7), "Not at all like me", "Very much like me")
    assert quiz.planning_norms.anxiety == Norm(4.14, 1.21, 0.84)
    assert [relation.key for relation in quiz.relations] == ["partner", "friend", "parent", "general"]
    assert [len(quiz.items), len(quiz.dimension_items("anxiety")), len(quiz.facet_items("alarm"))] == [18, 9, 3]
    first = quiz.items[0]
    assert (first.key, first.facet, first.is_reversed) == ("distance-3", "distance", True)
    trigger = quiz.triggers[0]
    assert (trigger.title, trigger.facet, trigger.side) == ("A reply that does not come", "alarm", Side.HIGH)
    assert trigger.worth == "An alarm this quick is trying to save a bond that matters to you."
    assert trigger.step_address == "/guides/anxious/#name-alarm"


def test_no_two_consecutive_statements_are_of_one_facet():
    facets = [item.facet for item in read_instrument(TEXT, WORKS).items]
    assert all(one != other for one, other in pairwise(facets))


def shipped_guides():
    guides = [read_guide(path.read_text(), WORKS) for path in (settings.CONTENT_DIR / "guides").glob("*.md")]
    return Library({parts.ADDRESS.format(guide.slug): guide.anchors for guide in guides}, {}, is_page, lambda address: False)


def test_each_trigger_leads_to_a_step_that_eases_its_facet():
    quiz = read_instrument(TEXT, WORKS)
    assert all(trigger.step_address for trigger in quiz.triggers)
    assert check_against_library(quiz, ADDRESS, shipped_guides(), TODAY) == []


def test_a_step_that_eases_another_facet_is_reported_with_its_line():
    quiz = read_instrument(TEXT.replace("/guides/anxious/#name-alarm", "/guides/anxious/#ask-once"), WORKS)
    (problem,) = check_against_library(quiz, ADDRESS, shipped_guides(), TODAY)
    assert (problem.code, problem.line) == ("step-eases-other", quiz.triggers[0].line)
    assert problem.message.startswith('"/guides/anxious/#ask-once" does not ease "alarm".')


@pytest.mark.parametrize("address", ["/guides/anxious/?x#name-alarm", "https://ok.example/#name-alarm", "/help/", "name-alarm"])
def test_an_address_that_is_no_step_is_reported_with_its_line(address):
    quiz = read_instrument(TEXT.replace("/guides/anxious/#name-alarm", address), WORKS)
    (problem,) = check_against_library(quiz, ADDRESS, shipped_guides(), TODAY)
    assert (problem.code, problem.line) == ("link-broken", quiz.triggers[0].line)
    assert problem.message.startswith(f'"{address}" is no step.')


@given(st.text(max_size=300) | st.lists(st.sampled_from(re.split(r"(?<=\n)", TEXT)), max_size=60).map("".join))
def test_any_text_is_parsed_without_an_exception(text):
    assert isinstance(read_instrument(text, WORKS).problems, tuple)
