"""A sent form is read by one rule, whoever asks: what makes a result, and what the form says is missing."""

import pytest
from django.conf import settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from quiz.forms import AnswerForm
from quiz.instrument import reader
from quiz.scoring import may_be_scored
from quiz.submission import KEY, fields, fresh_key, read_sent

QUIZ = reader.read_instrument((settings.CONTENT_DIR / "quiz/attachment.md").read_text(), {})
ITEMS = [item.key for item in QUIZ.items]
ANSWERS = st.sampled_from([*"1234567", "", "0", "8", "-1", "1.0", " 5", "５", "five", "9" * 400, "\0"])
FORMS = st.fixed_dictionaries(
    {},
    optional={
        "key": st.text(max_size=70) | st.builds(fresh_key),
        "relation": st.sampled_from(["friend", "partner", "nobody", "", "friend\0"]),
        **dict.fromkeys(ITEMS, ANSWERS),
    },
)


@given(st.binary(max_size=200) | st.text("a1&=%2fF +;\0\ufffd", max_size=60).map(str.encode))
def test_the_fields_of_a_form_are_those_that_django_finds(body):
    assert fields(body, 100) == QueryDict(body.decode(errors="replace")).dict()


def test_a_form_may_have_just_so_many_fields():
    assert fields(b"a=1&b=2", 2) == {"a": "1", "b": "2"}
    with pytest.raises(ValueError, match="fields"):
        fields(b"a=1&a=2&b=3", 2)


@given(FORMS)
def test_whatever_is_sent_either_makes_a_result_or_says_at_each_question_what_is_missing(form):
    sent = read_sent(form, QUIZ)
    assert KEY.fullmatch(sent.key)
    assert all(str(answer) == form[key] and 1 <= answer <= 7 for key, answer in sent.answers.items())
    wrong = {key for key in ITEMS if form.get(key) and key not in sent.answers}
    if may_be_scored(QUIZ.items, sent.answers):
        assert {*sent.problems} - {"relation"} == wrong
    else:
        assert {*sent.problems} - {"relation"} == {*ITEMS} - {*sent.answers}
    assert ("relation" in sent.problems) == (sent.relation not in {one.key for one in QUIZ.relations})


@given(FORMS)
def test_the_form_says_just_that_in_the_order_of_the_page(form):
    shown = AnswerForm(QUIZ, form)
    problems = read_sent(form, QUIZ).problems
    assert {name: str(errors[0]) for name, errors in shown.errors.items()} == problems
    assert [field.name for field in shown.visible_fields() if field.errors] == list(problems)
    assert shown.is_valid() == (not problems)


@pytest.mark.parametrize("missing", [0, 1])
def test_one_statement_may_stay_without_an_answer(missing):
    form = {"key": fresh_key(), "relation": "friend", **dict.fromkeys(ITEMS[missing:], "4")}
    sent = read_sent(form, QUIZ)
    assert (sent.key, sent.relation, len(sent.answers), sent.problems) == (form["key"], "friend", 18 - missing, {})
