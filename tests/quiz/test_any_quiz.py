"""Every quiz that passes the check can be published, answered, kept and shown, with figures at their limits too."""

import random

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, event, example, given
from hypothesis import settings as how
from hypothesis import strategies as st

from quiz.instrument import limits
from quiz.instrument.parser import read_instrument
from quiz.models import Result
from quiz.scoring import MAX_MISSING
from quiz.submission import fresh_key
from tests.quiz.builders import quiz_text
from tests.support.library import create_quiz
from tests.support.sampling import examples

SCALES = (("1", "7"), ("0", "100"), ("-100", "0"), ("100", "200"), ("-1", "1"))
ODD_SCALES = (("0", "101"), ("-101", "-99"), ("199", "201"), ("1001", "1007"), ("1.4", "7"), ("7", "1"), ("1", "2"), ("0", "999999999"))
SDS = ("0.01", "0.5", "1", "3", "50", "0", "0.000000001", "0.009", "50.1", "999999999")
RELIABILITIES = ("0.01", "0.5", "0.99", "0", "0.000000001", "0.006", "0.991", "0.999999999", "1")
CORRELATIONS = ("-0.72", "-0.009", "0.000000001", "0.01", "0.5", "0.72", "0.73", "0.89", "0.899999999", "-1", "2")
KEYS = ("a", "key", "version", "relation", "keep", "as", "high", "z" * 39, "z" * 40, "z" * 41)
FACET_KEYS = (*KEYS, "a-b", "key-relation", "-".join("y" * 20), "-".join("y" * 21))
NUMBERS = (
    ("1", "2"),
    ("0", "00"),
    ("9999", "1"),
    ("10000", "1"),
    ("99999999999", "7"),
    ("1", "1"),
    *(range(many) for many in (1, 3, 20, 100, 101)),
)


@st.composite
def quizzes(draw):
    """A valid quiz with one or two values at a limit, just valid or just invalid."""
    scale, sd, reliability = draw(st.sampled_from(SCALES)), "0.5", "0.8"
    changed = draw(
        st.lists(st.sampled_from(["scale", "sd", "reliability", "correlation", "relations", "facets", "statements"]), max_size=2)
    )
    options = {}
    if "scale" in changed:
        scale = draw(st.sampled_from(ODD_SCALES))
    if "sd" in changed:
        sd = draw(st.sampled_from(SDS))
    if "reliability" in changed:
        reliability = draw(st.sampled_from(RELIABILITIES))
    if "correlation" in changed:
        options["correlation"] = draw(st.sampled_from(CORRELATIONS))
    if "relations" in changed:
        options["relations"] = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3))
    if "facets" in changed:
        keys = draw(st.tuples(*[st.sampled_from(FACET_KEYS)] * 2))
        options["facets"] = dict(zip(keys, ("anxiety", "avoidance"), strict=True))
    if "statements" in changed:
        options["statements"] = draw(st.sampled_from(NUMBERS))
    anxiety = {"mean": draw(st.sampled_from(scale)), "sd": sd, "reliability": reliability}
    avoidance = {"mean": draw(st.sampled_from(scale)), "sd": "0.5", "reliability": "0.8"}
    return quiz_text(scale=scale, norms={"anxiety": anxiety, "avoidance": avoidance}, **options)


def is_valid(text):
    return not any(problem.is_error for problem in read_instrument(text, {}).problems)


def random_answers(quiz, seed):
    """The lowest answer everywhere, the highest, or any, sometimes with as many left out as possible."""
    rng = random.Random(seed)  # noqa: S311 (nothing is secret here)
    low, high = quiz.scale.lowest, quiz.scale.highest
    answer = rng.choice([lambda: low, lambda: high, lambda: rng.randint(low, high)])
    left_out = rng.sample(quiz.items, int(MAX_MISSING * len(quiz.items)) if rng.random() < 0.5 else 0)
    return {item.key: answer() for item in quiz.items if item not in left_out}


def take_quiz(quiz, answers):
    """Answers the quiz over HTTP, and opens its result both without keeping it and kept."""
    client, relation = Client(), quiz.relations[-1].key
    form = client.get("/quiz/take/").content.decode()
    assert all(f'name="{item.key}"' in form for item in quiz.items)
    sent = {"key": fresh_key(), "relation": relation, **answers}
    assert client.get("/quiz/").status_code == 200
    assert client.post("/quiz/take/", {**sent, "keep": "no"}).status_code == 200
    assert client.post("/quiz/plan/", {**sent, "as": "sheet"}).status_code == 200
    page = client.get(client.post("/quiz/take/", {**sent, "keep": "yes"})["Location"])
    assert (page.status_code, "nan" in page.content.decode()) == (200, False)
    kept = Result.objects.get()
    assert (kept.relation, kept.answers) == (relation, answers)


@pytest.mark.django_db
@given(text=quizzes(), seed=st.integers(0, 999))
@example(text=quiz_text(statements=range(limits.MAX_STATEMENTS // 2)), seed=1)
@example(text=quiz_text(relations=["z" * limits.MAX_KEY]), seed=1)
@how(max_examples=examples(50), suppress_health_check=[HealthCheck.too_slow])
def test_any_valid_quiz_can_be_published_answered_kept_and_shown(text, seed):
    event("valid" if is_valid(text) else "invalid")
    if not is_valid(text):
        return
    with transaction.atomic():
        create_quiz(text)
        quiz = read_instrument(text, {})
        take_quiz(quiz, random_answers(quiz, seed))
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "invalid",
    [
        {"scale": ("1001", "1007"), "norms": {key: {"mean": "1004", "sd": "1", "reliability": "0.8"} for key in ("anxiety", "avoidance")}},
        {"scale": ("1.4", "7")},
        {"scale": ("0", "101")},
        {"relations": ["z" * 41]},
        {"relations": ["friend", "friend"]},
        {"facets": {"z" * 41: "anxiety", "distance": "avoidance"}},
        {"statements": ["99999", "1"]},
        {"statements": range(102)},
        {"statements": range(20), "scale": ("0", "100")},
        {"correlation": "0.73"},
        {"norms": {key: {"mean": "4", "sd": "1", "reliability": "0.006"} for key in ("anxiety", "avoidance")}, "correlation": "0.009"},
        {"norms": {key: {"mean": "4", "sd": "0.000000001", "reliability": "0.5"} for key in ("anxiety", "avoidance")}},
    ],
    ids=str,
)
def test_values_beyond_the_limits_of_form_formulas_or_table_are_invalid(invalid):
    assert not is_valid(quiz_text(**invalid))


def test_a_form_can_submit_the_maximum_number_of_answers():
    other_fields = {"key", "version", "relation", "keep", "as"}
    assert limits.MAX_STATEMENTS + len(other_fields) <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
