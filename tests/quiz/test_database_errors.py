"""Whatever error the database raises for a form of the quiz, the answers come back, and the status says whether a retry may help."""

import pytest
from django.db import connection

from tests.support.write_errors import failing_writes, hidden_fields_of

LATER = {"a server that may only be read": "25006", "no time": "57014", "a shutdown": "57P01"}
OURS = {"a deadlock": "40P01", "a full disk": "53100", "a column that is not there": "42703"}


@pytest.mark.parametrize("state", LATER.values(), ids=LATER)
def test_during_an_outage_the_form_comes_back_with_all_answers_and_says_when_to_retry(taker, state):
    with failing_writes("quiz_result", state):
        response = taker.send()
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response.content.decode().count(" checked") == 19
    assert taker.key in response.content.decode()


@pytest.mark.parametrize("state", OURS.values(), ids=OURS)
def test_other_database_errors_return_the_form_with_500(taker, state):
    with failing_writes("quiz_result", state):
        response = taker.send()
    assert (response.status_code, response.get("Retry-After")) == (500, None)
    page = response.content.decode()
    assert page.count(" checked") == 19
    assert "Something went wrong on our side" in page


def test_if_the_version_can_not_be_looked_up_the_answers_come_back_without_the_questions(taker):
    taker.version = "1234567"  # not the one that this process has just looked up
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_document RENAME COLUMN state TO elsewhere")
    response = taker.send()
    assert response.status_code == 500
    assert hidden_fields_of(response).items() >= {"key": taker.key, "keep": "yes", **dict.fromkeys(taker.items, "5")}.items()


def test_if_a_plan_fails_the_answers_come_back(taker, client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE documents_document RENAME COLUMN state TO elsewhere")
    answers = {"version": "1234567", "relation": "friend", **dict.fromkeys(taker.items, "5")}
    response = client.post("/quiz/plan/", answers)
    assert (response.status_code, hidden_fields_of(response)) == (500, answers)
