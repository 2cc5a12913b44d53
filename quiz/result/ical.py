"""A plan as a calendar file, one quiet all-day entry a week (iCalendar, RFC 5545; numbers name its sections). Pure: no Django."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import NAMESPACE_URL, uuid5

from quiz.result.breakdown import Week

LONGEST = 75  # octets of a line, its break left out (3.1)
LINE_BREAK = "\r\n"
# A raised number leads to a source, and there are none here. What has no end goes to the end of the text: so none is looked for twice.
MARKUP = re.compile(r"<sup>.*?(?:</sup>|\Z)|<[^>]*+>?", re.DOTALL)
ESCAPES = {"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"}


def written(weeks: Sequence[Week], origin: str, now: datetime) -> str:
    """The file. The first week begins on the day after `now`; addresses of steps begin with `origin`, such as https://example.org."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Safe Haven//Small steps//EN",
        *(line for week in weeks for line in event(week, len(weeks), origin, now)),
        "END:VCALENDAR",
    ]
    return "".join(folded(line) + LINE_BREAK for line in lines)


def event(week: Week, weeks: int, origin: str, now: datetime) -> Iterator[str]:
    """An event of one day, for it has no end (3.6.1). Its title tells nothing: calendars are shared, and show on locked screens."""
    day = f"{now.date() + timedelta(days=1, weeks=week.number - 1):%Y%m%d}"
    step = origin + week.finding.insight.step
    told = "\n\n".join((week.finding.step_title, plain(week.finding.insight.helps), step))
    yield "BEGIN:VEVENT"
    yield f"UID:{uuid5(NAMESPACE_URL, f'{step} {week.number} {day}')}"  # the same each time, so that a second import replaces it (3.8.4.7)
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day}"
    yield f"SUMMARY:{escaped(f'Small step {week.number} of {weeks}')}"
    yield f"DESCRIPTION:{escaped(told)}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"  # the day stays free (3.8.2.7)
    yield "END:VEVENT"


def plain(html: str) -> str:
    """What a reader sees of our HTML, in one line and without the numbers of sources."""
    return " ".join(unescape(MARKUP.sub("", html)).split())


def escaped(text: str) -> str:
    """As a value of type TEXT (3.3.11)."""
    return "".join(ESCAPES.get(character, character) for character in text)


def folded(line: str) -> str:
    """Broken into lines that are short enough, the later ones beginning with a space (3.1). No character is cut apart."""
    lines, octets = [""], 0
    for character in line:
        octets += len(character.encode())
        if octets > LONGEST:
            lines.append(" ")
            octets = 1 + len(character.encode())
        lines[-1] += character
    return LINE_BREAK.join(lines)
