"""The most important page: it says whom to call, and has no number that was not verified."""

from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = pytest.mark.django_db
FILE = """\
- country: us
  name: United States
  helplines:
    - name: Police and ambulance
      scope: emergency
      call: ["911"]
      verified: {today}
    - name: A fresh number
      scope: crisis
      call: ["555 0101"]
      hours: Monday to Friday
      verified: {year_ago}
    - name: A stale number
      scope: crisis
      call: ["555 0102"]
      verified: {longer_ago}
    - name: A number that nobody checked
      scope: abuse
      call: ["555 0103"]
- country: fr
  name: France
  helplines:
    - name: Unseen
      scope: abuse
      call: ["3919"]
"""


@pytest.fixture
def help_page(settings, tmp_path, read):
    today = timezone.localdate()
    days = {"today": today, "year_ago": today - timedelta(days=365), "longer_ago": today - timedelta(days=366)}
    (tmp_path / "helplines.yaml").write_text(FILE.format(**days))
    settings.CONTENT_DIR = tmp_path
    return read("/help/")


def test_a_checked_number_is_a_link_that_dials_with_its_hours_and_the_day_of_its_check(help_page):
    year_ago = timezone.localdate() - timedelta(days=365)
    assert {"tel:911", "tel:5550101"} <= help_page.links
    assert f"Last checked on {year_ago.day} {year_ago:%B %Y}" in help_page.text
    assert "Monday to Friday" in help_page.text


def test_an_entry_without_a_verified_date_is_not_shown(help_page):
    assert "A number that nobody checked" not in help_page.text
    assert "tel:5550103" not in help_page.links


def test_an_entry_checked_more_than_a_year_ago_is_not_shown(help_page):
    assert "A stale number" not in help_page.text
    assert "tel:5550102" not in help_page.links


def test_a_country_is_offered_only_where_there_is_a_number_to_call(help_page):
    assert "#us" in help_page.links
    assert "#fr" not in help_page.links
    assert "France" not in help_page.text


def test_emergency_numbers_come_before_other_numbers(help_page):
    dialled = [address for _, address, _ in help_page.urls if address.startswith(("tel:", "sms:"))]
    assert dialled[0] == "tel:911"
    assert help_page.text.index("Call 911") < help_page.text.index("Ask for help today if:")


def test_care_cards_come_most_urgent_first_and_say_so_without_colour(read):
    text = read("/help/").text
    cards = ["Immediate: Call the emergency number", "Urgent: Ask for help today if:", "Not urgent: See a doctor"]
    assert sorted(cards, key=text.index) == cards


def test_help_says_what_counts_as_abuse_and_that_no_style_explains_it(read):
    text = read("/help/").text
    assert "If the person is near you or sees your phone, use another device." in text
    assert "An attachment style never explains abuse" in text
    assert "no couple exercises" in text
    assert "You did not cause it." in text


def test_help_can_be_left_at_once_and_says_that_history_stays(read):
    page = read("/help/")
    assert "https://www.wikipedia.org/" in page.links
    assert "does not clear your history" in page.text


def test_help_reaches_people_in_other_countries(read):
    assert "https://findahelpline.com" in read("/help/").links


def test_help_stays_useful_when_every_number_is_out_of_date(settings, tmp_path, read):
    (tmp_path / "helplines.yaml").write_text("")
    settings.CONTENT_DIR = tmp_path
    assert "Call the emergency number" in read("/help/").text


def test_help_needs_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/help/").status_code == 200
