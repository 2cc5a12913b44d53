"""A submitted form is read once and by one rule: whether it makes a result, and what the page says is missing."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from quiz.forms import AnswerForm
from quiz.instrument import parser
from quiz.scoring import answers_still_needed, score_answers
from quiz.submission import KEY, Submission, form_fields, fresh_key, read_submission

QUIZ = parser.read_instrument((settings.CONTENT_DIR / "quiz/attachment.md").read_text(), {})
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


@given(FORMS)
def test_any_form_either_has_scores_or_a_message_at_each_question_that_needs_an_answer(form):
    submission = read_submission(form, QUIZ, 1)
    assert KEY.fullmatch(submission.key)
    assert all(str(answer) == form[key] and 1 <= answer <= 7 for key, answer in submission.answers.items())
    wrong = {key for key in ITEMS if form.get(key) and key not in submission.answers}
    if not answers_still_needed(QUIZ.items, submission.answers):
        assert {*submission.problems} - {"relation"} == wrong
        assert submission.scores == score_answers(QUIZ.items_by_dimension, submission.answers, QUIZ.scale)
    else:
        assert {*submission.problems} - {"relation"} == {*ITEMS} - {*submission.answers}
        assert submission.scores is None
    assert ("relation" in submission.problems) == (submission.relation not in {known.key for known in QUIZ.relations})


@given(FORMS)
def test_problems_are_shown_in_page_order(form):
    submission = read_submission(form, QUIZ, 1)
    shown = AnswerForm(submission)
    assert {name: str(errors[0]) for name, errors in shown.errors.items()} == submission.problems
    assert [field.name for field in shown.visible_fields() if field.errors] == list(submission.problems)
    assert shown.is_valid() == (not submission.problems)


@given(FORMS)
def test_a_submission_round_trips_through_its_fields(form):
    submission = read_submission(form, QUIZ, 1)
    again = read_submission(submission.fields, QUIZ, 1)
    assert (again.key, again.relation, again.answers) == (submission.key, submission.relation, submission.answers)


def test_a_blank_form_has_a_new_key_and_no_message():
    one, other = (AnswerForm(Submission.blank(QUIZ, 7)) for _ in range(2))
    assert one["key"].value() != other["key"].value()
    assert (one["version"].value(), one["alarm-1"].value(), one.errors) == ("7", None, {})


@pytest.mark.parametrize("missing", [0, 1])
def test_one_statement_may_stay_without_an_answer(missing):
    form = {"key": fresh_key(), **form_fields(1, "friend", dict.fromkeys(ITEMS[missing:], 4))}
    submission = read_submission(form, QUIZ, 1)
    assert (submission.key, submission.relation, submission.problems) == (form["key"], "friend", {})
    assert len(submission.answers) == 18 - missing


@pytest.mark.parametrize(("keep", "kept"), [("yes", True), ("no", False), ("", False), (None, False)])
def test_only_a_clear_yes_keeps_a_result(keep, kept):
    form = {} if keep is None else {"keep": keep}
    assert read_submission(form, QUIZ, 1).keep is kept
