"""Sources are parsed strictly, and composed without losing a character."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.fields import Fields
from documents.text.source import compose, parse_source
from documents.text.strict_yaml import read_yaml
from tests.support.builders import VALID

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
keys = st.from_regex(r"[a-z][a-z_-]{0,9}", fullmatch=True)
texts = words | st.lists(words, min_size=1, max_size=4).map(tuple)
groups = st.recursive(texts, lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3), max_leaves=8)
values = st.dictionaries(keys, groups, min_size=1, max_size=6)
bodies = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=80)


@given(st.text())
def test_any_text_is_parsed_without_an_exception(text):
    source = parse_source(text)
    assert source.body_line >= 1


@given(st.text("-:[]{}#&*!|>'\"%@`a\n \t", max_size=60))
def test_broken_yaml_raises_no_exception(text):
    parse_source(f"---\n{text}\n---\n")


@given(values, bodies)
def test_a_composed_source_has_the_values_and_the_body_it_was_composed_of(front, body):
    source = parse_source(compose(front, body))
    assert (source.values(), source.body, source.problems) == (front, body, ())


@given(values, bodies)
def test_composing_the_same_values_and_body_changes_nothing(front, body):
    text = compose(front, body)
    assert compose(parse_source(text).values(), parse_source(text).body, old=text) == text


@given(values, values, bodies)
def test_composing_other_values_over_a_source_replaces_them_and_keeps_comments(before, after, body):
    old = compose(before, body).replace("\n", "\n# a remark\n", 1)
    new = compose(after, body, old)
    assert parse_source(new).values() == after
    assert "# a remark" in new


def test_the_lines_of_keys_that_stay_keep_every_character():
    old = "---\n# who wrote it\nauthors:   [ Ana,  Ben ]   # both\ntitle: 'Old'\n\n# dates\nreviewed: 2026-11-01\n---\nBody\n"
    new = compose({"authors": ("Ana", "Ben"), "title": "New: better", "reviewed": "2026-11-01", "slug": "new"}, "Body\n", old)
    expected = old.replace("title: 'Old'", 'title: "New: better"').replace("---\nBody", "slug: new\n---\nBody")
    assert new == expected


def test_an_empty_key_keeps_its_line():
    old = "---\n# ours\ntitle: A\nrelated: []\nstyle:\n---\nB\n"
    assert compose({"title": "C"}, "B\n", old) == old.replace("title: A", "title: C")


def test_an_empty_key_is_filled_on_its_own_line():
    old = "---\n# ours\nrelated: []\ntitle: A\n---\nB\n"
    assert compose({"title": "A", "related": ("c",)}, "B\n", old) == old.replace("[]", "[c]")


SCALE = "---\nscale:   # as printed\n    # the ends\n    from:  1\n    to: '7'\n\n# the rest\nfacets: {alarm: Fear, worth: Doubt}\n---\nB\n"


def test_a_group_is_changed_key_by_key():
    wanted = {"scale": {"from": "1", "to": "5", "low": "No: never"}, "facets": {"alarm": "Fear", "worth": "Doubt"}}
    assert compose(wanted, "B\n", SCALE) == SCALE.replace("to: '7'\n", 'to: 5\n    low: "No: never"\n')


def test_a_key_that_was_emptied_leaves_its_group():
    wanted = {"scale": {"from": "1", "to": ""}, "facets": {"alarm": "Fear", "worth": "Doubt"}}
    assert compose(wanted, "B\n", SCALE) == SCALE.replace("    to: '7'\n", "")


def test_keys_of_a_group_in_another_order_are_written_in_that_order():
    wanted = {"scale": {"from": "1", "to": "7"}, "facets": {"worth": "Doubt", "alarm": "Fear"}}
    front = "facets: {alarm: Fear, worth: Doubt}"
    assert compose(wanted, "B\n", SCALE) == SCALE.replace(front, "facets:\n  worth: Doubt\n  alarm: Fear")


def test_the_order_of_the_keys_at_the_top_level_stays_the_same():
    wanted = {"facets": {"alarm": "Fear", "worth": "Doubt"}, "scale": {"from": "1", "to": "7"}}
    assert compose(wanted, "B\n", SCALE) == SCALE


def test_a_key_that_was_emptied_loses_its_line():
    assert compose({"title": "A", "style": ""}, "B\n", "---\ntitle: A\nstyle: anxious\n---\nB\n") == "---\ntitle: A\n---\nB\n"


@pytest.mark.parametrize(
    "old",
    [
        "---\n{title: A,\n  slug: a}\n---\nB\n",
        "---\n- no\n- keys\n---\nB\n",
        "---\ntitle:\n  {is: a,\n   group: b}\n---\nB\n",
        "no front matter\n",
    ],
)
def test_front_matter_of_another_shape_is_replaced(old):
    assert parse_source(compose({"title": "C", "slug": "a"}, "B\n", old)).values() == {"title": "C", "slug": "a"}


@pytest.mark.parametrize(
    "changed", [("\n", "\r\n"), ("---\n", "---  \t\n"), ("---\ntitle", "\ufeff---\ntitle"), ("---\ntitle", "\ufeff--- \r\ntitle")]
)
def test_line_breaks_and_byte_order_marks_are_kept_if_nothing_changes(changed):
    old = VALID.replace(*changed)
    assert old != VALID
    assert parse_source(old).values() == parse_source(VALID).values()
    assert compose(parse_source(old).values(), parse_source(old).body, old) == old


def test_the_lines_around_front_matter_are_kept_if_a_value_changes():
    old = "\ufeff--- \ntitle: A\n---\t\nBody\n"
    assert compose({"title": "B"}, "Body\n", old) == old.replace("A", "B")


def test_scalars_are_texts_as_written():
    fields = Fields(parse_source("---\na: no\nb: 1.10\nc: 2026-11-01\nd: ~\ne: [yes, 0x1F]\n---\n").fields)
    assert [fields.text("a"), fields.text("b"), str(fields.day("c")), fields.text("d")] == [
        "no",
        "1.10",
        "2026-11-01",
        "~",
    ]
    assert fields.texts("e") == ("yes", "0x1F")


@pytest.mark.parametrize(
    ("yaml", "line", "message"),
    [
        ("a: *b", 1, "repeats another value"),
        ("a: 1\nb: !!python/object:os.system x", 2, "is a type of YAML"),
        ("? [a]\n: b", 1, "A key is a list"),
        ("a: " + "[" * 40 + "]" * 40, 1, "levels deep"),
        ('a: "\\UFFFFFFFF"', 1, "This is not YAML"),
        ("a: 1\nb: [1", 2, "This is not YAML"),
    ],
)
def test_yaml_beyond_the_strict_subset_is_refused_with_its_line(yaml, line, message):
    _, problems = read_yaml(yaml)
    assert [(problem.line, problem.code) for problem in problems] == [(line, "front-matter-broken")]
    assert message in problems[0].message


def test_an_impossible_day_is_refused():
    fields = Fields(parse_source("---\nreviewed: 2026-02-30\n---\n").fields)
    assert fields.day("reviewed") is None
    assert [problem.message for problem in fields.problems] == ['"reviewed" is "2026-02-30" and has to be a day such as 2026-11-01.']


def test_a_list_instead_of_a_text_is_refused():
    fields = Fields(parse_source("---\ntitle: [a, b]\n---\n").fields)
    assert fields.required("title") == ""
    assert [problem.code for problem in fields.problems] == ["value-wrong"]


def test_composing_our_own_texts_changes_nothing(settings):
    paths = sorted(Path(settings.CONTENT_DIR).glob("*/*.md"))
    assert len(paths) >= 4
    for path in paths:
        text = path.read_text()
        assert compose(parse_source(text).values(), parse_source(text).body, old=text) == text
