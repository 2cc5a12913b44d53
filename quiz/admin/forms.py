"""The form of a quiz in the admin: scale, dimensions and facets as fields, and the headings of a new quiz."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError

from documents.admin.forms import DocumentForm, LineListField, SlugField, nest
from documents.text.fields import Fields
from documents.text.strict_yaml import Value
from guides.parts import FACETS
from quiz.instrument.limits import MAX_ABOUT, MAX_NAME
from quiz.instrument.lines import FACET_KEY
from quiz.instrument.types import ANXIETY, AVOIDANCE, KIND
from quiz.models import Instrument

FACET_LINE = re.compile(rf"(?P<key>{FACET_KEY}): (?P<name>\S.*), (?P<dimension>{ANXIETY}|{AVOIDANCE})")
FACET_LINES = tuple(f"{key}: {name}, {dimension}" for key, (name, dimension) in FACETS.items())  # for a new quiz
DEFAULTS = {  # of a new quiz, by field
    "scale__from": "1",
    "scale__to": "7",
    "scale__low": "Not at all like me",
    "scale__middle": "In between",
    "scale__high": "Very much like me",
    "dimensions__anxiety__name": "Anxiety",
    "dimensions__avoidance__name": "Avoidance",
}
DIMENSION_KEYS = ("name", "about", "mean", "sd", "reliability")
# The check reports each gap in square brackets that is left.
BODY_TEMPLATE = """[insert two or three sentences: what is asked, how long it takes, and what comes out]

## Whom do you have in mind?
- friend: a close friend
- general: people close to me in general

## Statements
- alarm-1: [insert what somebody high on it would say of the last months]
- alarm-2 (reversed): [insert what somebody low on it would say]

## Where you stand
### Secure {#secure}
[insert what life low on both scales is like]

### Anxious {#anxious}
[insert what life high on anxiety alone is like]

### Dismissive-avoidant {#dismissive}
[insert what life high on avoidance alone is like]

### Fearful-avoidant {#fearful}
[insert what life high on both scales is like, and first where to turn for those who are in danger]

### Between {#between}
[insert what to make of answers that lie near the middle]

## What sets you off
### [insert a moment that sets somebody off]
- Facet: alarm, high
- Feels like: [insert what one notices in it]
- Protects: [insert what the feeling is good for]
- Helps: [insert one small thing to do]
- Step: /guides/anxious/#name-alarm

## What you are good at
### [insert a strength of somebody at this end]
- Facet: alarm, high
- Looks like: [insert how others can see it]
- Worth: [insert what it gives to them]
- Build on it: [insert one small thing to do]

## Limits
- [insert what these answers can't tell]
"""


class FacetsField(LineListField):
    """One facet per line: its key, its name, and its dimension."""

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]  # as in the base class
        lines = super().to_python(value)
        matches = [FACET_LINE.fullmatch(line) for line in lines]
        messages = [
            f"“{line}” can’t be read. Write it like this: {FACET_LINES[0]}"
            for line, match in zip(lines, matches, strict=True)
            if match is None
        ]
        keys = Counter(match["key"] for match in matches if match)
        messages += [f"“{key}” stands {times} times. Give each facet its own key." for key, times in keys.items() if times > 1]
        if messages:
            raise ValidationError(messages)
        return lines


def parse_facets(lines: Iterable[str]) -> dict[str, Value]:
    """Returns the facets as front matter. Lines that can't be read are left out."""
    matches = (match for line in lines if (match := FACET_LINE.fullmatch(line)))
    return {match["key"]: {"name": match["name"], "dimension": match["dimension"]} for match in matches}


def name_field(label: str, if_missing: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, widget=AdminTextInputWidget, max_length=MAX_NAME, error_messages={"required": if_missing}, **options
    )


def text_field(label: str, if_missing: str, rows: int, **options: Any) -> forms.CharField:
    widget = AdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, widget=widget, max_length=MAX_ABOUT, error_messages={"required": if_missing}, **options)


def number_field(label: str, example: str) -> forms.CharField:
    """A number that is kept as typed, so that 0.80 stays 0.80. The check of the whole text validates it."""
    widget = AdminTextInputWidget(attrs={"inputmode": "decimal", "class": "vNumber"})
    messages = {"required": f"Give a number, such as {example}."}
    return forms.CharField(label=label, widget=widget, max_length=20, error_messages=messages)


class InstrumentForm(DocumentForm):
    kind = KIND
    keys = (
        *("title", "slug", "summary", "reviewed", "next_review", "authors"),
        *("scale__from", "scale__to", "scale__low", "scale__middle", "scale__high"),
        *(f"dimensions__{key}__{part}" for key in (ANXIETY, AVOIDANCE) for part in DIMENSION_KEYS),
        *("correlation", "planning", "facets"),
    )
    initial_values = {**DEFAULTS, "facets": FACET_LINES, "body": BODY_TEMPLATE}

    slug = SlugField(
        help_text="The name of its file. Visitors find the quiz at /quiz/, whatever its slug.",
        error_messages={"required": "Give the quiz a short name, such as “attachment”."},
    )
    scale__from = number_field("First number", "1")
    scale__to = number_field("Last number", "7")
    scale__low = name_field("What the first number says", "Say what the first number means.")
    scale__middle = name_field("What the middle says", "", required=False)
    scale__high = name_field("What the last number says", "Say what the last number means.")

    dimensions__anxiety__name = name_field("Name", "Say what the scale is called.")
    dimensions__anxiety__about = text_field("What it is", "Say in a reader’s words what a high score means.", 2)
    dimensions__anxiety__mean = number_field("Mean", "4.14")
    dimensions__anxiety__sd = number_field("Standard deviation", "1.21")
    dimensions__anxiety__reliability = number_field("Reliability", "0.84")

    dimensions__avoidance__name = name_field("Name", "Say what the scale is called.")
    dimensions__avoidance__about = text_field("What it is", "Say in a reader’s words what a high score means.", 2)
    dimensions__avoidance__mean = number_field("Mean", "3.35")
    dimensions__avoidance__sd = number_field("Standard deviation", "1.26")
    dimensions__avoidance__reliability = number_field("Reliability", "0.88")

    correlation = number_field("Correlation of the two", "-0.05")
    planning = text_field("Where the figures come from", "Say where the figures come from. Visitors read it below their result.", 3)
    facets = FacetsField(
        widget=AdminTextareaWidget(attrs={"rows": 6}),
        help_text=f"One a line, such as “{FACET_LINES[0]}”: the key that statements begin with, a name, and anxiety or avoidance.",
        error_messages={"required": f"Name the facets, one a line, such as “{FACET_LINES[0]}”."},
    )

    class Meta(DocumentForm.Meta):
        model = Instrument

    def initial_value(self, name: str, fields: Fields) -> Any:
        if name != "facets":
            return super().initial_value(name, fields)
        groups = {key: fields.group(name).group(key) for key in fields.group(name).nodes}
        return tuple(f"{key}: {group.text('name')}, {group.text('dimension')}" for key, group in groups.items())

    def front_matter_value(self, name: str, cleaned: Any) -> Value:
        if name != "facets":
            return super().front_matter_value(name, cleaned)
        return parse_facets(cleaned)


PLACEHOLDER_FRONT_MATTER = nest(  # for a preview before the first save
    {
        **DEFAULTS,
        "title": "New quiz",
        "slug": "new-quiz",
        "summary": "New quiz.",
        **{
            f"dimensions__{key}__{part}": value
            for key in (ANXIETY, AVOIDANCE)
            for part, value in (("about", "Not said yet."), ("mean", "4"), ("sd", "1"), ("reliability", "0.8"))
        },
        "correlation": "0",
        "planning": "Not said yet.",
        "facets": parse_facets(FACET_LINES),
    }
)
