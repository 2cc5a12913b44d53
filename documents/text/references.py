"""The works that texts cite: parsed from CSL-JSON (citeproc-js, "CSL-JSON schema 1.0"), formatted in the style of APA 7."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from documents.text.characters import check_hidden
from documents.text.html import Html
from documents.text.problems import Problem

REFERENCES_FILE = "references.json"  # in the content folder
SOURCE_ID_PREFIX = "source-"  # of the ids in a list of sources
EVIDENCE = {
    "clinical": "a clinical handbook or report",
    "cross-sectional": "a study at one point in time",
    "experiment": "an experiment",
    "longitudinal": "a study over time",
    "measurement": "a study of how to measure",
    "meta-analysis": "many studies taken together",
    "review": "a review of what is known",
    "theory": "a theory or a model",
    "trial": "a controlled trial",
}


@dataclass(frozen=True)
class Reference:
    """A work that texts may cite."""

    key: str
    label: str  # such as "Feeney, 2007"
    text: Html  # the entry in a list of sources
    evidence: str  # its kind, in words for readers; "" where it is not known


@dataclass(frozen=True)
class Citation:
    """A work in a text's list of sources, which are numbered from 1 in the order of their first citation."""

    number: int
    reference: Reference

    @property
    def anchor(self) -> str:
        return f"{SOURCE_ID_PREFIX}{self.reference.key}"

    @property
    def text(self) -> Html:
        return self.reference.text

    @property
    def evidence(self) -> str:
        return self.reference.evidence


def read_references(text: str) -> tuple[dict[str, Reference], list[Problem]]:
    """Returns the works by key, and the problems of those that can't be parsed."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:  # Python refuses numbers of more than 4,300 digits with a ValueError
        line = getattr(error, "lineno", 1)
        return {}, [Problem(line, "text-unreadable", f"This is not JSON: {error}. Mend it, or take the last version that was.")]
    lines = lines_of_keys(text)
    references: dict[str, Reference] = {}
    problems = [*check_hidden(text, 1)]
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        try:
            reference = reference_of(item)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError) as error:
            key = item.get("id", number) if isinstance(item, dict) else number
            message = f"Work {key} can't be read ({type(error).__name__}: {error}). It needs id, author, title and issued."
            problems.append(Problem(lines.get(str(key), 1), "value-wrong", message))
            continue
        line = lines.get(reference.key, 1)
        if escaped := [*check_hidden(reference.text, line)]:  # a lone surrogate or a NUL, which Postgres refuses
            problems += escaped
            continue
        if reference.key in references:
            message = f'The key "{reference.key}" stands twice. Give one of the works another key.'
            problems.append(Problem(line, "key-repeated", message))
        references.setdefault(reference.key, reference)
    return references, [*dict.fromkeys(problems)]


def lines_of_keys(text: str) -> dict[str, int]:
    """Returns the line of each key, the first one if it is repeated."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for key in re.findall(r'"id":\s*"([^"]*)"', line):
            lines.setdefault(key, number)
    return lines


def reference_of(item: Mapping[str, Any]) -> Reference:
    """Raises KeyError, TypeError, AttributeError, IndexError, ValueError or OverflowError for an item that is not CSL-JSON."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", item["id"]):
        raise ValueError("a key has small letters, digits and hyphens only")
    year = int(item["issued"]["date-parts"][0][0])
    label = f"{short_names([family_name(author) for author in item['author']])}, {year}"
    return Reference(item["id"], label, Html(format_entry(item, year)), EVIDENCE.get(item.get("evidence", ""), ""))


def short_names(families: list[str]) -> str:
    return " and ".join(families) if len(families) < 3 else f"{families[0]} and others"


def format_entry(item: Mapping[str, Any], year: int) -> str:
    """Returns the entry in the style of APA 7: authors, year, title, container, and the DOI as a link."""
    edition = f" ({escape(ordinal(item['edition']))} ed.)" if "edition" in item else ""
    title = escape(item["title"]) + edition
    styled_title = title if "container-title" in item else f"<em>{title}</em>"
    parts = [
        f"{full_names(item['author'])} ({year}).",
        f"{styled_title}{'' if styled_title.endswith(('?', '?</em>')) else '.'}",
        *container_parts(item),
    ]
    if "DOI" in item:
        address = escape(f"https://doi.org/{item['DOI']}")
        parts.append(f'<a href="{address}">{address}</a>')
    return " ".join(parts)


def container_parts(item: Mapping[str, Any]) -> list[str]:
    """Returns journal or book, volume, issue, pages and publisher, as far as the work has them."""
    container = escape(item.get("container-title", ""))
    publisher = [f"{escape(item['publisher'])}."] if "publisher" in item else []
    pages = escape(item.get("page", "").replace("-", "–"))
    if not container:
        return publisher
    if item.get("type") == "chapter":
        editors = f"{full_names(item['editor'])} (Eds.), " if "editor" in item else ""
        return [f"In {editors}<em>{container}</em>{f' (pp. {pages})' if pages else ''}.", *publisher]
    issue = f"({escape(item['issue'])})" if "issue" in item else ""
    volume = f", <em>{escape(item['volume'])}</em>{issue}" if "volume" in item else ""
    number = f", {pages or escape(item.get('number', ''))}" if pages or "number" in item else ""
    return [f"<em>{container}</em>{volume}{number}.", *publisher]


def family_name(person: Mapping[str, str]) -> str:
    """Returns a person's family name, or the whole name of an organization."""
    return person["literal"] if "literal" in person else person["family"]


def full_names(people: list[Mapping[str, str]]) -> str:
    names = [
        escape(f"{family_name(person)}, {initials(person['given'])}" if "given" in person else family_name(person)) for person in people
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, &amp; {names[-1]}"


def initials(given: str) -> str:
    """Returns "B. C." for "Brooke C.", and "J.-L." for "Jean-Luc"."""
    return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in given.split())


def ordinal(edition: str) -> str:
    return {"1": "1st", "2": "2nd", "3": "3rd"}.get(str(edition), f"{edition}th")
