"""The plan of a result: as a sheet with the contents of its steps, and as a calendar file."""

import re
from datetime import UTC, date, datetime

import pytest

from documents.models import Revision
from guides.models import Guide
from quiz.models import Result
from quiz.result.weekly_plan import plan_weeks
from tests.quiz.builders import events, plan_entry


def plan_form(page):
    """The hidden fields of the form for the plan on a result's page."""
    form = page[page.index('action="/quiz/plan/"') : page.rindex("</form>")]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))


@pytest.fixture
def alarmed(taker):
    """The page of a result whose first trigger is for the facet alarm; it is not kept."""
    return taker.send(keep="no", alarm_1=7, alarm_2=7, alarm_3=1).content.decode()


def test_the_sheet_has_the_steps_of_the_plan_with_their_action_items_and_guides(alarmed, client):
    sheet = client.post("/quiz/plan/", plan_form(alarmed) | {"as": "sheet"}).content.decode()
    assert "Week 1 · for: A reply that does not come" in sheet
    assert "Call the alarm an alarm" in sheet
    assert "Choose a name for the feeling, such as “the siren”" in sheet
    assert "From “How to heal anxious attachment”" in sheet
    assert "testserver/guides/anxious/#name-alarm" in sheet
    assert "Get help now if:" in sheet
    assert re.findall(r"Week (\d) ·", sheet) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("wanted", ["sheet", "calendar"])
def test_a_plan_is_not_stored(alarmed, client, django_assert_max_num_queries, wanted):
    with django_assert_max_num_queries(9) as asked:
        answer = client.post("/quiz/plan/", plan_form(alarmed) | {"as": wanted})
    assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (200, "no-store", "noindex")
    assert not answer.cookies
    assert not Result.objects.exists()
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_the_calendar_is_a_file_with_absolute_urls_of_the_same_steps(alarmed, client, settings):
    settings.SITE_URL = "https://site.example"
    answer = client.post("/quiz/plan/", plan_form(alarmed) | {"as": "calendar"})
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="small-steps.ics"'
    found = events(answer.content.decode())
    assert len(found) == 4
    assert found[0]["DESCRIPTION"].startswith("Call the alarm an alarm\n\n")
    assert all("\n\nhttps://site.example/guides/" in event["DESCRIPTION"] for event in found)
    assert date.fromisoformat(found[0]["DTSTART;VALUE=DATE"]) > datetime.now(UTC).date()


def test_a_kept_result_gives_the_same_plan(taker, client, alarmed):
    location = taker.send(alarm_1=7, alarm_2=7, alarm_3=1)["Location"]
    kept = client.get(location).content.decode()
    assert plan_form(kept) == plan_form(alarmed)


def test_a_plan_is_based_on_the_version_of_the_text_that_was_answered(taker, client, alarmed, library):
    before = client.post("/quiz/plan/", plan_form(alarmed) | {"as": "sheet"}).content
    library.save_revision(
        library.source.replace("### A reply that does not come", "### Silence"), by=None, now=datetime.now(UTC), note="For a test"
    )
    assert Revision.objects.filter(document=library).count() == 2
    assert client.post("/quiz/plan/", plan_form(alarmed) | {"as": "sheet"}).content == before


def test_a_step_whose_guide_is_a_draft_is_not_in_the_plan(alarmed, client):
    Guide.objects.filter(slug="anxious").update(state="draft", publish_at=None)
    for wanted in ("sheet", "calendar"):
        text = client.post("/quiz/plan/", plan_form(alarmed) | {"as": wanted}).content.decode()
        assert "/guides/" in text
        assert "/guides/anxious/" not in text


def test_a_step_of_a_guide_that_is_unpublished_meanwhile_is_left_out(library):
    plan = [plan_entry(1), plan_entry(2, step_address="/guides/dismissive-avoidant/#one-small-ask")]
    Guide.objects.filter(slug="anxious").update(state="draft", publish_at=None)
    guides = Guide.objects.parts_of(["anxious", "dismissive-avoidant"], datetime.now(UTC))
    assert [week.step.title for week in plan_weeks(plan, guides)] == ["Let help in with one small ask"]


def test_incomplete_answers_lead_to_the_form_with_every_missing_one_named(alarmed, client):
    sent = {name: answer for name, answer in plan_form(alarmed).items() if not name.startswith("alarm")}
    page = client.post("/quiz/plan/", sent | {"as": "calendar"}).content.decode()
    assert page.count("Please choose a number.") == 3
    assert 'action="/quiz/take/?sent"' in page


@pytest.mark.parametrize("wanted", ["sheet", "calendar"])
def test_without_findings_the_page_says_so_and_there_is_no_plan(taker, client, wanted):
    page = taker.send(keep="no", **{item.replace("-", "_"): 4 for item in taker.items}).content.decode()
    assert "Nothing stands out" in page
    assert "What sets you off" not in page
    assert 'action="/quiz/plan/"' not in page
    sent = {"version": taker.version, "relation": "friend", "as": wanted, **dict.fromkeys(taker.items, "4")}
    assert "There are no steps to plan" in client.post("/quiz/plan/", sent).content.decode()


def test_another_site_can_not_ask_for_a_plan(alarmed, client):
    answer = client.post("/quiz/plan/", plan_form(alarmed) | {"as": "sheet"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_opening_the_address_of_the_sheet_leads_to_the_quiz(library, client):
    assert client.get("/quiz/plan/")["Location"] == "/quiz/"


def test_without_a_quiz_there_is_no_plan(db, client):
    assert client.post("/quiz/plan/", {"as": "sheet"}).status_code == 404
