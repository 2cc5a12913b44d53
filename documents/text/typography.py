"""Typographic quotes, apostrophes and primes. markdown-it pairs the quotes; these rules handle what it gets wrong."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore, smartquotes
from markdown_it.token import Token

MAX_LENGTH = 1_000  # characters; titles are shorter, and the time for pairing quotes grows with the square of a text's length
MAX_QUOTES = 400  # straight quotes in a paragraph; more of them stay straight, because the time for pairing grows with their square

STRAIGHT = re.compile(r"['\"]")
# Feet and inches: 5'10".
FEET = re.compile(r"(?<=\d)'(\d{1,2})(\"?)(?!\d)")
# An apostrophe at the beginning of a word, which markdown-it would take for an opening quote: '90s, 'tis, rock 'n' roll.
ELISION = re.compile(r"(?<![\w'])'(?=(?:\d\ds|n|em|til|tis|twas|twere|twill)\b)", re.IGNORECASE)
# Quotes without a partner.
INCHES = re.compile(r"(?<!\d)(\d{1,3})\"")
OPENING = re.compile(r"(?<![^\s(\[—–-])\"(?=\S)")
CLOSING = re.compile(r"(?<=\S)\"")
APOSTROPHE = re.compile(r"'(?=\w)")


def texts_in(state: StateCore) -> Iterator[Token]:
    """Yields the text tokens with a straight quote."""
    for inline in state.tokens:
        if inline.type == "inline" and STRAIGHT.search(inline.content):
            yield from (child for child in inline.children or () if child.type == "text" and STRAIGHT.search(child.content))


def set_apostrophes(state: StateCore) -> None:
    """Sets primes and apostrophes that look like quotes, before quotes are paired."""
    for token in texts_in(state):
        text = FEET.sub(lambda found: f"′{found[1]}{'″' if found[2] else ''}", token.content)
        token.content = ELISION.sub("’", text)


def pair_quotes(state: StateCore) -> None:
    """Makes straight quotes curly, except in paragraphs that have too many."""
    tokens = state.tokens
    state.tokens = [token for token in tokens if sum(map(token.content.count, "\"'")) <= MAX_QUOTES]
    smartquotes(state)
    state.tokens = tokens


def set_lone_quotes(state: StateCore) -> None:
    """Sets the quotes that were not paired."""
    for token in texts_in(state):
        text = INCHES.sub(r"\1″", token.content)
        token.content = APOSTROPHE.sub("’", CLOSING.sub("”", OPENING.sub("“", text)))


def use_typographic_quotes(parser: MarkdownIt) -> None:
    parser.enable("smartquotes")
    parser.core.ruler.at("smartquotes", pair_quotes)
    parser.core.ruler.before("smartquotes", "apostrophes", set_apostrophes)
    parser.core.ruler.after("smartquotes", "lone_quotes", set_lone_quotes)


def create_quote_parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"typographer": True})
    use_typographic_quotes(parser)
    parser.parse("'")  # compiles the rules before there are threads, as in documents.text.markdown
    return parser


QUOTE_PARSER = create_quote_parser()


def typographic(text: str) -> str:
    """Returns a short plain text, such as a title, with typographic quotes."""
    if len(text) > MAX_LENGTH or not STRAIGHT.search(text):
        return text
    return "".join(child.content for inline in QUOTE_PARSER.parseInline(text) for child in inline.children or ())
