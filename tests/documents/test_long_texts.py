"""Any text of the maximum length is checked, shown and compared within seconds (see tests/support/cpu_time.py)."""

from datetime import date
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from documents.admin.document_admin import diff
from documents.admin.field_problems import locate_problems
from documents.models import Revision
from documents.text.library import Library, check_against_library
from documents.text.parsed import ParsedText
from documents.text.problems import Problem
from documents.text.source import compose, parse_source
from guides.parser import read_guide
from quiz.instrument.parser import read_instrument
from tests.documents.test_hostile_texts import FRONT, repeated
from tests.support.builders import sentence
from tests.support.cpu_time import TRIES, cpu_seconds, takes_quadratic_time
from tests.support.sampling import sample

LENGTH = 190_000
QUICK_SECONDS = 0.5
MAX_RATIO = 14  # to prose of the same length, which takes about a seventh of a second
LIBRARY = Library({}, {}, lambda address: False, lambda address: False)
PROSE = FRONT + "\n\n".join(" ".join(sentence(first + number) for number in range(8)) for first in range(0, 5000, 8))
PROSE = PROSE[:LENGTH]


def paragraph(again: str) -> str:
    """Repeats up to the maximum length of a paragraph."""
    return again * (4900 // len(again)) + "\n\n"


SHAPES = {
    "headings": (FRONT, "## a\n"),
    "steps with a word and a box": (FRONT + "## Steps\n", "### a\n\nb\n\n- [ ] c\n\n"),
    "steps as they are written": (FRONT + "## Steps\n", "### Say it\n\nSay one thing.\n\n- [ ] Say it aloud.\n\n"),
    "questions": (FRONT + "## Common questions\n", "### Why?\n\nSo.\n\n"),
    "pull quotes": (FRONT + "## Strategies\n", "### a\n> b\n\n"),
    "takeaways": (FRONT + "## Quick takeaways\n", "- a\n* b\n"),
    "boxes": (FRONT + "## Steps\n### a\n", "- [ ] a\n"),
    "short paragraphs": (FRONT, "a\n\n"),
    "short lines": (FRONT, "a\n"),
    "empty lines": (FRONT, "\n"),
    "items with empty lines": (FRONT, "- a\n\n"),
    "items that go on": (FRONT, "- a\na\n"),
    "quotes that go on": (FRONT, ">" * 15 + "a\n" + "a\n" * 10_000),
    "quotes in quotes": (FRONT, ">" * 18 + "a\n\n"),
    "dots and a letter": (FRONT, paragraph("." * 4889 + "a ")),
    "dots and citations": (FRONT, paragraph(". [@a]")),
    "short forms": (FRONT, paragraph("e.g. ")),
    "digits and commas": (FRONT, paragraph("1,")),
    "gaps that do not end": (FRONT, paragraph("{{ {% [insert ")),
    "brackets": (FRONT, paragraph("[")),
    "brackets and parentheses": (FRONT, paragraph("[a](")),
    "brackets in brackets": (FRONT, "[" * 2400 + "a" + "]" * 2400 + "\n\n"),
    "pictures": (FRONT, paragraph("![")),
    "pictures again and again": (FRONT, "![a](/images/b.webp)\n\n"),
    "quotes of both kinds": (FRONT, paragraph("\"a' ")),
    "quotes in emphasis": (FRONT, paragraph("*\"a*' ")),
    "single backticks": (FRONT, paragraph("`a``")),
    "less-than signs": (FRONT, paragraph("a <![CDATA[ <?")),
    "entities": (FRONT, paragraph("&amp;&a&#1")),
    "pipes": (FRONT, "| a | b |\n"),
    "tables": (FRONT, "| a | b |\n|---|---|\n| a | b |\n\n"),
    "a wide table": (FRONT, "|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + "|b" * 1000 + "|\n\n"),
    "no-break spaces": (FRONT, "\u00a0\n"),
    "zero-width spaces": (FRONT, "\u200b\n"),
    "spaces in attributes": (FRONT + "## Steps\n", "### a {" + "\u00a0" * 4000 + "b}\n\nb\n\n"),
    "braces": (FRONT + "## Steps\n", "### a" + "{}" * 2000 + "b\n\nb\n\n"),
    "links to places": (FRONT + "## Steps\n", "### a\n[a](#b)\n\n"),
    "one long HTML tag": (FRONT, "<a" + " b=c" * 1200 + "\n\n"),
    "front matter, empty lines": ("---\ntitle: a\n", "\n"),
    "front matter, digits in the summary": ("---\nsummary: ", "1,"),
    "front matter, gaps in the summary": ("---\nsummary: '", "{{"),
    "front matter, related": ("---\nrelated: [", "a, "),
}
QUIZ_SHAPES = {
    "statements": (FRONT + "## Statements\n", "- alarm-1: a\n* b\n"),
    "relations": (FRONT + "## Whom do you have in mind?\n", "- a: b\n"),
    "triggers": (FRONT + "## What sets you off\n", "### a\n- Facet: alarm, high\n- Feels like: a\n- Helps: c\n"),
    "labels": (FRONT + "## What sets you off\n### a\n", "- A: b\n* B: c\n"),
    "limits": (FRONT + "## Limits\n", "- a\n* b\n"),
}


def check(read: Any, text: str) -> None:
    parsed = cast("ParsedText", read(text, {}))
    check_against_library(parsed, "/a/", LIBRARY, date(2026, 11, 24))


@cache
def prose_seconds(read: Any) -> float:
    return min(cpu_seconds(check, read, PROSE) for _ in range(TRIES))


SHAPES_AS = [(read_guide, name) for name in SHAPES] + [(read_instrument, name) for name in (*QUIZ_SHAPES, "short paragraphs")]


@pytest.mark.parametrize(("read", "name"), [*sample(SHAPES_AS)])
def test_no_text_takes_much_longer_than_prose_and_twice_the_text_no_more_than_twice_the_time(read, name):
    half, whole = (repeated(*(SHAPES | QUIZ_SHAPES)[name], length) for length in (LENGTH // 2, LENGTH))
    assert any(cpu_seconds(check, read, whole) < MAX_RATIO * prose_seconds(read) for _ in range(TRIES))
    assert not takes_quadratic_time(lambda text: check(read, text), half, whole, QUICK_SECONDS)


def test_a_text_with_too_much_markup_says_where_parsing_ended():
    [problem] = [found for found in read_guide(repeated(*SHAPES["brackets"], LENGTH), {}).problems if found.code == "text-too-long"]
    assert problem.line == 6 + 2 * 8  # lines: eight paragraphs of 4,900 characters, each with the empty line after it
    assert "40,000 signs of Markdown" in problem.message


# The editor's pages


def blank_front_matter(length: int) -> str:
    return "---\ntitle: a\n" + "\n" * length + "slug: a\n---\n"


def nested_keys(length: int) -> str:
    return "---\nfacets:\n" + "".join(f"  k{number}: a\n" for number in range(length // 13)) + "---\n"


@pytest.mark.parametrize("make", [blank_front_matter, nested_keys])
def test_twice_the_front_matter_is_composed_in_twice_the_time(make):
    half, whole = ((make(length), {**parse_source(make(length)).values(), "title": "b"}) for length in (LENGTH // 2, LENGTH))
    assert not takes_quadratic_time(lambda given: compose(given[1], "c", old=given[0]), half, whole, QUICK_SECONDS)


def test_twice_the_problems_find_their_fields_in_twice_the_time():
    half, whole = (
        (parse_source(nested_keys(length)), [Problem(line, "key-unknown", "a") for line in range(1, length // 13)])
        for length in (LENGTH // 2, LENGTH)
    )
    assert not takes_quadratic_time(lambda given: list(locate_problems(given[1], given[0])), half, whole, QUICK_SECONDS)


def texts_that_differ(lines: int) -> tuple[Revision, Revision]:
    """Every other line is the same in both, and often."""
    return tuple(
        Revision(source="\n".join(f"same {number % 101}" if number % 2 else f"{name} {number}" for number in range(lines)))
        for name in ("old", "new")
    )  # type: ignore[return-value]


def test_twice_the_lines_are_compared_in_twice_the_time():
    half, whole = (texts_that_differ(lines) for lines in (10_000, 20_000))
    assert not takes_quadratic_time(lambda given: list(diff(*given)), half, whole, QUICK_SECONDS)


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcde"), max_size=30))
@example(["a"] * 2500, ["b"] * 2500)
def test_the_difference_of_two_texts_leads_from_one_to_the_other(before, after):
    shown = list(diff(Revision(source="\n".join(before)), Revision(source="\n".join(after))))
    rest, found = "\n".join(before).split("\n"), []
    for change in shown:
        if change.kind == "hunk":
            above = int(change.line.split("-")[1].split(",")[0]) - 1 - (len("\n".join(before).split("\n")) - len(rest))
            found += [rest.pop(0) for _ in range(above)]
        elif change.kind == "added":
            found.append(change.line[1:])
        else:
            assert change.line[1:] == rest[0]
            found += [rest[0]] if change.kind == "same" else []
            rest.pop(0)
    assert "\n".join([*found, *rest]) == "\n".join(after)
