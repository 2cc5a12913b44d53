"""Everything in the text of a quiz is shown to visitors or reported with its line."""

import re

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from documents.text.references import read_references
from quiz.instrument.parser import read_instrument
from tests.quiz.builders import quiz_text
from tests.support.inserted_blocks import BLOCKS, WORD, body_lines, insert_block, insert_every_block, is_reported
from tests.support.library import create_quiz
from tests.support.quiz_taker import Taker
from tests.support.sampling import examples

WORKS, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
SMALL = quiz_text()
SHIPPED = (settings.CONTENT_DIR / "quiz/attachment.md").read_text()


def texts_of(quiz):
    """The texts of a body that the form and results may show."""
    insights = [(one.title, one.like, one.worth, one.helps, one.step_address) for one in (*quiz.triggers, *quiz.strengths)]
    return (
        quiz.introduction,
        *(f"{one.key} {one.text}" for one in (*quiz.relations, *quiz.items)),
        *(quiz.region_titles[key] + text for key, text in quiz.region_texts.items()),
        *(text for insight in insights for text in insight),
        *quiz.limits,
    )


def is_lost(text, lines):
    quiz = read_instrument(text, WORKS)
    return not is_reported(quiz.problems, lines) and not any(WORD in shown for shown in texts_of(quiz))


@pytest.mark.parametrize("line", ["- **Helps**: ask *once* more", "- **Helps:** ask *once* more", "- *Helps*: ask *once* more"])
def test_a_label_may_be_bold(line):
    quiz = read_instrument(re.sub(r"- Helps: .*", line, SMALL, count=1), WORKS)
    assert quiz.triggers[0].helps == "ask <em>once</em> more"
    assert not [problem for problem in quiz.problems if problem.is_error]


def test_emphasis_that_begins_in_a_label_continues_after_it():
    quiz = read_instrument(re.sub(r"- Helps: .*", "- **Helps: ask** once more", SMALL, count=1), WORKS)
    assert quiz.triggers[0].helps == "<strong>ask</strong> once more"


def test_every_text_of_a_quiz_is_on_a_page_that_visitors_see(db, client):
    numbers = iter(range(1000, 2000))
    marked = re.sub(r"(?<=[a-z.0-9])(?= \{#|\]?$)", lambda found: f" mark{next(numbers)}", SMALL, flags=re.MULTILINE)
    for unseen in (
        r"^(slug|reviewed|next_review|correlation|## .*|- (Facet|Step):.*|  (from|to)|    (mean|sd|reliability|dimension)):? .*",
        r"^---.*",
    ):
        marked = re.sub(unseen, lambda line: re.sub(r" mark\d+", "", line[0]), marked, flags=re.MULTILINE)
    assert [problem for problem in read_instrument(marked, WORKS).problems if problem.is_error] == []
    create_quiz(marked)
    marks, seen = set(re.findall(r"mark\d+", marked)), set(re.findall(r"mark\d+", pages(client)))
    assert len(marks) > 60
    assert marks - seen == set()


def pages(client):
    """The start page, the form, and results with every combination of low, middle and high scores."""
    ends = [(anxious, distant) for anxious in (1, 4, 7) for distant in (1, 4, 7)]
    results = [Taker(client).send(keep="no", alarm_1=a, alarm_2=8 - a, distance_1=d, distance_2=8 - d).content.decode() for a, d in ends]
    return " ".join([client.get("/quiz/").content.decode(), client.get("/quiz/take/").content.decode(), *results])


def test_the_small_quiz_passes_the_check():
    assert [problem for problem in read_instrument(SMALL, WORKS).problems if problem.is_error] == []


def test_a_block_of_any_kind_anywhere_in_a_quiz_is_shown_or_reported():
    assert [(block, lines) for block, text, lines in insert_every_block(SMALL) if is_lost(text, lines)] == []


@given(st.sampled_from(BLOCKS), st.sampled_from(body_lines(SHIPPED)))
@how(max_examples=examples(60))
def test_a_block_in_the_shipped_quiz_is_shown_or_reported(block, before):
    assert not is_lost(*insert_block(SHIPPED, before, block))
