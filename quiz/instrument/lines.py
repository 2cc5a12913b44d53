"""The formats of the lines in a quiz's lists: relations, statements, and labelled lines of insights. Pure: no Django."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from documents.text.addresses import SLUG
from documents.text.markdown import line_of, plain_text, text_of_block
from documents.text.problems import Problem, truncate
from guides.parts import ADDRESS as GUIDE_ADDRESS
from quiz.instrument.limits import MAX_DIGITS, MAX_KEY

RELATION = re.compile(rf"(?P<key>[a-z]{{1,{MAX_KEY}}}): (?P<text>\S.*)")
FACET_KEY = r"[a-z]+(?:-[a-z]+)*"
ITEM = re.compile(
    rf"(?P<facet>(?=[a-z-]{{1,{MAX_KEY}}}-[0-9]){FACET_KEY})-(?P<number>[0-9]{{1,{MAX_DIGITS}}})"
    r"(?P<reversed> \(reversed\))?: (?P<text>\S.*)"
)
DUPLICATE_PROBLEMS = {
    "relations": ("key-repeated", '"{key}" is the key of line {{lines}} too. Give this one another.'),
    "statements": ("key-repeated", '"{key}" is the statement in line {{lines}} too. Give this one another number.'),
    "styles": ("anchor-repeated", '"{{#{key}}}" is the text in line {{lines}} too. Put both into one.'),
}
# By part: the format of its lines, an example, and the limits of the key.
LINE_FORMATS = {
    "relations": (RELATION, "friend: a close friend", f"at most {MAX_KEY} letters"),
    "statements": (
        ITEM,
        "alarm-3 (reversed): When we are apart, I trust that we are fine.",
        f"at most {MAX_KEY} letters and {MAX_DIGITS} digits",
    ),
}
LABELLED_LINE = re.compile(r"(?P<label>[A-Z][a-z ]*): (?P<value>\S.*)")
FACET_SIDE = re.compile(rf"(?P<facet>{FACET_KEY}), (?P<side>high|low)")
STEP_ADDRESS = re.compile(GUIDE_ADDRESS.format(SLUG.pattern) + r"#[^\s#?]+")
# By label: the format and an example of lines that assign an insight to a facet or a step. They are not shown.
ASSIGNMENTS = {"Facet": (FACET_SIDE, "alarm, high"), "Step": (STEP_ADDRESS, "/guides/anxious/#name-alarm")}


@dataclass(frozen=True)
class LabelledLine:
    """An item of a list that begins with a label, in bold or not."""

    label: str
    value: str  # the words after the label
    line: int  # in the whole text
    inline: Token  # the contents of the paragraph with the label
    content: tuple[Token, ...]  # the item without its label


def read_labelled(item: Sequence[Token], first_line: int) -> LabelledLine | None:
    """Reads the item of a list; None if it doesn't begin with a label. `first_line` is the line in which the body begins."""
    inline = item[1] if item and item[0].type == "paragraph_open" else None
    found = LABELLED_LINE.fullmatch(text_of_block(inline)) if inline else None
    if not (inline and found):
        return None
    value = inline.copy(children=without_label(inline))
    return LabelledLine(found["label"], found["value"], line_of(inline) + first_line, inline, (item[0], value, *item[2:]))


def without_label(inline: Token) -> list[Token]:
    """The tokens after the first colon of a line, without emphasis that would be empty."""
    tokens: list[Token] = []
    for token in tokens_after(inline.children or (), plain_text(inline).index(":") + len(": ")):
        if tokens and tokens[-1].nesting == 1 and token.nesting == -1:
            tokens.pop()  # an opening token with nothing before the closing one
        else:
            tokens.append(token)
    return tokens


def tokens_after(tokens: Sequence[Token], length: int) -> Iterator[Token]:
    """The tokens of a line without its first `length` characters."""
    for token in tokens:
        width = len(plain_text(Token("inline", "", 0, children=[token])))
        if length <= 0 or not width:  # tokens without text open or close something, such as emphasis
            yield token
        elif width > length:
            yield token.copy(content=token.content[length:])
        length -= width


def check_unique_keys(part: str, keys: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """Yields a problem for each key that an earlier line of the part has. `keys` come with their lines."""
    first: dict[str, int] = {}
    for key, line in keys:
        if key in first:
            code, message = DUPLICATE_PROBLEMS[part]
            yield Problem(line, code, message.format(key=key), (first[key],))
        first.setdefault(key, line)


def check_line(part: str, line: int, text: str) -> Iterator[Problem]:
    """Yields a problem if a line does not have the format of its part."""
    line_format, example, limits = LINE_FORMATS[part]
    if not line_format.fullmatch(text):
        message = f'"{truncate(text)}" can\'t be read. Write it like this, with {limits} before the colon: {example}'
        yield Problem(line, "line-unreadable", message)


def check_insight_lines(title: str, lines: Sequence[LabelledLine], known: Sequence[str]) -> Iterator[Problem]:
    """Yields problems of unknown and repeated labels of an insight, and of assignments that can't be read."""
    first: dict[str, LabelledLine] = {}
    for labelled in lines:
        line_format, example = ASSIGNMENTS.get(labelled.label, (None, ""))
        if labelled.label not in known:
            message = f'"{labelled.label}" in "{title}" is not known. Known are: {", ".join(known)}.'
            yield Problem(labelled.line, "line-unreadable", message)
        elif labelled.label in first:
            message = f'"{labelled.label}" is the label of line {{lines}} too. Put both into one line.'
            yield Problem(labelled.line, "key-repeated", message, (first[labelled.label].line,))
        elif line_format and not line_format.fullmatch(labelled.value):
            message = f'"{labelled.label}: {labelled.value}" in "{title}" can\'t be read. Write it like this: {example}'
            yield Problem(labelled.line, "line-unreadable", message)
        first.setdefault(labelled.label, labelled)
