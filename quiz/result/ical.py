"""The plan as a calendar file with an all-day event a week (iCalendar; numbers in brackets are sections of RFC 5545). Pure: no Django."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import NAMESPACE_URL, uuid5

from quiz.result.breakdown import PlanEntry

MAX_LINE = 75  # octets, without the line break (3.1)
LINE_BREAK = "\r\n"
# Superscripts are numbers of sources, which the file doesn't have. An unclosed tag extends to the end: this keeps matching linear.
MARKUP = re.compile(r"<sup>.*?(?:</sup>|\Z)|<[^>]*+>?", re.DOTALL)
ESCAPES = {"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"}


def to_ical(plan: Sequence[PlanEntry], origin: str, now: datetime) -> str:
    """Returns the text of the file. The first event is on the day after `now`. `origin` is the site's, such as https://example.org."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Safe Haven//Small steps//EN",
        *(line for entry in plan for line in event(entry, len(plan), origin, now)),
        "END:VCALENDAR",
    ]
    return "".join(fold(line) + LINE_BREAK for line in lines)


def event(entry: PlanEntry, weeks: int, origin: str, now: datetime) -> Iterator[str]:
    """Yields the lines of an event. Without DTEND it lasts a day (3.6.1). Its title says nothing private: others may see calendars."""
    day = f"{now.date() + timedelta(days=1, weeks=entry.week - 1):%Y%m%d}"
    step = origin + entry.step_address
    description = "\n\n".join((entry.finding.step_title, strip_markup(entry.finding.insight.helps), step))
    yield "BEGIN:VEVENT"
    # The same all day, so that importing again on that day replaces the event (3.8.4.7)
    yield f"UID:{uuid5(NAMESPACE_URL, f'{step} {entry.week} {day}')}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day}"
    yield f"SUMMARY:{escape(f'Small step {entry.week} of {weeks}')}"
    yield f"DESCRIPTION:{escape(description)}"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"  # does not block the day (3.8.2.7)
    yield "END:VEVENT"


def strip_markup(html: str) -> str:
    """Returns the text of our HTML in one line, without the numbers of sources."""
    return " ".join(unescape(MARKUP.sub("", html)).split())


def escape(text: str) -> str:
    """Escapes a value of type TEXT (3.3.11)."""
    return "".join(ESCAPES.get(character, character) for character in text)


def fold(line: str) -> str:
    """Folds a line into several of at most MAX_LINE octets, each continued with a space (3.1), without splitting a character."""
    lines, octets = [""], 0
    for character in line:
        octets += len(character.encode())
        if octets > MAX_LINE:
            lines.append(" ")
            octets = 1 + len(character.encode())
        lines[-1] += character
    return LINE_BREAK.join(lines)
