"""Markup of other dialects of Markdown is reported with its line; ordinary prose is not."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from documents.kinds import KINDS
from documents.text.dialect_checks import check_blocks, check_literals, check_tasks
from documents.text.markdown import MASK, HtmlRenderer, parse
from documents.text.problems import LEVELS
from guides.parser import read_guide
from tests.support.builders import VALID

# Each of these would be shown to readers as it was typed. "¶" marks the line of the problem.
ERRORS = [
    *("A note.[^1]", "A note.^[inline]", "[^1]: The note has words.", "Text[^n]\n\n[^n]: https://ok.example/"),
    *("~~gone~~", "==lit==", "++new++", "||hidden||", "%%aside%%", "H~2~O", "m^2^", "{++new++}", "a <!-- never ends"),
    *("- [] do", "- [ x] do", "* [X]do", "- [  ] do", "- [ ]", "[ ] do", "1. [x]do", "- [-] do"),
    *("[help] (/help/)", "[help]\n(/help/)", "[help](/help/", "[help](/my help/)", "(help)[/help/]", "[help][nowhere]", "[[help]]"),
    *("![door] (/images/x.webp)", "![door](/images/x y.webp)", "![[door]]"),
    *("###Title", "##Title", "####### Title", "Words\n¶##Title"),
    *("::: note", ":::note\nwords", "!!! note\n    words", "??? note", "> [!NOTE]\n> words", "[TOC]", "[[_TOC_]]"),
    *("Term\n¶: what it means", "*[CBT]: a therapy", "Words {.loud}", "Words {: .loud}", "Words {#here}", "![a](/images/x){width=50%}"),
    *("| a | b |", "| a | b |\n|---|\n", "a | b\n¶--- | --- | ---", "| a |\n|---|\n¶| 1 | 2 |", "| a |\n|---|\n| 1 |\n¶right below"),
    *("$$x$$", "$a_1 = 2$", "$x$", "\\frac{1}{2}", "&nbps;", "R&amp D", "&#x110000000;", "[/b]"),
    *("by @lee-2007", "(@lee-2007)", "[see @lee-2007]", "[-@Lee-2007]", "@Lee-2007a says"),
    *("```\ncode\n\n## More\n", "~~~~\ncode\n~~~\n", "> ```\n> code\n\nwords", "```", "words\n\n¶<!-- never\n\nends", "¶<?php\n\nwords"),
    *("Title\n===", "Words\n---"),
]
WARNINGS = [
    *("See http://a.example/b now", "(https://a.example)", "go to www.a.example.", "Fine :smile: then", "as @anna says"),
    *("**bold ** words", "** bold** words", "a ***b", "__bold __ words", "*so * much", "a ` b", "a -- b", "a--b", "#Title"),
    *("• one\n• two", "Words\n¶• one", "– one", "-one", "+one", "1.One", "1)One", "\tOne", "    One", "☐ do"),
]
PROSE = [
    *("Write to ana@a.example, or to <ana@a.example>.", "~10 people, ~20 in all", "a ~ b ~ c", "a == b == c"),
    *("50 % [sic] (see below)", "a footnote*\n\n*Not a real name.", "2 * 3 * 4 and 5*6*7", "C++ and C++"),
    *("$5 and $10, or $5-$10", "AT&T; R&D", "f**k", "10:30:15", "a:b:c", "Note: this", "well-being", "-5 degrees", "5 – 6"),
    *("He [Ana] (a friend) came", "snake_case_name", "Name: ____", "1. One\n2. Two", "1) One", "* one", "+ one"),
    *(
        "a | b",
        "what???",
        "wow!!!",
        "{ a }",
        "C:\\Users",
        "and\\or",
        "#1 in the list",
        "# ",
        "the key: value",
        "a^b",
        "x < y > z",
    ),
    *("[a](https://ok.example) and <https://ok.example/>", "[https://ok.example](https://ok.example)", "True [@lee-2007; @li-2012]."),
    *(
        "`~~x~~ [^1] [a] (/b/)`",
        "```\n~~x~~ [[a]] http://a.example\n```",
        "\\~\\~x\\~\\~ \\[^1] \\[\\[a]]",
        "\\**bold \\**",
        "&amp; &ouml; &#252;",
    ),
    *("---", "***", "> quote", "a\\\nb", "a  \nb", "| a |\n|---|\n| 1 |", "```\na\n```", "~~~\n```\n~~~", "<https://a.example/~x~/>"),
    *("the '90s", "it's 5'10\" (tall)", "«a» „b“", "100 %", "@", "a @ b", "…", "6×4", "§ 3", "(*)", "1/2", "^_^", ":-)", ":)"),
]


def problems_in(body):
    text = body.replace("¶", "")
    tokens = parse(text)
    return [*check_literals(tokens, 1), *check_blocks(tokens, 1), *check_tasks(tokens, (), 1)]


def line_in(body):
    return body.partition("¶")[0].count("\n") + 1 if "¶" in body else 1


@pytest.mark.parametrize("body", ERRORS)
def test_markup_that_a_page_would_show_raw_is_an_error_with_its_line(body):
    assert line_in(body) in {problem.line for problem in problems_in(body) if problem.is_error}


@pytest.mark.parametrize("body", WARNINGS)
def test_a_possible_slip_is_a_warning_with_its_line(body):
    problems = problems_in(body)
    assert line_in(body) in {problem.line for problem in problems}
    assert not any(problem.is_error for problem in problems)


@pytest.mark.parametrize("body", PROSE)
def test_ordinary_words_code_and_escapes_are_left_alone(body):
    assert problems_in(body) == []


def test_the_problem_shows_the_written_words_and_what_to_do():
    (problem,) = problems_in("It is ~~gone for good~~ now.")
    assert problem.message == '"~~gone for good~~" is not struck through here. Take the words out, or the ~~ around them.'


@pytest.mark.parametrize("path", [*settings.CONTENT_DIR.glob("*/*.md")], ids=lambda path: path.stem)
def test_our_own_texts_have_no_such_problems(path):
    kind = "quiz" if path.parent.name == "quiz" else "guide"
    codes = {problem.code for problem in KINDS[kind].parse(path.read_text(), {}).problems}
    assert codes <= {"citation-unknown"}  # without the list of works, all are


@pytest.mark.parametrize(
    "written", ["**Wait** a minute", "See [help](/help/)", "Wait &amp; see", "# Wait", "~~Wait~~", "`Wait`", "1\\. Wait"]
)
def test_markdown_in_front_matter_is_a_warning_because_readers_see_the_markup(written):
    (problem,) = read_guide(VALID.replace("title: How to wait for an answer", f"title: '{written}'"), {}).problems[:1]
    assert (problem.line, problem.code) == (2, "markup-suspicious")


@pytest.mark.parametrize(
    "written", ["Wait & see", "Rock & roll", "2 * 3 * 4", "a_b_c", "I <3 you", "[sic]", "Don't @ me", "50 % off", "C++"]
)
def test_ordinary_words_in_front_matter_are_left_alone(written):
    problems = read_guide(VALID.replace("title: How to wait for an answer", f'title: "{written}"'), {}).problems
    assert [problem for problem in problems if problem.code.startswith("markup")] == []


# Boxes

STEP = "---\ntitle: a\n---\n## Steps\n\n### One\n\nDo it.\n\n"


def boxes(body):
    return [(problem.line - 9, problem.level) for problem in read_guide(STEP + body, {}).problems if problem.code.startswith("markup")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("- [ ] one\n- [ ] two", []),
        ("- plain\n\n- [ ] one", []),
        ("- [x] one\n- [ ] two", [(1, "error")]),
        ("- [ ] one\n- two\n- [ ] three", [(2, "warning")]),
        ("- [ ] one\n  - [ ] nested", [(2, "error")]),
        ("1. [ ] one", [(1, "error")]),
        ("> - [ ] quoted", [(1, "error")]),
        ("- [ ] one\n\n## Strategies\n\n### Rest\n\n- [ ] two", [(7, "error")]),
    ],
)
def test_a_box_that_no_reader_would_see_is_reported(body, expected):
    assert boxes(body) == expected


# Random texts

DIALECTS = st.sampled_from([*ERRORS, *WARNINGS, *PROSE, "| a | b |\n|--:|:-:|\n", "\n\n", "    ", "> ", "- ", "|", "\n", "\\|", MASK])


@pytest.mark.parametrize("kind", ["guide", "quiz"])
@given(st.lists(DIALECTS | st.text(max_size=4), max_size=20).map("".join))
def test_text_in_any_dialect_is_parsed_and_every_problem_has_one_of_its_lines(kind, text):
    parsed = KINDS[kind].parse(f"---\ntitle: a\n---\n{text}", {})
    last = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 4
    assert all(1 <= problem.line <= last and problem.code in LEVELS for problem in parsed.problems)


@given(st.lists(DIALECTS, max_size=12).map("".join))
def test_our_placeholders_reach_no_message_and_no_page(text):
    tokens = parse(text.replace(MASK, ""))
    messages = "".join(problem.message for problem in check_literals(tokens, 1))
    assert not {*messages, *HtmlRenderer({}).html(tokens)} & {MASK, "\ue002"}
