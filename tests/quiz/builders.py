"""Quizzes of any size that pass the check, and what tests of results compute and parse more than once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean, variance

from documents.text.html import Html
from quiz import scoring
from quiz.instrument.types import Insight, Instrument, Side
from quiz.result.breakdown import Finding, PlanEntry
from quiz.statistics import figures
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
    """A quiz with these statements' numbers for each facet, every other one reversed."""
    norms = norms or {"anxiety": NORM, "avoidance": NORM}
    sentences = iter(sentence(5 * 10**8 + number) for number in range(10**6))
    items = [
        f"- {facet}-{number}{' (reversed)' if index % 2 else ''}: {next(sentences)}"
        for facet in facets
        for index, number in enumerate(statements)
    ]
    parts = {
        "Whom do you have in mind?": [f"- {key}: somebody I know as {index}" for index, key in enumerate(relations)],
        "Statements": items,
        "Where you stand": [
            f"### Region {region} {{#{region}}}\n{next(sentences)}\n"
            for region in ("secure", "anxious", "dismissive", "fearful", "between")
        ],
        "What sets you off": [insight_text(facet, side, sentences, TRIGGER) for facet in facets for side in ("high", "low")],
        "What you are good at": [insight_text(facet, side, sentences, STRENGTH) for facet in facets for side in ("high", "low")],
        "Limits": [f"- {next(sentences)}"],
    }
    body = "\n".join(f"\n## {title}\n" + "\n".join(lines) for title, lines in parts.items())
    return f"---\n{front_matter(scale, norms, correlation, facets)}---\n{next(sentences)}\n{body}\n"


TRIGGER = ("Feels like", "Protects", "Helps")
STRENGTH = ("Looks like", "Worth", "Build on it")


def insight_text(facet, side, sentences, labels):
    lines = "".join(f"- {label}: {next(sentences)}\n" for label in labels)
    return f"### {facet.capitalize()} is {side} {labels[0]}\n- Facet: {facet}, {side}\n{lines}- Step: /guides/anxious/#name-alarm\n"


def front_matter(scale, norms, correlation, facets):
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


def alpha_of(quiz: Instrument, dimension: str, people: Sequence[Mapping[str, int]]) -> float:
    """Coefficient alpha of a dimension in a sample of answers to every statement."""
    items = quiz.dimension_items(dimension)
    rows = [[scoring.keyed_answer(item, answers[item.key], quiz.scale) for item in items] for answers in people]
    alpha = figures.alpha([variance(column) for column in zip(*rows, strict=True)], variance([fmean(row) for row in rows]))
    assert alpha is not None
    return alpha
