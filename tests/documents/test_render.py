"""Markdown as an outline and as HTML, which is harmless for any text."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.html import SCHEMES, TAGS
from documents.text.markdown import HtmlRenderer, blocks, list_items, outline, parse
from documents.text.references import read_references
from guides.parser import read_guide

WORKS, _ = read_references(
    '[{"id": "lee-2007", "type": "book", "author": [{"family": "Lee", "given": "Ana"}], "title": "Doors", '
    '"issued": {"date-parts": [[2007]]}}]'
)
PIECES = [
    *("---\n", "title: x\n", "## Steps\n", '### A {#a eases="alarm"}\n', "## Quick takeaways\n", "## Strategies\n"),
    *("- [ ] do\n", "- one\n", "> quote\n", "\n\n", "text ", "[@lee-2007]", "[@", "<script>alert(1)</script>"),
    *(
        "<img src=x onerror=alert(1)>",
        "<style>*{}</style>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
    ),
    *(
        "[a](data:text/html,x)",
        "[a](//evil.example)",
        "![a](http://evil.example/x.png)",
        "<a href='vbscript:x' style='x'>",
    ),
    *("```html\n<b onclick=x>\n```\n", "`<i>`", "<!-- x -->", "&lt;script&gt;", "[r]: javascript:x\n", "[r]", "\\<b>"),
    *("| a | b |\n|:-:|--:|\n", "| 1 |\n", "|  | <b> |\n|---|---|\n", "|"),
    *("<https://ok.example>", "<javascript:x>", "\0", "\u2028", "\r", "*", "_", "#", "[", "]", "(", ")", "{", "}", "!"),
]


class ForbiddenMarkup(HTMLParser):
    """Collects tags, attributes and addresses that a page must not have."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.found.append(tag)
        for name, value in attrs:
            if name not in {"href", "src", "alt", "class", "role", "aria-label", "loading", "start", "scope", "tabindex"}:
                self.found.append(f"{tag} {name}")
            scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", value or "", re.IGNORECASE) if name in {"href", "src"} else None
            if (scheme and scheme[1].lower() not in SCHEMES) or ((value or "").startswith("//") and name in {"href", "src"}):
                self.found.append(f"{tag} {name}={value}")
            if name == "src" and not value.startswith("/images/"):
                self.found.append(f"{tag} {name}={value}")


def html_of(parts):
    return "\n".join(
        [
            *(parts.introduction, *parts.takeaways, parts.quote, parts.help),
            *(html for step in parts.steps for html in (step.prose, *step.actions)),
            *(strategy.prose for strategy in parts.strategies),
            *(question.answer for question in parts.questions),
            *(source.text for source in parts.sources),
        ]
    )


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_any_text_is_parsed_and_its_html_is_harmless(text):
    parts = read_guide(text, WORKS)
    assert ForbiddenMarkup(html_of(parts)).found == []
    assert all(1 <= problem.line <= text.count("\n") + text.count("\r") + 2 for problem in parts.problems)


def html(markdown, **options):
    return HtmlRenderer(WORKS, **options).html(parse(markdown))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>\n"),
        ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"),
        ("[a](javascript:x) [b](https://ok.example/)", '<p>a <a href="https://ok.example/">b</a></p>\n'),
        ("![a door](https://evil.example/x.png)", "<p>a door</p>\n"),
        ("![a door](/images/0f.webp)", '<p><img src="/images/0f.webp" alt="a door" loading="lazy"></p>\n'),
        ("# A", "<p><strong>A</strong></p>\n"),
        ("a [@nobody-1900].", "<p>a.</p>\n"),
    ],
)
def test_markdown_is_rendered_and_forbidden_markup_becomes_text(markdown, expected):
    assert html(markdown) == expected


TABLE = """| Day | *Calm* |
|-----|-------:|
| Monday | 1 [@lee-2007] |
| Tuesday | a \\| b |
"""


def test_a_table_has_header_cells_and_a_name_and_can_be_scrolled_by_keyboard():
    shown = html(TABLE)
    assert shown.startswith('<div class="table" role="group" aria-label="Table: Day, Calm" tabindex="0"><table>')
    assert '<th scope="col">Day</th>\n<th scope="col" class="table__end"><em>Calm</em></th>' in shown
    assert '<td>Tuesday</td>\n<td class="table__end">a | b</td>' in shown
    assert 'href="#source-lee-2007"' in shown


def test_where_the_first_header_is_empty_the_first_column_names_the_rows():
    shown = html("| | Calm |\n|--|--|\n| Monday | 1 |\n| | 2 |\n")
    assert shown.count("<th") == 3  # with <thead>
    assert '<td></td>\n<th scope="col">Calm</th>' in shown
    assert '<th scope="row">Monday</th>\n<td>1</td>' in shown
    assert "<td></td>\n<td>2</td>" in shown


def test_tables_with_too_many_cells_are_shown_as_text():
    assert html("|a" * 30 + "|\n" + "|-" * 30 + "|\n" + "|1\n" * 40).count("<table>") == 0
    assert html("| a |\n|---|\n\n" * 2_000).count("<table>") < 1_000


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("- one", "one"),
        ("- one\n\n  two\n- three", "one\n<p>two</p>\n"),
        ("- one\n  - two", "one\n<ul>\n<li>two</li>\n</ul>\n"),
        ("- > one", "<blockquote>\n<p>one</p>\n</blockquote>\n"),
    ],
)
def test_a_list_item_loses_the_tags_of_its_first_paragraph_only(markdown, expected):
    (block,) = blocks(parse(markdown), "bullet_list")
    assert HtmlRenderer(WORKS).inline_html(list_items(block)[0]) == expected


def test_a_citation_leads_to_its_numbered_source():
    expected = '<a class="citation" href="#source-lee-2007" role="doc-noteref" aria-label="Source 1: Lee, 2007">1</a>'
    for written in ("True [@lee-2007].", "True\n[@lee-2007]."):
        assert html(written) == f"<p>True<sup>{expected}</sup>.</p>\n"


def test_a_link_to_a_hidden_page_becomes_plain_words():
    assert html("[a](/guides/draft/#step) [b](/help/)", unlinked_paths={"/guides/draft/"}) == '<p>a <a href="/help/">b</a></p>\n'


@pytest.mark.parametrize("address", ["?x", "?x#step", "./", "../draft/", "/", "#"])
def test_no_spelling_of_an_address_leads_to_a_hidden_page(address):
    for start in ("/guides/draft/", "/guides/draft", "/guides/%64raft/", "/./guides//draft/", "/help/../guides/draft/"):
        if start.endswith("/") or not address.startswith("."):
            assert "href" not in html(f"[a]({start}{address})", unlinked_paths={"/guides/draft/"})


def test_headings_become_an_outline_with_lines_and_attributes():
    root = outline(parse('Intro\n\n## Steps\n\nlead\n\n### One *two* {#one eases="alarm distance"}\n\ntext\n\n## End\n'))
    steps, end = root.children
    one = steps.children[0]
    assert [len(root.tokens), len(steps.tokens), len(one.tokens), end.title, end.children] == [3, 3, 3, "End", ()]
    assert (one.title, one.line, one.anchor, one.eases) == ("One two", 6, "one", ("alarm", "distance"))


IN_PARALLEL = """
import sys
from threading import Barrier, Thread

from documents.text.markdown import parse

sys.setswitchinterval(1e-6)
start = Barrier(16)

def parse_text():
    start.wait()
    parse("[One](/one/) and <https://two.example/>")

for thread in [Thread(target=parse_text) for _ in range(16)]:
    thread.start()
"""


@pytest.mark.processes
def test_the_first_texts_of_a_process_can_be_parsed_in_parallel():
    done = subprocess.run([sys.executable, "-c", IN_PARALLEL], capture_output=True, text=True, check=True)
    assert done.stderr == ""
