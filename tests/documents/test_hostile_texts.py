"""Hostile texts are parsed or refused, in bounded time and memory."""

import json
import os
import re
import subprocess
import sys

import nh3
import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from documents.kinds import KINDS
from documents.text.html import ATTRIBUTES, SCHEMES, TAGS
from documents.text.markdown import HtmlRenderer, parse
from documents.text.references import read_references
from documents.text.source import MAX_CHARACTERS, parse_source
from pages import helplines

SECONDS, BYTES = 8, 2**30  # of CPU and of address space: generous, and far from what a quadratic bomb takes
FRONT = "---\ntitle: a\nslug: a\nsummary: b\n---\n"

# Each text is a beginning, and a part that is repeated up to the maximum length.
BOMBS = {
    "nested lists": (FRONT, "- "),
    "lists in lists": (FRONT, "".join("  " * depth + "- a\n" for depth in range(40))),
    "nested quotes": (FRONT, "> "),
    "lists in quotes": (FRONT, "> - " * 12 + "a\n"),
    "headings": (FRONT + "## Steps\n", "### a\n"),
    "headings with attributes": (FRONT + "## Steps\n", '### a {#b eases="c d"}\n'),
    "emphasis": (FRONT, "*a **b _c "),
    "stars": (FRONT, "a**b_"),
    "quotes": (FRONT, "\"a' "),
    "quotes in paragraphs": (FRONT, "\"a' " * 1000 + "\n\n"),
    "links": (FRONT, "[a]("),
    "links in links": (FRONT, "[" * 800 + "a" + "](b)" * 800 + "\n\n"),
    "pictures in pictures": (FRONT, "![" * 1600 + "\n\n"),
    "citations": (FRONT, "[@a; "),
    "places of references": (FRONT, "[a]: b\n"),
    "links to nowhere": (FRONT + "## Steps\n", "### a\n[a](#b)\n\n"),
    "tables": (FRONT, "| a | b |\n|---|---|\n| 1 |\n\n"),
    "one table": (FRONT + "| a |\n|---|\n", "| 1 |\n"),
    "short rows": (FRONT, "|a" * 100 + "|\n" + "|-" * 100 + "|\n" + "|\n" * 600 + "\n"),
    "heads of tables": (FRONT, "| a |\n|---|---|\n"),
    "markup of dialects": (FRONT, "~~a [^1] *b * == | {.c} :d: $e_f @g-2000 " * 100 + "\n\n"),
    "markup without end": (FRONT, "~~[^{$_`@**|| " * 300 + "\n\n"),
    "boxes": (FRONT + "## Steps\n### a\n", "- [x] a\n- b\n"),
    "tags": (FRONT, "<a "),
    "comments": (FRONT, "a <!-- "),
    "backticks": (FRONT, "".join("`" * length + " " for length in range(1, 90)) + "\n\n"),
    "gaps of templates": (FRONT, "{{ " * 1600 + "\n\n"),
    "numbers": (FRONT, "1," * 2400 + "\n\n"),
    "short sentences": (FRONT, "a. "),
    "one sentence": (FRONT, "One two three four five.\n\n"),
    "one word": (FRONT, "a"),
    "NULs": (FRONT, "\0"),
    "line breaks": (FRONT, "\r"),
    "no front matter": ("", "a\n"),
    "front matter without end": ("---\n", "a: b\n"),
    "YAML, nested lists": ("---\na: ", "["),
    "YAML, nested keys": ("---\na: ", "{a: "),
    "YAML, billion laughs": ("---\na: &a [b, b]\nc: [", "*a, "),
    "YAML, anchors": ("---\n", "a: &b c\n"),
    "YAML, tags": ("---\na: [", "!!python/object:os.system b, "),
    "YAML, one value": ("---\na: ", "b "),
    "YAML, block": ("---\na: |\n", "  b\n"),
}
PARSE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
resource.setrlimit(resource.RLIMIT_AS, ({bytes}, {bytes}))
sys.path.insert(0, {folder!r})
import datetime
from documents.text.library import Library, check_against_library
from guides.parser import read_guide
from quiz.instrument.parser import read_instrument
parse = {{"guide": read_guide, "quiz": read_instrument}}[sys.argv[1]]
library = Library({{}}, {{}}, lambda address: False, lambda address: False)
for text in sys.stdin.buffer.read().decode().split("\\x1e"):
    parsed = parse(text, {{}})
    problems = [*parsed.problems, *check_against_library(parsed, "/a/", library, datetime.date(2026, 11, 24))]
    print(len(text), any(problem.is_error for problem in problems))
"""


def parse_within_bounds(kind, *texts):
    command = PARSE.format(seconds=SECONDS, bytes=BYTES, folder=str(settings.BASE_DIR))
    sent = "\x1e".join(texts).encode()
    return subprocess.run([sys.executable, "-c", command, kind], input=sent, capture_output=True, check=False)


def repeated(beginning, again, length):
    end = "]\n---\n" if beginning.endswith("[") else "\n---\n" if beginning.startswith("---\na") else ""
    return (beginning + again * (length // len(again) + 1))[: length - len(end)] + end


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.processes
def test_a_bomb_is_refused_within_bounds_as_a_guide(name):
    done = parse_within_bounds("guide", repeated(*BOMBS[name], MAX_CHARACTERS))
    assert done.stdout.split() == [b"%d" % MAX_CHARACTERS, b"True"], done.stderr.decode()[-300:]


@pytest.mark.parametrize("name", ["nested lists", "headings", "quotes in paragraphs", "YAML, nested keys", "one sentence"])
@pytest.mark.processes
def test_a_bomb_is_refused_within_bounds_as_a_quiz(name):
    done = parse_within_bounds("quiz", repeated(*BOMBS[name], MAX_CHARACTERS))
    assert done.stdout.split() == [b"%d" % MAX_CHARACTERS, b"True"], done.stderr.decode()[-300:]


@pytest.mark.processes
def test_ten_megabytes_cost_no_more_than_the_part_that_is_parsed():
    texts = [repeated(*BOMBS[name], 10_000_000) for name in ("headings", "YAML, nested lists", "line breaks")]
    done = parse_within_bounds("guide", *texts)
    assert done.stdout.split() == [b"10000000", b"True"] * 3, done.stderr.decode()[-300:]


# Random texts of pieces that mean something to the parser

PIECES = st.sampled_from(
    [
        *(
            "---\n",
            "title: a\n",
            "slug: [a, b]\n",
            "summary: |\n  a\n",
            "a: {b: {c: d}}\n",
            "&a ",
            "*a ",
            "!!int ",
            "? ",
            ": ",
            "- ",
            "%YAML 9\n",
        ),
        *("| a | b |\n|---|--:|\n", "| 1 |\n", "- [x] a\n", "1. [ ] a\n", "~~a~~", "[^1]", "a\n---\n", ":::"),
        *("## Steps\n", "### a {#b}\n", "## Strategies\n", "- [ ] a\n", "> ", "```\n", "    ", "\n", "\n\n", "* * *\n", "[a]: b\n"),
        *(
            "[@a-1]",
            "[@a; @b",
            "[a](/b/)",
            "[a](javascript:b)",
            "[a](//b)",
            "![](x)",
            "![a](/images/b)",
            "<a href=b>",
            "<script>",
            "&amp;",
            "&#0;",
        ),
        *(
            "*",
            "**",
            "_",
            "`",
            '"',
            "'",
            "\\",
            "{",
            "}",
            "{{ a }}",
            "\0",
            "\r",
            "\u2028",
            "\ufeff",
            "\ud7ff",
            "\ue000",
            "é",
            "a. ",
            "5 % of people. ",
        ),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join)


@pytest.mark.parametrize("kind", ["guide", "quiz"])
@given(text=TEXTS, with_front=st.booleans())
def test_any_text_is_parsed_and_every_problem_has_one_of_its_lines(kind, text, with_front):
    whole = FRONT + text if with_front else text
    parsed = KINDS[kind].parse(whole, {})
    lines = re.sub(r"\r\n?", "\n", whole).count("\n") + 1
    assert all(1 <= problem.line <= lines for problem in parsed.problems)
    assert all("\n" not in problem.formatted("a\nb.md") for problem in parsed.problems)


@given(TEXTS)
def test_any_text_renders_as_allowed_markup_only(text):
    shown = HtmlRenderer({}).html(parse(text))
    assert nh3.clean(shown, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None) == shown
    assert not re.search(r'<script|="javascript:|href="//|src="(?!/images/)', shown)


@given(TEXTS)
def test_parsing_keeps_the_body(text):
    taken = parse_source(FRONT + text)
    assert taken.body == re.sub(r"\r\n?", "\n", text)


# The other files

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "family", "given", "literal", "date-parts"]), inner, max_size=4)
    ),
    max_leaves=8,
)
WORK = {
    "id": "feeney-2007",
    "type": "book",
    "author": [{"family": "Feeney", "given": "B"}],
    "title": "A title",
    "issued": {"date-parts": [[2007]]},
    "edition": "2",
    "container-title": "A journal",
    "editor": [{"literal": "Door Group"}],
    "volume": "1",
    "issue": "2",
    "page": "3-4",
    "publisher": "Harbour",
    "DOI": "10.1/2",
    "evidence": "review",
}


@given(st.dictionaries(st.sampled_from(sorted(WORK)), JSON, max_size=3), st.sets(st.sampled_from(sorted(WORK)), max_size=4))
def test_any_work_is_parsed_or_refused_and_adds_no_markup(changed, dropped):
    work = {key: value for key, value in (WORK | changed).items() if key not in dropped}
    works, problems = read_references(json.dumps([work]))
    assert works or problems
    for found in works.values():
        assert re.sub(r'</?em>|<a href="https://doi\.org/[^"<>]*">|</a>', "", found.text).count("<") == 0


@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_any_list_of_works_is_parsed_or_refused(text):
    works, problems = read_references(text)
    assert works or problems or text.strip() == "[]"


@pytest.mark.parametrize(
    "text", ["1" * 5000, "[" * 10**6, '[{"id": "a", "issued": {"date-parts": [[1e999]]}}]', '{"a": ' * 10**5], ids=range(4)
)
def test_a_bomb_of_numbers_or_brackets_is_refused(text):
    assert read_references(text)[0] == {}
    assert read_references(text)[1]


def test_a_megabyte_of_broken_works_is_refused_within_bounds():
    text = "[" + ",\n".join(f'{{"id": "a-{number}"}}' for number in range(50_000)) + "]"
    lines = [problem.line for problem in read_references(text)[1]]
    assert lines == list(range(1, 50_001))


@given(
    TEXTS
    | st.lists(
        st.sampled_from(["- country: us\n", "  name: a\n", "  helplines:\n", "    - name: b\n", "      call: [1]\n"]), max_size=12
    ).map("".join)
)
@example("- name: a\n- name: b\n")
def test_any_list_of_helplines_is_parsed_or_refused(text):
    found, problems = helplines.parse(text)
    assert isinstance(found, tuple)
    assert all(problem.line >= 1 for problem in problems)


# Folders

PRINTED = re.compile(r"^(.+?):(\d+): (error|warning) ([a-z-]+):", re.MULTILINE)


def problems_in(printed):
    return {(os.path.basename(file), code) for file, _, _, code in PRINTED.findall(printed)}  # noqa: PTH119 (names are hostile)


@pytest.fixture(params=["check_content", "import_content"])
def refused(request, run, folder, texts):
    """Runs the command on the folder and returns the problems that it prints. Nothing may have been imported."""

    def refused():
        printed = run("check_content", f"--root={folder}") if request.param == "check_content" else run("import_content", str(folder))
        assert "exit 1" in printed or "refused: Nothing was imported" in printed
        assert texts() == {}
        return problems_in(printed)

    return refused


def test_a_file_of_ten_megabytes_is_refused_and_not_parsed(folder, refused):
    (folder / "guides/large.md").write_text(FRONT + "a" * 10_000_000)
    assert refused() == {("large.md", "text-too-long")}


def test_a_text_just_too_long_is_refused(folder, refused):
    (folder / "guides/long.md").write_text((FRONT + "é\n\n" * MAX_CHARACTERS)[: MAX_CHARACTERS + 1])
    assert refused() == {("long.md", "text-too-long")}


def test_a_list_of_works_of_ten_megabytes_is_refused(folder, refused):
    works = (folder / "references.json").read_text()
    (folder / "references.json").write_text(works + " " * 10_000_000)
    assert refused() == {("references.json", "text-too-long")}


def test_a_list_of_works_that_is_not_utf8_is_refused(folder, refused):
    (folder / "references.json").write_bytes(b'[{"id": "\xff"}]')
    assert ("references.json", "text-unreadable") in refused()


def test_a_link_out_of_the_folder_is_not_followed(folder, refused, tmp_path):
    (tmp_path / "private.md").write_text(FRONT + "The secret sentence of somebody else.")
    (folder / "guides/outside.md").symlink_to(tmp_path / "private.md")
    (folder / "guides/endless.md").symlink_to("/dev/zero")
    (folder / "guides/loop.md").symlink_to(folder / "guides/loop.md")
    os.mkfifo(folder / "guides/pipe.md")
    (folder / "guides/folder.md").mkdir()
    assert refused() == {(f"{name}.md", "text-unreadable") for name in ("outside", "endless", "loop", "pipe", "folder")}


def test_a_name_that_forges_lines_is_refused_on_one_line(folder, refused):
    (folder / "guides/a\n::error::forged.md").write_text(FRONT)
    (folder / os.fsdecode(b"guides/\xff.md")).write_text(FRONT)
    assert {code for _, code in refused()} == {"text-unreadable"}


def test_a_file_that_is_not_a_picture_is_refused(folder, refused):
    (folder / "images").mkdir()
    (folder / "images/folder.webp").mkdir()
    (folder / f"images/{'0' * 64}.webp").symlink_to("/dev/zero")
    (folder / "images/large.webp").write_bytes(b"\0" * (10 * 2**20 + 1))
    assert refused() == {(name, "text-unreadable") for name in ("folder.webp", f"{'0' * 64}.webp", "large.webp")}
