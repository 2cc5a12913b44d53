"""Invisible characters are reported with their line, whether typed or escaped; those that writing needs are allowed."""

import json
import sys
import unicodedata
from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st

from documents.bibliography import references
from documents.kinds import KINDS
from documents.models import Document
from documents.text.characters import check_characters, check_hidden
from documents.text.references import read_references
from pages import helplines
from tests.support.builders import VALID
from tests.support.library import create_guide

VALID_HERE = VALID.replace("related: [anxious]\n", "")  # there is no other guide
TODAY = date(2026, 11, 24)


def line_of(words: str) -> int:
    return VALID[: VALID.index(words)].count("\n") + 1


def reported(text: str, kind: str = "guide") -> list[tuple[int, str]]:
    """Returns the lines and code points that the check reports."""
    problems = KINDS[kind].parse(text, references()).problems
    return [(problem.line, problem.message.split()[0]) for problem in problems if problem.code == "character-invisible"]


# Typed


@pytest.mark.parametrize(
    "character", "\0\x07\x0b\x1b\x7f\x85\u00ad\u200b\u200e\u200f\u2028\u202a\u202e\u2060\u2066\u2069\u3164\ue000\ufeff\uffff"
)
@pytest.mark.parametrize("kind", ["guide", "quiz"])
def test_an_invisible_character_is_reported_with_its_line(kind, character):
    assert reported(VALID.replace("quiet phone", f"quiet{character} phone"), kind) == [(line_of("quiet phone"), f"U+{ord(character):04X}")]


@pytest.mark.parametrize("character", "\u200b\u202e\u00ad\ufeff")
@pytest.mark.parametrize("line", [1, 2, 3, 4, 9, 10, 11, 13, 19, 23])
def test_it_is_reported_in_every_line_of_a_text(line, character):
    lines = VALID.split("\n")
    lines[line - 1] += character
    assert (line, f"U+{ord(character):04X}") in reported("\n".join(lines))


def test_every_control_and_format_character_of_unicode_is_reported():
    seen = {"\t", "\n", "\r"} | {name for name in map(chr, range(sys.maxunicode + 1)) if is_shown_by_fonts(name)}
    unseen = [name for name in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(name) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}]
    assert [name for name in unseen if name not in seen and not any(check_hidden(f"a{name}b", 1))] == []


def is_shown_by_fonts(character: str) -> bool:
    """Format characters that are visible: Arabic, Syriac, Kaithi and Egyptian ones for numbers and quadrats."""
    names = ("ARABIC NUMBER", "ARABIC SIGN", "ARABIC FOOTNOTE", "ARABIC END", "ARABIC POUND", "ARABIC PIASTRE", "ARABIC DISPUTED")
    return unicodedata.name(character, "").startswith((*names, "SYRIAC ABBREVIATION", "KAITHI NUMBER", "EGYPTIAN HIEROGLYPH"))


# Spaces


@pytest.mark.parametrize("space", "\u00a0\u2003\u202f\u3000")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Quick", "##{}Quick"),
        ("- Silence", "-{}Silence"),
        ("- [ ] Put", "- [{}] Put"),
        ("> You can", ">{}You can"),
        ("closed door.", "closed door.{}"),
        ("A quiet", "{}A quiet"),
        ("door.\n\n", "door.\n{}\n"),
        ("title: How", "title:{}How"),
    ],
)
def test_a_special_space_where_markdown_expects_a_plain_one_is_reported(space, before, after):
    line = line_of(before) + after.partition("{")[0].count("\n")
    assert (line, f"U+{ord(space):04X}") in reported(VALID.replace(before, after.format(space), 1))


@pytest.mark.parametrize(
    "words",
    [
        "Take 5\u00a0mg.",
        "« Bonjour\u202f»",
        "می\u200cخواهم",
        "क्\u200dष",
        "👩\u200d❤\ufe0f\u200d👨 and 🏳\ufe0f\u200d🌈",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1\ufe0f⃣",
        "5&nbsp;mg",
        "[a](https://example.org/%E2%80%8Ea)",
    ],
)
def test_characters_that_writing_needs_are_allowed(words):
    assert reported(VALID.replace("quiet phone", f"quiet {words} phone")) == []


# Escaped


@pytest.mark.parametrize(
    ("escape", "point"), [(r"\0", "U+0000"), (r"\u200b", "U+200B"), (r"\x1b", "U+001B"), (r"\N", "U+0085"), (r"\ufffe", "U+FFFE")]
)
@pytest.mark.parametrize(("line", "key"), [(2, "title"), (4, "summary"), (8, "authors")])
def test_an_escape_in_yaml_is_reported_as_its_character(line, key, escape, point):
    old = VALID.split("\n")[line - 1]
    value = f'["A {escape} guide"]' if key == "authors" else f'"A {escape} guide"'
    assert (line, point) in reported(VALID.replace(old, f"{key}: {value}"))


@pytest.mark.parametrize(
    ("entity", "point"),
    [
        ("&#8203;", "U+200B"),
        ("&#x202E;", "U+202E"),
        ("&shy;", "U+00AD"),
        ("&ZeroWidthSpace;", "U+200B"),
        ("&#xE000;", "U+E000"),
        ("&#12;", "U+000C"),
    ],
)
def test_an_entity_is_reported_as_its_character(entity, point):
    assert reported(VALID.replace("One clear question", f"One\n{entity}question")) == [(line_of("One clear") + 1, point)]
    assert (line_of("Silence"), point) in reported(VALID.replace("Silence", f"[a](https://example.org/{entity}b)")) or entity == "&#12;"


def test_a_lone_surrogate_in_a_cited_work_is_reported():
    work = {"id": "a-1", "author": [{"family": "Poe"}], "title": "A \ud83d title", "issued": {"date-parts": [[2007]]}}
    works, problems = read_references(json.dumps([work], indent=1))
    assert works == {}
    assert [(problem.line, problem.code) for problem in problems] == [(3, "character-invisible")]
    assert "U+D83D" in problems[0].message


@pytest.mark.parametrize("written", ["a\u200bb", '"a\\u200bb"'])
def test_a_helpline_is_checked_too(written):
    text = f"- country: us\n  name: {written}\n  helplines: []\n"
    found = [problem for problem in helplines.check(text, TODAY) if problem.code == "character-invisible"]
    assert [(problem.line, problem.message[:6]) for problem in found] == [(2, "U+200B")]


# None of them reaches the database


def test_an_import_names_the_file_and_imports_nothing(write, run, texts):
    write("other")
    path = write("waiting")
    path.write_text(path.read_text().replace("title: How to wait for an answer", r'title: "A \0 guide"'))
    output = run("import_content", str(path.parent.parent))
    assert "guides/waiting.md:2: error character-invisible: U+0000 NULL" in output
    assert texts() == {}


def test_a_title_of_spaces_counts_as_missing(write, run, texts):
    path = write("waiting")
    path.write_text(path.read_text().replace("title: How to wait for an answer", r'title: "\_ "'))
    assert 'error key-missing: "title" is missing' in run("import_content", str(path.parent.parent))
    assert texts() == {}


ESCAPED = r'"a\0b" # '  # a quoted value, and a comment that hides the old one
HARM = st.sampled_from(
    [
        *(ESCAPED, r"\0", r"\x1b", '"', "\\", "&", "&#0;", "&#xD800;", "&#8203;", "&NewLine;", "&nbsp;", "\n", "\r"),
        *"\0\x85\u00a0\u200d\u2028\ue000\ufe0f\ufffe\U0010ffff",
    ]
)
PLACES = st.integers(0, len(VALID_HERE)) | st.sampled_from([VALID_HERE.index(value) for value in ("How to", "Two small", "[Safe")])


@pytest.mark.django_db
@given(PLACES, st.lists(st.characters() | HARM, max_size=4).map("".join))
@example(VALID_HERE.index("How to"), ESCAPED)
def test_any_text_is_refused_or_can_be_saved_and_read(place, inserted):
    text = VALID_HERE[:place] + inserted + VALID_HERE[place:]
    if any(problem.is_error for problem in KINDS["guide"].parse(text, references()).problems):
        return
    with transaction.atomic():
        guide = create_guide(text=text)
        page = Client().get(guide.get_absolute_url())
        assert page.status_code == 200
        assert not any(check_characters(Document.objects.get().title, 1))
        transaction.set_rollback(True)
