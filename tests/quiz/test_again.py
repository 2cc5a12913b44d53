"""The quiz is taken again: the second result has its own link and is compared with the first while both exist."""

from datetime import timedelta

import pytest
from django.utils import timezone

from quiz.models import KEEP_LIMIT, Result
from tests.support.quiz_taker import Taker
from tests.support.write_errors import failing_writes
from web.throttle.models import Tally


def today():
    """Asked for in each test, because a run may go on beyond midnight."""
    return timezone.now().date()


BESIDE = "Beside your result of"


@pytest.fixture
def first(taker):
    """A result of half a year ago: five on every statement."""
    taker.send()
    Result.objects.update(day=today() - timedelta(days=180), expires_on=today() + timedelta(days=185))
    return taker


@pytest.fixture
def second(first, client):
    return Taker(client, form=f"{first.address}again/")


def read(client, address):
    return client.get(address).content.decode()


def test_a_kept_result_links_to_the_quiz_again(first, client):
    assert f'href="{first.address}again/"' in read(client, first.address)
    page = client.get(f"{first.address}again/")
    assert "beside those of" in page.content.decode()
    assert "That day you had in mind: a close friend." in page.content.decode()
    # Stored for Back, which has to find the same key and the answers: tests/browser/test_quiz_again.py.
    assert (page["Cache-Control"], page["X-Robots-Tag"], page["Referrer-Policy"]) == ("private, no-cache", "noindex", "strict-origin")


def test_the_second_result_has_its_own_link_and_shows_the_first_beside_it(first, second, client):
    answer = second.send(alarm_1=1, alarm_2=1)
    assert answer["Location"] == second.address != first.address
    assert Result.objects.count() == 2
    assert BESIDE in read(client, second.address)
    assert BESIDE not in read(client, first.address)


def test_a_second_result_that_is_not_kept_is_compared_too_and_nothing_is_stored(second):
    page = second.send(keep="no").content.decode()
    assert BESIDE in page
    assert Result.objects.count() == 1


def test_submitting_it_costs_at_most_two_queries(second, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        second.send()


def test_a_corrected_second_result_is_still_compared(second, client):
    second.send()
    second.send(alarm_1=1)
    assert Result.objects.count() == 2
    assert BESIDE in read(client, second.address)


def test_deleting_either_leaves_the_other(first, second, client):
    second.send()
    client.post(f"{first.address}deletion/")
    page = read(client, second.address)
    assert "Your result" in page
    assert BESIDE not in page


def test_an_expired_first_result_is_no_longer_compared(first, second, client):
    second.send()
    Result.objects.filter(expires_on=today() + timedelta(days=185)).update(expires_on=today())
    assert BESIDE not in read(client, second.address)
    assert client.get(f"{first.address}again/").status_code == 404
    assert second.send()["Location"] == second.address  # answers given meanwhile are not lost with the first
    assert BESIDE not in read(client, second.address)


def test_an_incomplete_form_says_what_is_missing_and_is_submitted_to_the_same_address(first, second):
    page = second.send(left_out=["alarm-1", "alarm-2"]).content.decode()
    assert f'action="{first.address}again/?sent"' in page
    assert page.count("Please choose a number.") == 2


def test_over_the_limit_of_the_network_the_form_still_says_what_the_answers_are_compared_with(first, second):
    Tally.objects.update(number=KEEP_LIMIT.max_count)
    answer = second.send()
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "That day you had in mind: a close friend." in page
    assert 'data-storage-key="quiz-again"' in page
    assert f'action="{first.address}again/?sent"' in page


def test_during_an_outage_the_answers_stay_those_of_the_second_time(first, second):
    with failing_writes("quiz_result", "57P01"):
        answer = second.send()
    assert answer.status_code == 503
    page = answer.content.decode()
    assert 'data-storage-key="quiz-again"' in page
    assert f'action="{first.address}again/?sent"' in page


def test_after_the_first_result_expired_an_incomplete_form_keeps_the_answers_of_the_second_time(second):
    Result.objects.update(expires_on=today())
    assert 'data-storage-key="quiz-again"' in second.send(left_out=["alarm-1", "alarm-2"]).content.decode()


def test_a_form_with_the_key_of_the_first_result_corrects_it_and_compares_nothing(first, second, client):
    second.key = first.key
    second.send(alarm_1=1)
    assert Result.objects.get().answers["alarm-1"] == 1
    assert BESIDE not in read(client, first.address)


def test_another_site_can_not_submit_it(second):
    assert second.send(headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_comparison_with_somebody_else_in_mind_says_so(second):
    assert "between two bonds" in second.send(keep="no", relation="parent").content.decode()
    assert "between two bonds" not in second.send(keep="no").content.decode()


def test_after_the_statements_have_changed_no_scores_are_compared(first, library, client):
    changed = library.source.replace("- alarm-1: When they are slow to reply", "- alarm-1: When they are late")
    library.save_revision(changed, by=None, now=timezone.now(), note="Changed")
    answer = Taker(client, form=f"{first.address}again/").send(keep="no")
    assert "The statements have changed since then" in answer.content.decode()
    assert answer.context["breakdown"].plane.earlier is None


def test_after_another_text_has_changed_scores_are_compared(first, library, client):
    library.save_revision(library.source.replace("A reply that does not come", "No reply"), by=None, now=timezone.now(), note="Changed")
    answer = Taker(client, form=f"{first.address}again/").send(keep="no")
    assert answer.content.decode().count("hardly moved") == 2
    assert answer.context["breakdown"].plane.earlier is not None
