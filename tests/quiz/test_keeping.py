"""A kept result is stored once, opened by its link only, can be corrected and deleted, and expires."""

import hashlib
import re
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from documents.image_files import EncodedImage
from documents.images import Picture
from guides.models import Guide
from quiz.models import Result, year_after
from tests.support.quiz_taker import Taker
from web.throttle.models import Tally


def today():
    """Asked for in each test, because a run may go on beyond midnight."""
    return timezone.now().date()


def test_the_row_has_the_answers_and_the_day_and_not_the_link(taker, kept):
    row = kept()
    assert bytes(row.digest) == hashlib.sha256(taker.key.encode()).digest()
    assert len(row.answers) == 18
    assert (row.relation, row.day, row.expires_on) == ("friend", today(), year_after(today()))
    assert taker.key not in str(vars(row))


def test_the_row_has_the_score_of_each_dimension(taker):
    taker.send(alarm_1=7, alarm_2=7, alarm_3=1, distance_1=1, distance_2=1, distance_3=7)
    row = Result.objects.get()
    assert row.anxiety > row.avoidance
    data = taker.client.get(f"{taker.address}answers.json").json()
    assert data["scores"] == {"anxiety": row.anxiety, "avoidance": row.avoidance}


def test_a_double_click_keeps_one_result(taker):
    assert taker.send()["Location"] == taker.send()["Location"]
    assert Result.objects.count() == 1


def test_submitting_again_after_back_corrects_the_row_and_does_not_extend_its_lifetime(taker, kept):
    Result.objects.update(day=today() - timedelta(days=100), expires_on=today() + timedelta(days=265))
    taker.send(alarm_1=1)
    assert kept().answers["alarm-1"] == 1
    assert kept().expires_on == today() + timedelta(days=265)


def test_a_kept_result_is_not_cached_and_not_listed(taker, kept):
    answer = taker.client.get(taker.address)
    assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (200, "no-store", "noindex")
    assert answer["Referrer-Policy"] == "strict-origin"
    assert taker.key not in taker.client.get("/sitemap.xml").content.decode()


def test_viewing_a_result_changes_nothing(taker, kept, django_assert_max_num_queries):
    before = vars(kept())
    with django_assert_max_num_queries(2) as asked:
        taker.client.get(taker.address)
    taker.client.head(taker.address)
    taker.client.get(f"{taker.address}deletion/")
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)
    after = vars(kept())
    assert {name: after[name] for name in after if name != "_state"} == {name: before[name] for name in before if name != "_state"}


@pytest.mark.parametrize("name", ["", "deletion/", "again/", "answers.json"])
def test_an_unknown_or_expired_link_is_not_found(taker, kept, name):
    for address in (f"/quiz/results/{'x' * 43}/{name}", f"{taker.address}{name}"):
        Result.objects.update(day=today() - timedelta(days=365), expires_on=today())
        answer = taker.client.get(address)
        assert answer.status_code == 404
        assert "Nothing is under this link any more" in answer.content.decode()


def test_a_deleted_result_is_gone_at_once(taker, kept):
    page = taker.client.post(f"{taker.address}deletion/")
    assert "Your result is deleted" in page.content.decode()
    assert not Result.objects.exists()
    assert taker.client.get(taker.address).status_code == 404


def test_another_site_can_not_delete_a_result(taker, kept):
    answer = taker.client.post(f"{taker.address}deletion/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert kept()


def test_a_result_is_renewed_for_twelve_months_from_today(taker, kept):
    Result.objects.update(day=today() - timedelta(days=300), expires_on=today() + timedelta(days=65))
    answer = taker.client.post(f"{taker.address}renewal/")
    assert (answer.status_code, answer["Location"]) == (303, taker.address)
    assert kept().expires_on == year_after(today())
    assert taker.client.get(f"{taker.address}renewal/").status_code == 405


def test_a_renewal_from_before_midnight_does_not_shorten_a_later_one(taker, kept):
    later = year_after(today()) + timedelta(days=1)
    Result.objects.update(expires_on=later)
    assert taker.client.post(f"{taker.address}renewal/").status_code == 303
    assert kept().expires_on == later


def test_the_answers_can_be_downloaded_as_json(taker, kept):
    answer = taker.client.get(f"{taker.address}answers.json")
    assert answer["Content-Disposition"] == 'attachment; filename="answers.json"'
    data = answer.json()
    assert (data["day"], data["relation"], data["answers"]["alarm-1"]) == (today().isoformat(), "friend", 5)
    assert set(data["scores"]) == {"anxiety", "avoidance"}


def test_expired_results_are_purged_and_others_kept(library, client, capsys):
    Taker(client).send()
    Result.objects.update(day=today() - timedelta(days=365), expires_on=today())
    Taker(client).send()
    call_command("purge_expired")
    assert capsys.readouterr().out == "1 expired result deleted.\n"
    assert Result.objects.count() == 1


def test_expired_sessions_and_counts_are_purged_and_others_kept(library, client):
    now = timezone.now()
    for days in (-1, 1):
        Session.objects.create(session_key=f"of ines {days}", expire_date=now + timedelta(days=days))
        Tally.objects.create(ends_at=now + timedelta(days=days), digest=b"0" * 16, number=1)
    call_command("purge_expired")
    assert [session.session_key for session in Session.objects.all()] == ["of ines 1"]
    assert [count.ends_at > now for count in Tally.objects.all()] == [True]


def test_pictures_that_no_text_ever_showed_are_listed_and_kept(library, capsys):
    long_ago = timezone.now() - timedelta(days=2)
    kept = [Picture.objects.store(EncodedImage(content, 4, 3), None, long_ago) for content in (b"shown", b"shown once", b"never")]
    Picture.objects.store(EncodedImage(b"just uploaded", 4, 3), None, timezone.now())
    source = library.source
    for picture in (kept[1], kept[0]):
        library.save_revision(f"{source}\n![A lamp]({picture})\n", by=None, now=timezone.now(), note="Changed")
    call_command("purge_expired")
    assert capsys.readouterr().out.splitlines()[1:] == [f"No text shows these pictures, and none ever did: {kept[2]}. They stay."]
    assert Picture.objects.count() == 4


def test_a_kept_result_does_not_change_with_the_quiz(taker, kept, library):
    taker.send(alarm_1=7, alarm_2=7, alarm_3=1)
    before = taker.client.get(taker.address).content
    assert b"A reply that does not come" in before
    library.save_revision(
        library.source.replace("A reply that does not come", "Something else"), by=None, now=timezone.now(), note="Changed"
    )
    assert taker.client.get(taker.address).content == before


def test_only_the_links_to_guides_change_in_a_kept_result(taker, kept):
    """A link has the current title of its step, so that readers find what it promises."""
    taker.send(alarm_1=7, alarm_2=7, alarm_3=1)
    before = taker.client.get(taker.address).content.decode()
    guide = Guide.objects.get(slug="anxious")
    [name] = re.findall(r"^### (.+) {#name-alarm", guide.source, re.MULTILINE)
    guide.save_revision(guide.source.replace(f"### {name} {{", "### Renamed {"), by=None, now=timezone.now(), note="Renamed")
    after = taker.client.get(taker.address).content.decode()
    assert name in before
    assert name not in after
    assert after.replace("Renamed", name) == before


@pytest.mark.parametrize("change", ["source = ''", "number = 9", "made_at = now()", "note = ''", "document_id = 0", "id = 0"])
def test_an_answered_revision_can_not_be_changed(kept, change):
    with pytest.raises(IntegrityError, match="A revision is frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE documents_revision SET {change} WHERE id = {kept().revision_id}")  # noqa: S608


def test_an_answered_revision_can_not_be_deleted(kept, library):
    with pytest.raises(ProtectedError):
        library.delete()
    with pytest.raises(ProtectedError):
        kept().revision.delete()


def test_a_result_submitted_again_after_it_expired_is_a_new_one(taker, kept):
    Result.objects.update(day=today() - timedelta(days=365), expires_on=today())
    answer = taker.send(alarm_1=1)
    assert taker.client.get(answer["Location"]).status_code == 200
    assert (kept().day, kept().expires_on) == (today(), year_after(today()))


def test_a_result_of_29_february_expires_on_28_february():
    assert year_after(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("digest", "'\\x00'", "result_digest_sha256"),
        ("expires_on", "day", "result_expires_after_its_day"),
        ("anxiety", "1000", "result_scores_on_some_scale"),
        ("earlier", "'\\x00'", "result_earlier_is_another"),
        ("earlier", "digest", "result_earlier_is_another"),
    ],
)
def test_the_database_refuses_an_invalid_result(kept, column, value, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE quiz_result SET {column} = {value}")  # noqa: S608
