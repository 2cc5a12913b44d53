"""The lines of a quiz's lists: relations, statements, and what a trigger or a strength says after its labels. Pure: no Django."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from documents.text.addresses import SLUG
from documents.text.markdown import line_of, plain_text, text_of_block
from documents.text.problems import Problem
from documents.text.sentences import truncate
from guides.parts import ADDRESS as GUIDE_ADDRESS
from quiz.instrument.limits import MAX_DIGITS, MAX_KEY

RELATION = re.compile(rf"(?P<key>[a-z]{{1,{MAX_KEY}}}): (?P<text>\S.*)")
ITEM = re.compile(
    rf"(?P<facet>(?=[a-z-]{{1,{MAX_KEY}}}-[0-9])[a-z]+(?:-[a-z]+)*)-(?P<number>[0-9]{{1,{MAX_DIGITS}}})"
    r"(?P<reversed> \(reversed\))?: (?P<text>\S.*)"
)
TWICE = {
    "relations": ("key-repeated", '"{key}" is the key of line {{lines}} too. Give this one another.'),
    "statements": ("key-repeated", '"{key}" is the statement in line {{lines}} too. Give this one another number.'),
    "styles": ("anchor-repeated", '"{{#{key}}}" is the text in line {{lines}} too. Put both into one.'),
}
# What each line of a part has to be, and an example of it.
FORMS = {
    "relations": (RELATION, "friend: a close friend", f"at most {MAX_KEY} letters"),
    "statements": (
        ITEM,
        "alarm-3 (reversed): When we are apart, I trust that we are fine.",
        f"at most {MAX_KEY} letters and {MAX_DIGITS} digits",
    ),
}
LABELLED = re.compile(r"(?P<label>[A-Z][a-z ]*): (?P<rest>\S.*)")
PLACE = re.compile(r"(?P<facet>[a-z]+(?:-[a-z]+)*), (?P<side>high|low)")
STEP = re.compile(GUIDE_ADDRESS.format(SLUG.pattern) + r"#[^\s#?]+")
# Lines that say where an entry belongs, and are no text: their form, and an example of it.
PLACES = {"Facet": (PLACE, "alarm, high"), "Step": (STEP, "/guides/anxious/#name-alarm")}


@dataclass(frozen=True)
class LabelledLine:
    """An item of a list that begins with a label, whether that is in bold or not."""

    label: str
    rest: str  # the words behind the label
    line: int  # in the whole text
    inline: Token  # the paragraph that the label is in
    content: tuple[Token, ...]  # the item without its label


def read_labelled(item: Sequence[Token], first_line: int) -> LabelledLine | None:
    """The labelled line that an item is; None for any other item."""
    inline = item[1] if item and item[0].type == "paragraph_open" else None
    found = LABELLED.fullmatch(text_of_block(inline)) if inline else None
    if not (inline and found):
        return None
    rest = inline.copy(children=without_label(inline))
    return LabelledLine(found["label"], found["rest"], line_of(inline) + first_line, inline, (item[0], rest, *item[2:]))


def without_label(inline: Token) -> list[Token]:
    """The parts of a line behind its first colon, with the emphasis that reaches beyond it."""
    rest: list[Token] = []
    for part in parts_after(inline.children or (), plain_text(inline).index(":") + len(": ")):
        if rest and rest[-1].nesting == 1 and part.nesting == -1:
            rest.pop()  # nothing is left between the two
        else:
            rest.append(part)
    return rest


def parts_after(parts: Sequence[Token], length: int) -> Iterator[Token]:
    """The parts of a line without its first `length` characters."""
    for part in parts:
        width = len(plain_text(Token("inline", "", 0, children=[part])))
        if length <= 0 or not width:  # the latter is a mark, such as the end of emphasis
            yield part
        elif width > length:
            yield part.copy(content=part.content[length:])
        length -= width


def check_keys(part: str, keys: Iterable[tuple[str, int]]) -> Iterator[Problem]:
    """Whether two lines of a part have one key, by which answers or results name it."""
    first: dict[str, int] = {}
    for key, line in keys:
        if key in first:
            code, said = TWICE[part]
            yield Problem(line, code, said.format(key=key), (first[key],))
        first.setdefault(key, line)


def check_line(part: str, line: int, text: str) -> Iterator[Problem]:
    """Whether a line has the form that its part asks for."""
    form, example, most = FORMS[part]
    if not form.fullmatch(text):
        said = f'"{truncate(text)}" can\'t be read. Write it like this, with {most} before the colon: {example}'
        yield Problem(line, "line-unreadable", said)


def check_labelled(title: str, lines: Sequence[LabelledLine], known: Sequence[str]) -> Iterator[Problem]:
    """Labels of an entry that nobody knows or that come twice, and places that can't be read."""
    first: dict[str, LabelledLine] = {}
    for one in lines:
        form, example = PLACES.get(one.label, (None, ""))
        if one.label not in known:
            said = f'"{one.label}" in "{title}" is not known. Known are: {", ".join(known)}.'
            yield Problem(one.line, "line-unreadable", said)
        elif one.label in first:
            said = f'"{one.label}" is the label of line {{lines}} too. Put both into one line.'
            yield Problem(one.line, "key-repeated", said, (first[one.label].line,))
        elif form and not form.fullmatch(one.rest):
            said = f'"{one.label}: {one.rest}" in "{title}" can\'t be read. Write it like this: {example}'
            yield Problem(one.line, "line-unreadable", said)
        first.setdefault(one.label, one)
