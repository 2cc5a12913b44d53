"""Parses and checks content/helplines.yaml. Pure: no Django, no database, and no exception for any text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from documents.text.fields import Fields
from documents.text.problems import Problem
from documents.text.source import check_yaml
from documents.text.strict_yaml import Node, read_yaml

# A wrong number is worse than none, because someone in need may try only once. Numbers change within a few years (lists on the web
# still have dead ones), so each is shown for one year after it was compared with the service's own page.
SHOWN_FOR = timedelta(days=365)
NOTICE_PERIOD = timedelta(days=30)  # the check warns this long before a number leaves the page


class Scope(StrEnum):
    EMERGENCY = "emergency"
    CRISIS = "crisis"
    ABUSE = "abuse"
    DIRECTORY = "directory"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Scope.EMERGENCY: "Danger right now",
    Scope.CRISIS: "For any crisis",
    Scope.ABUSE: "For abuse, or fear of someone",
    Scope.DIRECTORY: "Finds a helpline near you",
}


@dataclass(frozen=True)
class Country:
    code: str  # lower case; also the anchor on the page
    name: str


@dataclass(frozen=True)
class Contact:
    """One way to reach a helpline, as a link."""

    label: str
    href: str


@dataclass(frozen=True)
class Helpline:
    country: Country
    name: str
    scope: Scope
    contacts: tuple[Contact, ...]
    hours: str
    note: str
    verified: date | None
    line: int  # where the entry begins in the file


def parse(text: str) -> tuple[tuple[Helpline, ...], tuple[Problem, ...]]:
    """Returns the valid entries in the order of the file, and the problems of the others."""
    root, problems = read_yaml(text)
    problems += dict.fromkeys(check_yaml(text.removeprefix("\ufeff"), root))
    if problems and not root.value:
        return (), tuple(problems)
    found: list[Helpline] = []
    codes: set[str] = set()
    for node in mappings(root, "a list of countries", problems):
        country, entries = read_country(node, codes, problems)
        codes.add(country.code)
        found += [helpline for entry in entries if (helpline := read_helpline(entry, country, problems))]
    return tuple(found), tuple(sorted(problems))


def mappings(node: Node, what: str, problems: list[Problem]) -> Iterator[Node]:
    """Yields the mappings in a list, and adds a problem for every other item."""
    if not isinstance(node.value, tuple):
        problems.append(Problem(node.line, "helplines-broken", f'Here has to be {what}. Begin each with "- ".'))
        return
    for item in node.value:
        if isinstance(item.value, dict):
            yield item
        else:
            message = f'This entry has no keys. Write lines such as "name: ..." to make {what}.'
            problems.append(Problem(item.line, "helplines-broken", message))


def read_country(node: Node, taken: set[str], problems: list[Problem]) -> tuple[Country, list[Node]]:
    fields = fields_of(node)
    country = Country(fields.required("country"), fields.required("name"))
    if country.code and not re.fullmatch("[a-z]{2,10}", country.code):
        fields.reject("country", f'is "{country.code}" and has to be a country\'s code in small letters, such as us')
    if country.code and country.code in taken:
        fields.reject("country", f'is "{country.code}" a second time. Put its helplines into one list')
    helplines = fields.find("helplines")
    problems += fields.all_problems()
    return country, list(mappings(helplines or Node(node.line, ""), "a list of helplines", problems))


def read_helpline(node: Node, country: Country, problems: list[Problem]) -> Helpline | None:
    fields = fields_of(node)
    fields.required("scope")  # reports a missing one; `choice` reports an unknown one
    scope = fields.choice("scope", Scope)
    name = fields.required("name")
    contacts = tuple(read_contacts(fields))
    if not contacts:
        message = "This helpline can't be reached. Add a line with call, text or web."
        fields.problems.append(Problem(node.line, "key-missing", message))
    hours, note, verified = fields.text("hours"), fields.text("note"), fields.day("verified")
    found = fields.all_problems()
    problems += found
    if found or scope is None:
        return None
    return Helpline(country, name, scope, contacts, hours, note, verified, node.line)


def fields_of(node: Node) -> Fields:
    return Fields(node.value if isinstance(node.value, dict) else {}, node.line)


def read_contacts(fields: Fields) -> Iterator[Contact]:
    for number in fields.texts("call"):
        yield Contact(f"Call {number}", f"tel:{dial_string(fields, 'call', number)}")
    word, number = fields.text("word"), fields.text("text")
    if number:
        label = f"Text {word} to {number}" if word else f"Text {number}"
        yield Contact(label, f"sms:{dial_string(fields, 'text', number)}")
    web = fields.text("web")
    if web:
        if not re.fullmatch(r"https://[a-z0-9.-]+(/\S*)?", web):
            fields.reject("web", f'is "{web}" and has to be an address that begins with https://')
        yield Contact(f"Visit {web.removeprefix('https://').rstrip('/')}", web)


def dial_string(fields: Fields, key: str, number: str) -> str:
    """Returns the number without the spaces and hyphens that make it readable."""
    if not re.fullmatch(r"\+?[0-9][0-9 -]+", number):
        fields.reject(key, f'has "{number}", and a number is made of digits, spaces and hyphens')
    return re.sub("[ -]", "", number)


def visible(helplines: Iterable[Helpline], today: date) -> list[Helpline]:
    """Returns the entries that readers see today: those verified within SHOWN_FOR."""
    return [helpline for helpline in helplines if helpline.verified and today <= helpline.verified + SHOWN_FOR]


def check(text: str, today: date) -> list[Problem]:
    """Returns the problems of the file, with those of numbers that were not verified in time."""
    helplines, problems = parse(text)
    unverified = (verification_problem(helpline, today) for helpline in helplines)
    return sorted([*problems, *(problem for problem in unverified if problem)])


def verification_problem(helpline: Helpline, today: date) -> Problem | None:
    who = f'"{helpline.name}" ({helpline.country.name})'
    todo = "Compare it with the service's own page and write today's date as verified."
    if helpline.verified is None:
        return Problem(helpline.line, "helpline-unverified", f"{who} was never checked, so it is not shown. {todo}")
    if helpline.verified > today:
        message = f"{who} was checked on {helpline.verified}, a day still to come. {todo}"
        return Problem(helpline.line, "helpline-unverified", message)
    last = helpline.verified + SHOWN_FOR
    if last < today:
        message = f"{who} was last checked on {helpline.verified}, so it is no longer shown. {todo}"
        return Problem(helpline.line, "helpline-overdue", message)
    if last < today + NOTICE_PERIOD:
        return Problem(helpline.line, "helpline-due", f"{who} leaves the page after {last}. {todo}")
    return None
