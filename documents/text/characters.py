"""Characters that nobody sees where they do harm: hidden ones, and spaces that Markdown and YAML take for letters. Pure.

What is refused (general categories and names as in the Unicode Standard, chapter 4):
- controls, bidirectional controls, zero-width spaces, soft hyphens, fillers, separators of lines, private and impossible characters:
  always. No font shows them, they hide text from a search and words from a reader, and Postgres does not keep all of them.
- zero-width joiners: but behind an emoji, or a letter of a script that needs them, such as Persian or Hindi.
- variation selectors and tags: but behind the character that they change.
- no-break and other wide or narrow spaces: at the beginning and the end of a line, and behind a mark such as "##", where a plain space
  has a meaning. Between words they are typography ("5 mg").
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from documents.text.problems import Problem

SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000"
JOINERS = "\u180e\u200c\u200d"
SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
TAGS = "\U000e0020-\U000e007f"
NEVER = (
    "\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
    "\ud800-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff" + "".join(chr(plane << 16 | last) for plane in range(15) for last in (0xFFFE, 0xFFFF))
)
# Arabic to Myanmar, Khmer, Mongolian and their neighbours, Brahmic scripts and Adlam; pictographs, as far as they are joined.
JOINED = "\u0600-\u109f\u1780-\u1cff\ua800-\uabff\U00010a00-\U00011fff\U0001e900-\U0001e95f\u203c-\u3299\U0001f000-\U0001faff\ufe0f"

SUSPECT = re.compile(f"[{SPACES}{JOINERS}{SELECTORS}{TAGS}{NEVER}]")
HIDDEN = re.compile(
    f"[{NEVER}]|(?<![{JOINED}])[{JOINERS}]|(?<![^\\s{SPACES}{SELECTORS}])[{SELECTORS}]|(?<![\U0001f3f4{TAGS}])[{TAGS}]",
)
MARKS = r"(?:[ \t>+*-]|#{1,6}+|\d{1,9}+[.)]|\[[ xX]\])*+"  # what may begin a line and wants a plain space behind it
SPACE_AT_START = re.compile(rf"^{MARKS}(?:\[(?=[{SPACES}]\]))?([{SPACES}])", re.MULTILINE)
SPACE_AT_END = re.compile(rf"([{SPACES}])[ \t]*+$", re.MULTILINE)
SPACE_IN_RULE = re.compile(rf"^[-:|*_ \t]*+([{SPACES}])(?=[-:|*_ \t{SPACES}]*+$)", re.MULTILINE)  # a break "* * *", or a table's "|---|"
SPACE_AFTER_LABEL = re.compile(rf"^[ \t>]*+\[[^\]\n]++\]:([{SPACES}])", re.MULTILINE)  # [label]: /address/
SPACE_AFTER_KEY = re.compile(rf"^[ \t-]*+[\w-]++:([{SPACES}])", re.MULTILINE)  # of YAML
ANY_SPACE = re.compile(f"([{SPACES}])")
MISPLACED = (SPACE_AT_START, SPACE_AT_END, SPACE_IN_RULE, SPACE_AFTER_LABEL)
CONTROLS = {0: "NULL", 0x1B: "ESCAPE", 0x7F: "DELETE", 0x85: "NEXT LINE"}  # they have no names, only these aliases
CLASSES = {"Cc": "CONTROL CHARACTER", "Co": "PRIVATE USE", "Cs": "HALF A CHARACTER"}


def name_of(character: str) -> str:
    """Such as "U+00A0 NO-BREAK SPACE"."""
    name = CONTROLS.get(ord(character)) or unicodedata.name(character, "") or CLASSES.get(unicodedata.category(character), "NO CHARACTER")
    return f"U+{ord(character):04X} {name}"


def hidden(text: str, line: int) -> Iterator[Problem]:
    """Names each hidden character once a line. `line` is that of the text's beginning."""
    for found, character in lined(text, HIDDEN.finditer(text) if SUSPECT.search(text) else (), line):
        yield Problem(found, "character-invisible", f"{name_of(character)} can't be seen, and misleads who reads on. Take it out.")


def misplaced(text: str, line: int, places: Iterable[re.Pattern[str]] = MISPLACED) -> Iterator[Problem]:
    """Names each space of another kind where a plain one has a meaning."""
    for place in places if SUSPECT.search(text) else ():
        for found, character in lined(text, place.finditer(text), line):
            where = "at the beginning or the end of a line, or behind a mark such as ##"
            said = f"{name_of(character)} is where a plain space is wanted: {where}. Type a plain space there, or none."
            yield Problem(found, "character-invisible", said)


def check_characters(text: str, line: int) -> Iterator[Problem]:
    yield from hidden(text, line)
    yield from misplaced(text, line)


def check_address(address: str, raw: str, line: int) -> Iterator[Problem]:
    """What is hidden in the address of a link. Percent codes that are in the `raw` text themselves can be seen, and are left alone."""
    codes = (code for character in set(SUSPECT.findall(unquote(address))) if (code := quote(character)) in raw.upper())
    for code in codes:
        address = address.replace(code, "")
    yield from hidden(unquote(address), line)
    yield from misplaced(unquote(address), line, [ANY_SPACE])


def lined(text: str, matches: Iterable[re.Match[str]], line: int) -> Iterator[tuple[int, str]]:
    """The characters found, each with its line, and once a line."""
    seen: set[tuple[int, str]] = set()
    end = 0
    for match in matches:
        line += text.count("\n", end, match.end())
        end = match.end()
        place = line, match[match.lastindex or 0]
        if place not in seen:
            seen.add(place)
            yield place
