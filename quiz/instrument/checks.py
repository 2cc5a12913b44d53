"""Checks of a quiz as a whole: its items, their balance and weight, and the texts for each facet and side."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from documents.text.library import MAX_NAMED_ANCHORS
from documents.text.problems import Problem
from documents.text.sentences import truncate
from quiz.instrument.limits import check_size
from quiz.instrument.lines import check_keys
from quiz.instrument.types import STYLES, Instrument, Item, Side
from quiz.scoring import MOST_MISSING


def check_instrument(instrument: Instrument) -> Iterator[Problem]:
    """What a quiz has to be as a whole: balanced keys, and a text for every place that a taker can stand at."""
    yield from check_keys("relations", ((one.key, one.line) for one in instrument.relations))
    yield from check_keys("statements", ((one.key, one.line) for one in instrument.items))
    yield from check_items(instrument)
    yield from check_balance(instrument)
    yield from check_weight(instrument)
    yield from check_insights(instrument)
    for style in STYLES:
        if not instrument.styles.get(style):
            said = f'No text stands under "### ... {{#{style}}}", so some takers would read nothing. Write it under "Where you stand".'
            yield Problem(1, "part-missing", said)


def check_items(instrument: Instrument) -> Iterator[Problem]:
    for item in instrument.items:
        if item.facet not in instrument.facets:
            said = f'"{item.facet}" is not among the facets. {facets_named(instrument.facets)}'
            yield Problem(item.line, "facet-unknown", said)
    if instrument.items and (said := check_size(len(instrument.items), instrument.scale)):
        yield Problem(instrument.items[0].line, "value-wrong", said)


def facets_named(facets: Collection[str]) -> str:
    if len(facets) > MAX_NAMED_ANCHORS:
        return f"There are {len(facets)} facets. Use one of them."
    return f"Facets are: {', '.join(map(truncate, facets))}."


def check_balance(instrument: Instrument) -> Iterator[Problem]:
    """As many items agree with a facet, and with a dimension, as disagree; one more where the number is odd."""
    for facet in instrument.facets.values():
        yield from uneven(facet.name, instrument.items_of(facet.key), len(instrument.items_of(facet.key)) % 2)
    for dimension in instrument.dimensions.values():
        yield from uneven(dimension.name, instrument.items_in(dimension.key), len(instrument.items_in(dimension.key)) % 2)


def check_weight(instrument: Instrument) -> Iterator[Problem]:
    """Whoever leaves out as much as may be missing has still answered something on each dimension."""
    for dimension in instrument.dimensions.values():
        items = instrument.items_in(dimension.key)
        if 0 < len(items) <= MOST_MISSING * len(instrument.items):
            said = f'"{dimension.name}" has {len(items)} of {len(instrument.items)} statements, too few to be scored. Add some.'
            yield Problem(items[0].line, "keys-unbalanced", said)


def uneven(name: str, items: Sequence[Item], most: int) -> Iterator[Problem]:
    turned = sum(item.is_reversed for item in items)
    if not items:
        yield Problem(1, "keys-unbalanced", f'"{name}" has no statements. Add some, as many of them reversed as not.')
    elif abs(len(items) - 2 * turned) > most:
        said = f'"{name}" has {len(items) - turned} statements and {turned} reversed ones. Turn some round, so that both are as many.'
        yield Problem(items[0].line, "keys-unbalanced", said)


def check_insights(instrument: Instrument) -> Iterator[Problem]:
    for what, insights in (("trigger", instrument.triggers), ("strength", instrument.strengths)):
        there = Counter((insight.facet, insight.side) for insight in insights)
        for facet in instrument.facets:
            for side in Side:
                if not there[facet, side]:
                    said = f'No {what} is for "{facet}, {side}", so some takers would read nothing about it. Write one.'
                    yield Problem(1, "side-without-text", said)
        for insight in insights:
            if insight.facet not in instrument.facets:
                said = f'"{insight.facet}" is not among the facets. {facets_named(instrument.facets)}'
                yield Problem(insight.line, "facet-unknown", said)
