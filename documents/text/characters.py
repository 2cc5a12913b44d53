"""Finds invisible characters, and spaces that Markdown and YAML don't treat as spaces. Pure: no Django.

It reports, with the names and general categories of the Unicode Standard (chapter 4):
- always: control and format characters, zero-width spaces, soft hyphens, fillers, line separators, private-use characters, surrogates
  and noncharacters. No font shows them, they break searches, and Postgres can't store all of them.
- zero-width joiners, except after an emoji or a letter of a script that needs them, such as Persian or Hindi.
- variation selectors and tags, except after the character that they modify.
- no-break and other special spaces, at both ends of a line and after a marker such as "##", where Markdown expects a plain space.
  Between words they are typography ("5 mg").
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
FORBIDDEN = (
    "\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
    "\ud800-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff" + "".join(chr(plane << 16 | last) for plane in range(15) for last in (0xFFFE, 0xFFFF))
)
# What a joiner may follow: Arabic to Myanmar, Khmer, Mongolian and their neighbours, Brahmic scripts, Adlam, and pictographs.
JOINED = "\u0600-\u109f\u1780-\u1cff\ua800-\uabff\U00010a00-\U00011fff\U0001e900-\U0001e95f\u203c-\u3299\U0001f000-\U0001faff\ufe0f"

SUSPECT = re.compile(f"[{SPACES}{JOINERS}{SELECTORS}{TAGS}{FORBIDDEN}]")
HIDDEN = re.compile(
    f"[{FORBIDDEN}]|(?<![{JOINED}])[{JOINERS}]|(?<![^\\s{SPACES}{SELECTORS}])[{SELECTORS}]|(?<![\U0001f3f4{TAGS}])[{TAGS}]",
)
LINE_PREFIX = r"(?:[ \t>+*-]|#{1,6}+|\d{1,9}+[.)]|\[[ xX]\])*+"  # markers of blocks, each of which needs a plain space after it
SPACE_AT_START = re.compile(rf"^{LINE_PREFIX}(?:\[(?=[{SPACES}]\]))?([{SPACES}])", re.MULTILINE)
SPACE_AT_END = re.compile(rf"([{SPACES}])[ \t]*+$", re.MULTILINE)
SPACE_IN_RULE = re.compile(rf"^[-:|*_ \t]*+([{SPACES}])(?=[-:|*_ \t{SPACES}]*+$)", re.MULTILINE)  # a break "* * *", or a table's "|---|"
SPACE_AFTER_LABEL = re.compile(rf"^[ \t>]*+\[[^\]\n]++\]:([{SPACES}])", re.MULTILINE)  # [label]: /address/
SPACE_AFTER_KEY = re.compile(rf"^[ \t-]*+[\w-]++:([{SPACES}])", re.MULTILINE)  # of YAML
ANY_SPACE = re.compile(f"([{SPACES}])")
SPACE_PATTERNS = (SPACE_AT_START, SPACE_AT_END, SPACE_IN_RULE, SPACE_AFTER_LABEL)
CONTROL_NAMES = {0: "NULL", 0x1B: "ESCAPE", 0x7F: "DELETE", 0x85: "NEXT LINE"}  # Unicode gives control characters aliases only
CATEGORY_NAMES = {"Cc": "CONTROL CHARACTER", "Co": "PRIVATE USE", "Cs": "HALF A CHARACTER"}


def character_name(character: str) -> str:
    """Returns code point and name, such as "U+00A0 NO-BREAK SPACE"."""
    category = CATEGORY_NAMES.get(unicodedata.category(character), "NO CHARACTER")
    name = CONTROL_NAMES.get(ord(character)) or unicodedata.name(character, category)
    return f"U+{ord(character):04X} {name}"


def check_hidden(text: str, line: int) -> Iterator[Problem]:
    """Reports each invisible character, once a line. `line` is the number of the text's first line."""
    for found, character in first_on_each_line(text, HIDDEN.finditer(text) if SUSPECT.search(text) else (), line):
        yield Problem(found, "character-invisible", f"{character_name(character)} can't be seen, and misleads who reads on. Take it out.")


def check_spaces(text: str, line: int, patterns: Iterable[re.Pattern[str]] = SPACE_PATTERNS) -> Iterator[Problem]:
    """Reports each special space that one of the patterns finds: where Markdown or YAML expects a plain one."""
    for pattern in patterns if SUSPECT.search(text) else ():
        for found, character in first_on_each_line(text, pattern.finditer(text), line):
            where = "at the beginning or the end of a line, or behind a mark such as ##"
            message = f"{character_name(character)} is where a plain space is wanted: {where}. Type a plain space there, or none."
            yield Problem(found, "character-invisible", message)


def check_characters(text: str, line: int) -> Iterator[Problem]:
    yield from check_hidden(text, line)
    yield from check_spaces(text, line)


def check_address(address: str, raw: str, line: int) -> Iterator[Problem]:
    """Reports invisible characters in a link's address. Percent-encoded ones are visible in the `raw` text, and allowed."""
    codes = (code for character in set(SUSPECT.findall(unquote(address))) if (code := quote(character)) in raw.upper())
    for code in codes:
        address = address.replace(code, "")
    yield from check_hidden(unquote(address), line)
    yield from check_spaces(unquote(address), line, [ANY_SPACE])


def first_on_each_line(text: str, matches: Iterable[re.Match[str]], line: int) -> Iterator[tuple[int, str]]:
    """Yields the line and the character of each match, once for each line and character."""
    seen: set[tuple[int, str]] = set()
    end = 0
    for match in matches:
        line += text.count("\n", end, match.end())
        end = match.end()
        found = line, match[match.lastindex or 0]
        if found not in seen:
            seen.add(found)
            yield found
