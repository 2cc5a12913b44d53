"""The plan as a calendar file: valid iCalendar (numbers are sections of RFC 5545), one event a week, nothing private in its titles."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from quiz.result.ical import escape, fold, strip_markup, to_ical
from tests.quiz.builders import events, plan_entry, unescape, unfold

FRIDAY = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\t"))  # TEXT has no other control characters (3.1)
long_texts = st.builds(lambda text, times: text * times, texts, st.integers(1, 60))


@given(long_texts)
def test_any_text_can_be_read_from_the_calendar_unchanged(text):
    assert unescape(unfold(fold(escape(text)))) == text


@given(long_texts)
def test_no_line_of_a_calendar_is_longer_than_75_octets(text):
    lines = fold(escape(text)).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)


def test_characters_that_would_end_a_value_are_escaped():
    assert escape("a; b, c\\d\ne: f") == r"a\; b\, c\\d\ne: f"


def test_a_line_is_folded_at_75_octets():
    assert fold("a" * 75) == "a" * 75
    assert fold("a" * 76) == f"{'a' * 75}\r\n a"
    assert fold("a" * 150) == f"{'a' * 75}\r\n {'a' * 74}\r\n a"
    assert fold(f"{'a' * 74}é") == f"{'a' * 74}\r\n é"


def test_there_is_one_all_day_event_a_week_beginning_on_the_next_day():
    found = events(to_ical([plan_entry(1), plan_entry(2), plan_entry(3)], "https://haven.example", FRIDAY))
    assert [event["DTSTART;VALUE=DATE"] for event in found] == ["20261128", "20261205", "20261212"]
    assert [event["SUMMARY"] for event in found] == ["Small step 1 of 3", "Small step 2 of 3", "Small step 3 of 3"]


def test_an_event_leaves_the_day_free_and_is_private():
    text = to_ical([plan_entry(1)], "https://haven.example", FRIDAY)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    [event] = events(text)
    assert (event["CLASS"], event["TRANSP"], event["DTSTAMP"]) == ("PRIVATE", "TRANSPARENT", "20261127T233000Z")
    assert event["DESCRIPTION"] == "Call the alarm an alarm\n\nBreathe; then, wait.\n\nhttps://haven.example/guides/anxious/#name-alarm"


def test_importing_again_on_the_same_day_replaces_the_events_and_no_two_events_share_an_id():
    def uids(weeks, now):
        return [event["UID"] for event in events(to_ical(weeks, "https://haven.example", now))]

    first = uids([plan_entry(1), plan_entry(2)], FRIDAY)
    assert uids([plan_entry(1), plan_entry(2)], FRIDAY.replace(hour=8)) == first
    others = [*uids([plan_entry(1, step_address="/guides/anxious/#ask-once")], FRIDAY), *uids([plan_entry(1)], FRIDAY.replace(day=28))]
    assert len({*first, *others}) == 4


def test_the_description_has_no_markup_and_no_numbers_of_sources():
    html = 'Ask  &amp; see the\n<a href="/help/">help page</a><sup><a class="citation" href="#source-x">1</a></sup>: 1 &lt; 2.'
    assert strip_markup(html) == "Ask & see the help page: 1 < 2."
