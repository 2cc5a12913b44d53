"""The quiz is taken: the form, what it refuses, and the page of a result."""

import re
import secrets
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guides.models import Guide
from quiz.models import Instrument, Result
from tests.support.quiz_taker import Taker


def test_the_start_page_says_what_is_asked_and_what_is_kept(library, client):
    page = client.get("/quiz/").content.decode()
    for promise in ("18 statements", "two minutes", "12 months", "aged 16 or over", "no diagnosis", "not a validated test"):
        assert promise in page


def test_the_form_has_every_statement_and_a_new_key_each_time(library, client):
    one, other = Taker(client), Taker(client)
    assert len(one.items) == 18
    assert one.key != other.key
    assert len(one.key) >= 43  # 256 bits
    assert client.get("/quiz/take/")["Cache-Control"] == "private, no-cache"


def test_a_result_can_be_shown_without_storing_anything(taker, django_assert_max_num_queries):
    with django_assert_max_num_queries(2) as asked:
        answer = taker.send(keep="no")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert "Nothing of this is stored." in answer.content.decode()
    assert not Result.objects.exists()
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_without_a_choice_nothing_is_kept(taker):
    taker.send(keep="")
    assert not Result.objects.exists()


def test_keeping_redirects_to_the_link_with_the_key_of_the_form(taker, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        answer = taker.send()
    assert (answer.status_code, answer["Location"]) == (303, taker.address)
    assert Result.objects.count() == 1


def test_an_incomplete_form_names_everything_missing_and_has_the_answers(taker):
    page = taker.send(left_out=["alarm-1", "distance-1"], relation="", alarm_2=7).content.decode()
    assert page.count("Please choose a number.") == 2
    assert "Please choose whom you have in mind." in page
    assert page.count(" checked") == 16
    assert taker.key in page
    assert not Result.objects.exists()


def test_the_result_says_which_statement_was_left_open(taker):
    page = taker.send(keep="no", left_out=["alarm-1"]).content.decode()
    assert "You left this open" in page
    assert "When they are slow to reply, I fear they are drifting away." in page


@pytest.mark.parametrize("answer", ["0", "8", "six", "5.5", "", "9" * 5000])
def test_an_answer_outside_the_scale_is_no_answer(taker, answer):
    response = taker.send(alarm_1=answer, alarm_2=answer, alarm_3=answer)
    assert response.status_code == 200
    assert not Result.objects.exists()


@pytest.mark.parametrize("key", ["", "short", "a" * 21, "a" * 65, "a" * 500, "../../admin/", "<script>"])
def test_an_invalid_key_is_replaced(taker, key):
    taker.key = key
    location = taker.send()["Location"]
    assert len(location.split("/")[3]) >= 43
    assert location != taker.address
    assert taker.client.get(location).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "https://testserver"}, 303),  # behind a proxy that terminates TLS
        ({}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://site.example:8443"}, 303),  # the site's own address, where a proxy drops the port from Host
        *(
            ({"Origin": origin}, 403)
            for origin in ("null", "", "http://[", "http://]", "http://testserver@evil.example", "testserver", "//", "\xff")
        ),
    ],
)
def test_a_form_from_another_site_is_refused(taker, settings, headers, status):
    settings.SITE_URL = "https://site.example:8443"
    assert taker.send(headers=headers).status_code == status
    assert Result.objects.exists() == (status == 303)


def ids_in(page):
    return re.findall(r'\bid="([^"]*)"', page.content.decode())


def test_ids_are_unique_on_each_page_of_the_quiz(taker):
    kept = taker.client.get(taker.send()["Location"])
    again = Taker(taker.client, usual=2, form=f"{taker.address}again/")
    compared = taker.client.get(again.send()["Location"])
    incomplete = taker.send(left_out=["alarm-1", "alarm-2", "alarm-3"])
    for page in (kept, compared, incomplete, taker.send(keep="no")):
        assert len(ids_in(page)) == len({*ids_in(page)}) > 10


def test_a_quiz_that_cites_nothing_has_no_empty_list_of_sources(library, client):
    assert "Sources</h2>" in Taker(client).send(keep="no").content.decode()
    library.save_revision(re.sub(r"\s*\[@[^]]*\]", "", library.source), by=None, now=timezone.now(), note="Text changed")
    assert "Sources</h2>" not in Taker(client).send(keep="no").content.decode()


def test_without_a_published_quiz_the_pages_say_so(db):
    for address in ("/quiz/", "/quiz/take/"):
        page = Client().get(address)
        assert page.status_code == 404
        assert "not here right now" in page.content.decode()


def test_the_result_names_region_triggers_and_the_answers_behind_them(taker):
    page = taker.send(keep="no", alarm_1=7, alarm_2=7, alarm_3=1).content.decode()
    assert "A reply that does not come" in page
    assert 'href="/guides/anxious/#name-alarm"' in page
    assert "7 of 7" in page
    assert "You had in mind: a close friend." in page


def test_a_step_whose_guide_is_a_draft_is_not_linked(taker):
    Guide.objects.filter(slug="anxious").update(state="draft", publish_at=None)
    page = taker.send(keep="no", alarm_1=7, alarm_2=7, alarm_3=1).content.decode()
    assert "A reply that does not come" in page
    assert "/guides/anxious/" not in page


def test_different_answers_give_different_texts(library, client):
    anxious = Taker(client).send(keep="no", alarm_1=7, alarm_2=7, alarm_3=1, distance_1=1, distance_2=1, distance_3=7)
    distant = Taker(client).send(keep="no", alarm_1=1, alarm_2=1, alarm_3=7, distance_1=7, distance_2=7, distance_3=1)
    assert "You notice small shifts" in anxious.content.decode()
    assert "You notice small shifts" not in distant.content.decode()


def test_no_quiz_page_sets_a_cookie(taker):
    taker.send()
    for address in ("/quiz/", "/quiz/take/", taker.address, f"{taker.address}deletion/"):
        answer = taker.client.get(address)
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")


def test_a_draft_is_never_the_current_quiz(library, client):
    draft = Instrument(kind="quiz", state="draft")
    draft.save_revision(library.source.replace("slug: attachment", "slug: other"), by=None, now=library.changed_at, note="Draft")
    Taker(client).send()
    assert Result.objects.get().revision.document_id == library.pk


def new_version(quiz, old, new):
    quiz.save_revision(quiz.source.replace(old, new), by=None, now=timezone.now(), note="Changed")


def test_a_form_that_was_open_while_the_quiz_changed_is_scored_with_its_own_version(taker, library):
    new_version(library, "- alarm-1: When they are slow to reply", "- alarm-1 (reversed): When they are quick to reply")
    taker.send(alarm_1=7)
    assert "When they are slow to reply" in Result.objects.get().revision.source


def test_a_form_that_is_opened_after_the_change_has_the_new_statements(taker, library, client):
    new_version(library, "When they are slow to reply", "When their reply is late")
    Taker(client).send()
    assert "When their reply is late" in Result.objects.get().revision.source


def test_the_version_of_a_form_is_looked_up_once_a_second(library, django_assert_num_queries):
    version, now = library.revisions.get(), timezone.now() + timedelta(hours=1)
    for after, queries in ((0.0, 1), (0.9, 0), (1.0, 1), (1.9, 0)):
        with django_assert_num_queries(queries):
            assert Instrument.objects.revision_for_form(str(version.pk), now + timedelta(seconds=after)) == version
    Instrument.objects.update(state="draft")
    assert Instrument.objects.revision_for_form(str(version.pk), now + timedelta(seconds=2)) is None


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "9" * 30, "١"])
def test_a_form_without_a_valid_version_is_scored_with_the_current_one(taker, library, version):
    taker.version = version
    assert taker.send()["Location"] == taker.address
    assert Result.objects.get().revision == library.revisions.first()


def test_a_revision_that_visitors_could_never_see_is_no_valid_version(taker, library):
    """Neither a draft's text, nor one from before the quiz was published, nor a guide's."""
    now = timezone.now()
    draft = Instrument(kind="quiz")
    draft.save_revision(library.source.replace("slug: attachment", "slug: draft"), by=None, now=now, note="A draft")
    guide = Guide.objects.get(slug="anxious")
    Instrument.objects.filter(pk=library.pk).update(publish_at=now)
    new_version(library, "When they are slow to reply", "When their reply is late")
    Instrument.objects.filter(pk=library.pk).update(publish_at=timezone.now())
    current = library.revisions.first()
    for hidden in (draft.revisions.get(), guide.revisions.get(), library.revisions.last()):
        taker.version = hidden.pk
        taker.send()
        assert Result.objects.get().revision == current


def test_the_start_page_shows_the_number_of_results_from_fifty_on_without_those_of_today(library, client):
    Taker(client).send()
    copy_the_result(49)
    assert "Taken and kept" not in client.get("/quiz/").content.decode()  # the results of today do not count yet
    Result.objects.update(day=timezone.now().date() - timedelta(days=1))
    assert "Taken and kept 50 times, as of" in client.get("/quiz/").content.decode()
    Result.objects.filter(pk=Result.objects.values("pk")[:1]).update(expires_on=timezone.now().date())
    assert "Taken and kept" not in client.get("/quiz/").content.decode()


def test_a_large_count_has_a_thousands_separator(library, client):
    Taker(client).send()
    copy_the_result(1233)
    Result.objects.update(day=timezone.now().date() - timedelta(days=1))
    assert "Taken and kept 1,234 times" in client.get("/quiz/").content.decode()


def test_counting_can_use_an_index_only_scan(db):
    with CaptureQueriesContext(connection) as asked:
        Result.objects.public_count(timezone.now().date())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")  # cheaper for the few rows of the test
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        assert "Index Only Scan using result_lifetime" in " ".join(line for (line,) in cursor.fetchall())


def copy_the_result(times):
    """Adds results with the same answers and other keys."""
    row = Result.objects.get()
    copies = [copy(row) for _ in range(times)]
    for one in copies:
        one.pk, one.digest = None, secrets.token_bytes(32)
    Result.objects.bulk_create(copies)


@pytest.mark.parametrize("form", ["/quiz/take/", "again/"])
@pytest.mark.parametrize("sent", [{"keep": "yes"}, {"keep": "no"}, {"left_out": ["alarm-1", "alarm-2"]}])
def test_a_page_with_submitted_answers_is_as_private_as_a_kept_result(taker, client, form, sent):
    taker.send()
    taker.form = form if form.startswith("/") else taker.address + form
    answer = taker.send(**sent)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("no-store", "noindex", "strict-origin")


@pytest.mark.parametrize("page", ["", "again/", "deletion/", "renewal/", "answers.json"])
@pytest.mark.parametrize("method", ["get", "head", "post", "put"])
def test_every_page_under_a_secret_link_forbids_caching_indexing_and_referrers(taker, client, page, method):
    taker.send()
    for key in (taker.key, "k" * 43):
        answer = getattr(client, method)(f"/quiz/results/{key}/{page}")
        for_back = page == "again/" and answer.status_code == 200 and method != "post"
        kept = "private, no-cache" if for_back else "no-store"
        assert (answer["Cache-Control"], answer["X-Robots-Tag"], answer["Referrer-Policy"]) == (kept, "noindex", "strict-origin")
        assert f'canonical" href="http://testserver/quiz/results/{key}' not in answer.content.decode()
