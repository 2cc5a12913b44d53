"""Reports markup of other dialects of Markdown, which a page would show as it was typed.

The checks search the literal text of each paragraph, which has no code, escapes or links (see
`documents.text.markdown.store_literals`). The time of each pattern grows in proportion to the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markdown_it.token import Token

from documents.text.markdown import LINK_BOUNDARY, MARKDOWN, MASK, MAX_PARAGRAPH, line_of
from documents.text.problems import Problem
from documents.text.strict_yaml import Node

UNSUPPORTED, SUSPICIOUS = "markup-unsupported", "markup-suspicious"
MAX_EXCERPT = 40  # characters
ADDRESS = r"(?:/|#[a-z]|https?:|mailto:|tel:|www\.)"
MARKUP_CHARACTERS = re.compile(r"[*_`\[<&\\]")  # that Markdown may parse within a line
BLOCK = re.compile(r"(?:#{1,6}|[-+*>]) ")
HTML_ENDS = {"<!--": "-->", "<?": "?>", "<![cdata[": "]]>", "<script": "</script>", "<style": "</style>", "<pre": "</pre>"}


class Rule(NamedTuple):
    """A pattern, searched only in texts that contain `substring`, and the message, with "{}" for what was found."""

    substring: str
    pattern: re.Pattern[str]
    message: str


def rule(substring: str, pattern: str, message: str) -> Rule:
    return Rule(substring, re.compile(pattern, re.MULTILINE), f'"{{}}" {message}')


ERRORS = (
    # Links
    rule("](", r"\[[^\[\]\n]*+\]\(", "begins a link whose address has a space in it, or no end. Write [words](/help/)."),
    rule(
        "[",
        rf"(?:!\[[^\[\]\n]*+\]\s{{1,3}}\(|\[[^\[\]\n]++\]\s{{1,3}}\((?={ADDRESS}))",
        'is no link with a space before "(". Take the space out.',
    ),
    rule(")[", rf"\)\[(?={ADDRESS})", "is in the middle of a link the wrong way round. Write [words](/help/)."),
    rule("][", r"\[[^\[\]\n]++\]\[[^\[\]\n]*+\]", "is a link whose address is nowhere in the text. Write [words](/help/)."),
    rule("[[", r"\[\[[^\[\]\n]++\]\]", "is how wikis write links. Write [words](/guides/anxious/)."),
    # Notes and comments
    rule(
        "^",
        rf"[\[{LINK_BOUNDARY}]\^[^\s\[\]{LINK_BOUNDARY}]{{1,60}}[\]{LINK_BOUNDARY}]|\^\[",
        "is a footnote, and there are none here. Put it into the sentence, or cite a work: [@key].",
    ),
    rule("<!--", r"<!--", "begins a comment, which readers would see. Take it out."),
    rule("%%", r"%%[^%\n]++%%", "is a comment, which readers would see. Take it out."),
    # Emphasis
    rule("~~", r"~~[^~\n]++~~", "is not struck through here. Take the words out, or the ~~ around them."),
    rule("==", r"(?<![\w=])==(?![\s=])[^=\n]++==(?![\w=])", "is not highlighted here. Write **words** for strong ones."),
    rule("++", r"(?<![\w+])\+\+(?![\s+])[^+\n]++\+\+(?![\w+])", "is not underlined here. Write **words** for strong ones."),
    rule("||", r"\|\|[^|\s][^|\n]*+\|\|", "is not hidden here. Take the || out."),
    rule("~", r"(?<=\w)~[^~\s]{1,20}~", "is not lowered here. Write the small digit itself, as in H₂O."),
    rule("^", r"(?<=\w)\^[^\^\s]{1,20}\^", "is not raised here. Write the small digit itself, as in m²."),
    # Blocks
    rule("##", r"^#{2,}+[^\s#]|^#{7,}+", 'is no heading. Write "##" or "###", then a space.'),
    rule(":::", r"^:{3,}+", "begins no box here. Use plain paragraphs."),
    rule("!!!", r"^!!!\+? *+\w[^\n]{0,30}", "begins no box here. Use plain paragraphs."),
    rule("???", r"^\?\?\?\+? *+\w[^\n]{0,30}", "begins no box here. Use plain paragraphs."),
    rule("[!", r"^\[![A-Za-z]{1,20}\]", "begins no box here. Use plain paragraphs."),
    rule("[", r"^\[\[?_?(?i:toc)_?\]", "makes no table of contents here: each page has one. Take it out."),
    rule(":", r"^:[ \t]++\S", "begins no definition here. Use a list, with the term as **strong** words."),
    rule("*[", r"^\*\[[^\[\]\n]++\]:", "explains no short form here. Write it out in the sentence."),
    rule("|", r"^[ \t]*+\|[^\n]*\|[ \t]*$", "is no row of a table. Put |---|---| under the first row, with as many cells as it has."),
    rule(
        "|",
        r"^(?=[^\n]*-)(?=[^\n]*\|)[-:| \t]{3,}+$",
        "makes no table of the row above. Give both as many cells, and all tables together 1,000 at most.",
    ),
    rule("[", r"^\[ {0,3}[-/xX✓✔]? {0,3}\](?!\()", 'is no box. Write "- [ ] ", then what to do.'),
    # The rest
    rule("{", r"\{(?::? ?[.#][A-Za-z]|:[A-Za-z]|[a-z]{1,20}=)[^{}\n]{0,80}\}", "is read only at the end of a step's heading. Take it out."),
    rule("{", r"\{(?:\+\+|--|~~|==|>>)", "begins a remark, which readers would see. Take it out."),
    rule(
        "$",
        r"\$\$|(?<![\w$])\$(?![\s$])[^$\n\\^_=]*+[\\^_=][^$\n]*+(?<!\s)\$(?!\w)|(?<![\w$])\$[A-Za-z]\$",
        "is no formula here. Say it in words.",
    ),
    rule("\\", r"\\[A-Za-z]{2,20}(?=[{\[])|^\\(?:newpage|pagebreak)\b", "is LaTeX, which is not read here. Say it in words."),
    rule("&", r"&(?:[a-z][a-z0-9]{1,30}|#\w{1,10});", "is the name of no character. Write the character itself."),
    rule("&", r"&(?:amp|lt|gt|quot|nbsp|[nm]dash|hellip|shy|[lr][sd]quo)\b(?![;=])", 'lacks its ";". Write the character itself.'),
    rule("[/", r"\[/[a-z]{1,10}\]", "is markup of forums. Write *words* or **words** for emphasis."),
)
WARNINGS = (
    rule("://", rf"(?<![\w/{LINK_BOUNDARY}])https?://[^\s<>]{{1,200}}", "can't be clicked. Write [words](https://...)."),
    rule("www.", rf"(?<![\w/.@{LINK_BOUNDARY}])www\.[^\s<>]{{1,200}}", "can't be clicked. Write [words](https://...)."),
    rule(":", r"(?<![\w:]):[a-z][a-z0-9_+-]{1,30}:(?![\w:])", "is not made a picture here. Say it in words."),
    rule("**", r"(?<![\w*])\*{2,3}(?!\*)(?:[^*\n]*+\*{2,3})?", "has no partner, or a space at its inner side. Write **words**."),
    rule("__", r"(?<!\w)__(?=[^\W_])", "has no partner, or a space at its inner side. Write **words**."),
    rule("*", r"(?<!\S)\*[^\s*][^*\n]*[ \t]\*(?!\S)", "has a space before its end. Write *words*."),
    rule("`", r"`++", "has no partner. Take it out, or write \\` to show it."),
    rule("--", r"(?<=\w)--(?=\w)|(?<= )--(?= )", "is not made a dash here. Write – or —."),
    rule(
        "@",
        r"(?<![\w.@/\[])@(?!\w[\w-]{0,60}?-\d{4})[A-Za-z][\w-]++",
        "is no citation without brackets. If it is meant as one, write [@key].",
    ),
    rule("#", r"\A#[A-Za-z]\w*+", 'is no heading. Write "##" or "###", then a space.'),
    rule("", r"^[ \t]*+[•·‣◦▪▫●○■□☐☑➤][ \t]", 'begins no list. Write "- ".'),
    rule("", r"\A[–—−][ \t]", 'begins no list. Write "- ".'),
    rule("", r"\A(?:[-+](?=[^\W\d_])|\d{1,3}[.)](?=[A-Z][a-z]))", 'begins no list without a space. Write "- ", or "1. ".'),
)
CITATIONS = (rule("@", r"(?<![\w.@/\[])@[A-Za-z][\w-]{0,60}?-\d{4}[a-z]?\b", "is no citation. Write [@key], in small letters."),)
RULES = {UNSUPPORTED: ERRORS, SUSPICIOUS: WARNINGS, "citation-unknown": CITATIONS}


def check_literals(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Reports what Markdown probably parses in another way than the writer meant."""
    for token in tokens:
        if token.type == "inline":
            yield from find_markup(token.meta["literal"], line_of(token) + first_line)


def find_markup(literal: str, line: int) -> Iterator[Problem]:
    for code, rules in RULES.items():
        for substring, pattern, message in rules:
            for found in pattern.finditer(literal) if substring in literal else ():
                yield Problem(line + literal.count("\n", 0, found.start()), code, message.replace("{}", excerpt(literal, found)))


def excerpt(literal: str, found: re.Match[str]) -> str:
    """Returns the match, and for a very short one what follows it, so that an editor recognizes it."""
    end = found.end() if len(found[0]) > 4 else found.start() + MAX_EXCERPT // 2
    return literal[found.start() : min(end, found.start() + MAX_EXCERPT)].split("\n")[0].replace(MASK, "…").replace(LINK_BOUNDARY, "…")


def check_blocks(tokens: Sequence[Token], first_line: int) -> Iterator[Problem]:
    """Reports blocks that Markdown probably parses in another way than the writer meant."""
    for token in tokens:
        line = line_of(token) + first_line
        if token.type == "fence" and not is_closed(token):
            message = f'The code that "{token.markup}" begins has no end, and takes in what follows.'
            yield Problem(line, "block-unclosed", f'{message} Put "{token.markup}" under its last line.')
        elif token.type == "html_block" and (end := missing_end(token.content)):
            message = f'"{token.content.strip()[:4]}" has no "{end}", and takes in what follows. Take it out.'
            yield Problem(line, "block-unclosed", message)
        elif token.type == "code_block":
            message = "This is shown as code, because a tab or four spaces stand before it. Take them out, or put ``` above and below."
            yield Problem(line, SUSPICIOUS, message)
        elif token.type == "heading_open" and token.markup in {"-", "="}:
            message = f'A line of "{token.markup * 3}" right below makes this a heading.'
            yield Problem(line, "heading-level", f'{message} Put an empty line between, or write "## " before it.')
        elif token.type == "tr_open" and token.meta:
            yield from check_row(token.meta["cells"], token.meta["columns"], line)


def is_closed(fence: Token) -> bool:
    """Whether a fence ends the block: it then has two lines more than the code."""
    first, end = fence.map or (0, 0)
    return end - first == len(fence.content.splitlines()) + 2


def missing_end(html: str) -> str:
    """Returns what an HTML block lacks to end before the end of the text; "" for a block that ends."""
    start = html.lstrip().lower()
    return next((end for beginning, end in HTML_ENDS.items() if start.startswith(beginning) and end not in start), "")


def check_row(cells: int, columns: int, line: int) -> Iterator[Problem]:
    if cells > columns:
        message = f"This row has {cells} cells and the table's head has {columns}. The last ones are not shown. Give both as many."
        yield Problem(line, UNSUPPORTED, message)
    if cells == 0:
        message = 'This line is read as a row of the table above. Put an empty line between them, or write it with "|".'
        yield Problem(line, UNSUPPORTED, message)


def check_tasks(tokens: Sequence[Token], tasks: Iterable[Token], first_line: int) -> Iterator[Problem]:
    """Reports boxes outside of `tasks`, ticked ones, and list items that probably lack theirs."""
    task_ids = {id(token) for token in tasks}
    after_task: list[bool] = []  # for each open list, whether it has had a task
    for token in tokens:
        line = line_of(token) + first_line
        if token.type.endswith("_list_open"):
            after_task.append(False)
        elif token.type.endswith("_list_close"):
            after_task.pop()
        elif id(token) in task_ids:
            after_task[-1] = True
            if token.meta["ticked"]:
                yield Problem(line, UNSUPPORTED, 'This box is ticked, and readers see an empty one. Write "- [ ]".')
        elif token.meta.get("task"):
            message = 'A box "[ ]" is shown in the action items of a step only, in a list with "- " of its first level. Take it out here.'
            yield Problem(line, UNSUPPORTED, message)
        elif token.type == "list_item_open" and after_task[-1]:
            message = 'This list item has no box, so it is shown in the text above the action items. Write "- [ ]" if it is one.'
            yield Problem(line, SUSPICIOUS, message)


def check_plain_values(fields: Mapping[str, Node]) -> Iterator[Problem]:
    """Reports Markdown in front matter, which is plain text: readers would see the markup."""
    for node in fields.values():
        yield from check_plain_value(node)


def check_plain_value(node: Node) -> Iterator[Problem]:
    if isinstance(node.value, dict):
        yield from check_plain_values(node.value)
    elif isinstance(node.value, tuple):
        for item in node.value:
            yield from check_plain_value(item)
    elif literal := literal_text_of(node.value[:MAX_PARAGRAPH]):
        marks = MASK in literal or LINK_BOUNDARY in literal or BLOCK.match(literal)
        if marks or any(find_markup(literal, node.line)):
            message = f'"{node.value[:MAX_EXCERPT]}" is shown as it is typed, with its marks of Markdown. Write plain words here.'
            yield Problem(node.line, SUSPICIOUS, message)


def literal_text_of(value: str) -> str:
    return str(MARKDOWN.parseInline(value)[0].meta["literal"]) if MARKUP_CHARACTERS.search(value) else value
