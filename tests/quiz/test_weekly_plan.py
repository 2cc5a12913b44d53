"""The plan is taken along: as a sheet with what its steps say to do, and as a calendar file that tells nothing to those who look on."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.models import Revision
from documents.text.html import Html
from guides.models import Guide
from quiz.instrument.types import Insight, Side
from quiz.models import Result
from quiz.result.breakdown import Finding, Week
from quiz.result.ical import escaped, folded, plain, written
from quiz.result.weekly_plan import plan_weeks

FRIDAY = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
INSIGHT = Insight(
    "A goodbye", "alarm", Side.HIGH, Html("like"), Html("worth"), Html("Breathe; then, wait."), "/guides/anxious/#name-alarm", 1
)
texts = st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\t"))  # TEXT has no other control characters (3.1)
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 60))


def week(number, **differing):
    insight = replace(INSIGHT, **differing)
    return Week(number, Finding(insight, (), "", "Call the alarm an alarm"))


def unfolded(text):
    return text.replace("\r\n ", "")


def unescaped(value):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)


def events(text):
    """Each event of a calendar file as its properties, read as section 3.1 says."""
    blocks = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", unfolded(text), re.DOTALL)
    return [{name: unescaped(value) for name, value in (line.split(":", 1) for line in block.splitlines())} for block in blocks]


# The calendar file, by itself


@given(long_texts)
def test_any_text_comes_out_of_the_calendar_as_it_went_in(text):
    assert unescaped(unfolded(folded(escaped(text)))) == text


@given(long_texts)
def test_no_line_of_a_calendar_is_longer_than_75_octets(text):
    lines = folded(escaped(text)).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)


def test_what_would_end_a_value_is_escaped():
    assert escaped("a; b, c\\d\ne: f") == r"a\; b\, c\\d\ne: f"


def test_a_line_is_broken_only_where_it_has_to_be():
    assert folded("a" * 75) == "a" * 75
    assert folded("a" * 76) == f"{'a' * 75}\r\n a"
    assert folded("a" * 150) == f"{'a' * 75}\r\n {'a' * 74}\r\n a"
    assert folded(f"{'a' * 74}é") == f"{'a' * 74}\r\n é"


def test_there_is_one_all_day_entry_a_week_from_the_day_after_on():
    found = events(written([week(1), week(2), week(3)], "https://haven.example", FRIDAY))
    assert [event["DTSTART;VALUE=DATE"] for event in found] == ["20261128", "20261205", "20261212"]
    assert [event["SUMMARY"] for event in found] == ["Small step 1 of 3", "Small step 2 of 3", "Small step 3 of 3"]


def test_an_entry_keeps_the_day_free_and_its_text_to_its_owner():
    text = written([week(1)], "https://haven.example", FRIDAY)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    [event] = events(text)
    assert (event["CLASS"], event["TRANSP"], event["DTSTAMP"]) == ("PRIVATE", "TRANSPARENT", "20261127T233000Z")
    assert event["DESCRIPTION"] == "Call the alarm an alarm\n\nBreathe; then, wait.\n\nhttps://haven.example/guides/anxious/#name-alarm"


def test_a_second_import_of_the_same_day_replaces_the_first_and_no_two_entries_are_one():
    def uids(weeks, now):
        return [event["UID"] for event in events(written(weeks, "https://haven.example", now))]

    first = uids([week(1), week(2)], FRIDAY)
    assert uids([week(1), week(2)], FRIDAY.replace(hour=8)) == first
    others = [*uids([week(1, step="/guides/anxious/#ask-once")], FRIDAY), *uids([week(1)], FRIDAY.replace(day=28))]
    assert len({*first, *others}) == 4


def test_what_helps_is_told_without_markup_and_without_the_numbers_of_sources():
    html = 'Ask  &amp; see the\n<a href="/help/">help page</a><sup><a class="citation" href="#source-x">1</a></sup>: 1 &lt; 2.'
    assert plain(html) == "Ask & see the help page: 1 < 2."


# From a result


def sent_again(page, **chosen):
    """What the plan's form on a result's page sends, with the button that is pressed."""
    form = page[page.index('action="/quiz/plan/"') : page.rindex("</form>")]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)) | chosen


@pytest.fixture
def alarmed(taker):
    """The page of somebody whose first trigger is the alarm; nothing is kept."""
    return taker.send(keep="no", alarm_1=7, alarm_2=7, alarm_3=1).content.decode()


def test_the_sheet_has_the_steps_of_the_plan_with_what_to_do_and_where_they_come_from(alarmed, client):
    sheet = client.post("/quiz/plan/", sent_again(alarmed) | {"as": "sheet"}).content.decode()
    assert "Week 1 · for: A reply that does not come" in sheet
    assert "Call the alarm an alarm" in sheet
    assert "Choose a name for the feeling, such as “the siren”" in sheet
    assert "From “How to heal anxious attachment”" in sheet
    assert "testserver/guides/anxious/#name-alarm" in sheet
    assert "Get help now if:" in sheet
    assert re.findall(r"Week (\d) ·", sheet) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("wanted", ["sheet", "calendar"])
def test_a_plan_is_kept_nowhere(alarmed, client, django_assert_max_num_queries, wanted):
    with django_assert_max_num_queries(9) as asked:
        answer = client.post("/quiz/plan/", sent_again(alarmed) | {"as": wanted})
    assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (200, "no-store", "noindex")
    assert not answer.cookies
    assert not Result.objects.exists()
    assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


def test_the_calendar_is_a_file_with_full_addresses_of_the_same_steps(alarmed, client, settings):
    settings.SITE_URL = "https://site.example"
    answer = client.post("/quiz/plan/", sent_again(alarmed) | {"as": "calendar"})
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
    assert sent_again(kept) == sent_again(alarmed)


def test_a_plan_is_made_of_the_text_that_was_answered(taker, client, alarmed, library):
    before = client.post("/quiz/plan/", sent_again(alarmed) | {"as": "sheet"}).content
    library.rewrite(
        library.source.replace("### A reply that does not come", "### Silence"), by=None, now=datetime.now(UTC), note="For a test"
    )
    assert Revision.objects.filter(document=library).count() == 2
    assert client.post("/quiz/plan/", sent_again(alarmed) | {"as": "sheet"}).content == before


def test_a_step_whose_guide_is_a_draft_is_not_in_the_plan(alarmed, client):
    Guide.objects.filter(slug="anxious").update(state="draft", publish_at=None)
    for wanted in ("sheet", "calendar"):
        text = client.post("/quiz/plan/", sent_again(alarmed) | {"as": wanted}).content.decode()
        assert "/guides/" in text
        assert "/guides/anxious/" not in text


def test_a_guide_that_is_withdrawn_this_very_moment_is_left_out(library):
    weeks = [week(1), week(2, step="/guides/dismissive-avoidant/#one-small-ask")]
    Guide.objects.filter(slug="anxious").update(state="draft", publish_at=None)
    assert [planned.step.title for planned in plan_weeks(weeks, datetime.now(UTC))] == ["Let help in with one small ask"]


def test_answers_that_do_not_fit_lead_to_the_form_with_all_that_is_missing(alarmed, client):
    sent = {name: answer for name, answer in sent_again(alarmed).items() if not name.startswith("alarm")}
    page = client.post("/quiz/plan/", sent | {"as": "calendar"}).content.decode()
    assert page.count("Please choose a number.") == 3
    assert 'action="/quiz/take/?sent"' in page


@pytest.mark.parametrize("wanted", ["sheet", "calendar"])
def test_where_nothing_stands_out_the_page_says_so_kindly_and_there_is_no_plan(taker, client, wanted):
    page = taker.send(keep="no", **{item.replace("-", "_"): 4 for item in taker.items}).content.decode()
    assert "Nothing stands out" in page
    assert "What sets you off" not in page
    assert 'action="/quiz/plan/"' not in page
    sent = {"version": taker.version, "relation": "friend", "as": wanted, **dict.fromkeys(taker.items, "4")}
    assert "There are no steps to plan" in client.post("/quiz/plan/", sent).content.decode()


def test_another_site_can_not_ask_for_a_plan(alarmed, client):
    answer = client.post("/quiz/plan/", sent_again(alarmed) | {"as": "sheet"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_sheets_address_alone_leads_to_the_quiz(library, client):
    assert client.get("/quiz/plan/")["Location"] == "/quiz/"


def test_without_a_quiz_there_is_no_plan(db, client):
    assert client.post("/quiz/plan/", {"as": "sheet"}).status_code == 404
