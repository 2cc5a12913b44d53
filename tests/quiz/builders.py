"""Quizzes for tests: real texts, small or large, that pass the check as an editor's would."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from documents.text.html import Html
from quiz.instrument.types import Insight, Side
from quiz.result.breakdown import Finding, PlanEntry
from tests.support.builders import sentence

FACETS = {"alarm": "anxiety", "distance": "avoidance"}
NORM = {"mean": "4", "sd": "1", "reliability": "0.8"}


def quiz_text(
    *,
    scale: tuple[str, str] = ("1", "7"),
    norms: Mapping[str, Mapping[str, str]] | None = None,
    correlation: str = "0",
    relations: Sequence[str] = ("friend", "general"),
    facets: Mapping[str, str] = FACETS,
    statements: Sequence[object] = ("1", "2"),
) -> str:
    """A quiz in which each facet has as many statements as there are numbers in `statements`, every other one reversed."""
    norms = norms or {"anxiety": NORM, "avoidance": NORM}
    said = iter(sentence(5 * 10**8 + number) for number in range(10**6))
    items = [
        f"- {facet}-{number}{' (reversed)' if place % 2 else ''}: {next(said)}"
        for facet in facets
        for place, number in enumerate(statements)
    ]
    parts = {
        "Whom do you have in mind?": [f"- {key}: somebody I know as {place}" for place, key in enumerate(relations)],
        "Statements": items,
        "Where you stand": [
            f"### Region {region} {{#{region}}}\n{next(said)}\n" for region in ("secure", "anxious", "dismissive", "fearful", "between")
        ],
        "What sets you off": [entry(facet, side, said, TRIGGER) for facet in facets for side in ("high", "low")],
        "What you are good at": [entry(facet, side, said, STRENGTH) for facet in facets for side in ("high", "low")],
        "Limits": [f"- {next(said)}"],
    }
    body = "\n".join(f"\n## {title}\n" + "\n".join(lines) for title, lines in parts.items())
    return f"---\n{front(scale, norms, correlation, facets)}---\n{next(said)}\n{body}\n"


TRIGGER = ("Feels like", "Protects", "Helps")
STRENGTH = ("Looks like", "Worth", "Build on it")


def entry(facet, side, said, labels):
    lines = "".join(f"- {label}: {next(said)}\n" for label in labels)
    return f"### {facet.capitalize()} is {side} {labels[0]}\n- Facet: {facet}, {side}\n{lines}- Step: /guides/anxious/#name-alarm\n"


def front(scale, norms, correlation, facets):
    dimensions = "".join(
        f"  {key}:\n    name: {key.capitalize()}\n    about: What {key} is.\n"
        + "".join(f"    {name}: {value}\n" for name, value in norm.items())
        for key, norm in norms.items()
    )
    names = "".join(f"  {key}:\n    name: Facet {key}\n    dimension: {dimension}\n" for key, dimension in facets.items())
    return (
        "title: A small quiz\nslug: small\nsummary: It asks a few things.\nreviewed: 2026-11-01\nnext_review: 2027-11-01\n"
        "authors: [Safe Haven]\n"
        f"scale:\n  from: {scale[0]}\n  to: {scale[1]}\n  low: Not at all\n  middle: So so\n  high: Very much\n"
        f"dimensions:\n{dimensions}correlation: {correlation}\nplanning: Made up for a test.\nfacets:\n{names}"
    )


INSIGHT = Insight(
    "A goodbye", "alarm", Side.HIGH, Html("like"), Html("worth"), Html("Breathe; then, wait."), "/guides/anxious/#name-alarm", 1
)


def plan_entry(week, **changes):
    return PlanEntry(week, Finding(replace(INSIGHT, **changes), (), "", "Call the alarm an alarm"))


def events(text):
    """Each event of a calendar file as its properties, parsed as RFC 5545, section 3.1, says."""
    blocks = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT\r\n", unfold(text), re.DOTALL)
    return [{name: unescape(value) for name, value in (line.split(":", 1) for line in block.splitlines())} for block in blocks]


def unfold(text):
    return text.replace("\r\n ", "")


def unescape(value):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)
