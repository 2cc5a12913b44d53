"""Valid helplines are parsed, and every mistake in the file is a problem with its line."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from pages import helplines
from pages.helplines import Contact, Scope

TODAY = date(2026, 11, 24)
US = """\
- country: us
  name: United States
  helplines:
    - name: Crisis Lifeline
      scope: crisis
      call: ["1-800-555 0100"]
      text: "88788"
      word: START
      web: https://example.org/chat/
      hours: Day and night
      note: Free.
      verified: {verified}
"""
WRONG_KINDS = """\
- country: us
  name: US
  helplines:
    - name: A
      scope: love
      call: [call us]
      text: many
      web: http://a.org
      verified: yesterday
      phone: "12"
"""
BROKEN = {
    "no YAML": ("- country: us: gb", [(1, "front-matter-broken")]),
    "no list": ("country: us", [(1, "helplines-broken")]),
    "a country that is a word": ("- us", [(1, "helplines-broken")]),
    "a country without helplines": ("- country: us\n  name: US", [(1, "helplines-broken")]),
    "a country twice": (
        "- {country: us, name: US, helplines: []}\n- {country: us, name: US, helplines: []}",
        [(1, "helplines-broken"), (2, "helplines-broken"), (2, "value-wrong")],
    ),
    "a code that can't be an anchor": (
        "- country: the US\n  name: US\n  helplines:\n    - {name: A, scope: crisis, call: ['12']}",
        [(1, "value-wrong")],
    ),
    "a helpline without name, scope and contact": (
        "- country: us\n  name: US\n  helplines:\n    - hours: always",
        [(4, "key-missing"), (4, "key-missing"), (4, "key-missing")],
    ),
    "values of the wrong kind": (
        WRONG_KINDS,
        [(n, "value-wrong") for n in (5, 6, 7, 8, 9)] + [(10, "key-unknown")],
    ),
}


def entry(verified: date) -> str:
    return US.format(verified=verified)


def test_an_entry_says_whom_it_helps_and_how_to_reach_it():
    (line,), problems = helplines.parse(entry(TODAY))
    assert not problems
    assert (line.country.name, line.name, line.scope, line.hours) == (
        "United States",
        "Crisis Lifeline",
        Scope.CRISIS,
        "Day and night",
    )
    assert (line.note, line.verified, line.line) == ("Free.", TODAY, 4)
    assert line.contacts == (
        Contact("Call 1-800-555 0100", "tel:18005550100"),
        Contact("Text START to 88788", "sms:88788"),
        Contact("Visit example.org/chat", "https://example.org/chat/"),
    )


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_gives_problems_with_their_lines(text, expected):
    assert [(problem.line, problem.code) for problem in helplines.check(text, TODAY) if problem.is_error] == expected


def test_a_broken_entry_does_not_take_the_others_with_it():
    text = entry(TODAY) + "    - name: Nobody can reach this\n      scope: crisis\n"
    found, problems = helplines.parse(text)
    assert [line.name for line in found] == ["Crisis Lifeline"]
    assert [(problem.line, problem.code) for problem in problems] == [(13, "key-missing")]


@given(st.text() | st.text("-: []{}\n#'\"&*!|>acdehilnoprstuvy0129", max_size=200))
def test_any_text_is_parsed_without_an_exception(text):
    found, problems = helplines.parse(text)
    assert found or problems


@pytest.mark.parametrize(("days", "seen"), [(0, True), (365, True), (366, False)])
def test_a_number_is_shown_for_a_year_after_its_check(days, seen):
    found, _ = helplines.parse(entry(TODAY - timedelta(days=days)))
    assert bool(helplines.visible(found, TODAY)) is seen


def test_an_entry_that_nobody_checked_is_not_shown():
    found, problems = helplines.parse(US.replace("      verified: {verified}\n", ""))
    assert not problems
    assert helplines.visible(found, TODAY) == []


@pytest.mark.parametrize(
    ("days", "codes"),
    [
        (-1, ["helpline-unverified"]),
        (0, []),
        (334, []),
        (336, ["helpline-due"]),
        (365, ["helpline-due"]),
        (366, ["helpline-overdue"]),
    ],
)
def test_the_check_warns_before_and_after_a_number_leaves_the_page(days, codes):
    problems = helplines.check(entry(TODAY - timedelta(days=days)), TODAY)
    assert [(problem.line, problem.code) for problem in problems] == [(4, code) for code in codes]
    assert not any(problem.is_error for problem in problems)


def test_the_check_names_entries_that_nobody_checked():
    (problem,) = helplines.check(US.replace("      verified: {verified}\n", ""), TODAY)
    assert (problem.line, problem.code) == (4, "helpline-unverified")
    assert "Crisis Lifeline" in problem.message


def test_the_file_that_we_ship_has_no_errors_and_reaches_six_countries():
    found, problems = helplines.parse((settings.CONTENT_DIR / "helplines.yaml").read_text(encoding="utf-8"))
    assert not problems
    assert {line.country.code for line in found if line.verified} == {"us", "gb", "ie", "ca", "au", "nz", "anywhere"}
