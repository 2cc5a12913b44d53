"""Checks of a whole quiz: its items, the balance of their keying, and texts for every result. Pure: no Django.

What one line or one value decides is checked in `quiz.instrument.parser`: the front matter, lists and labels.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from documents.text.library import MAX_NAMED_ANCHORS
from documents.text.problems import Problem, truncate
from quiz.instrument.limits import size_problem
from quiz.instrument.lines import check_unique_keys
from quiz.instrument.types import REGION_TEXT_KEYS, Instrument, Item, Side
from quiz.scoring import MAX_MISSING


def check_instrument(instrument: Instrument) -> Iterator[Problem]:
    """Yields the problems that concern several parts of the quiz."""
    yield from check_unique_keys("relations", ((relation.key, relation.line) for relation in instrument.relations))
    yield from check_unique_keys("statements", ((item.key, item.line) for item in instrument.items))
    yield from check_items(instrument)
    yield from check_balance(instrument)
    yield from check_dimension_sizes(instrument)
    yield from check_insights(instrument)
    for key in REGION_TEXT_KEYS:
        if not instrument.region_texts.get(key):
            message = f'No text stands under "### ... {{#{key}}}", so some takers would read nothing. Write it under "Where you stand".'
            yield Problem(1, "part-missing", message)


def check_items(instrument: Instrument) -> Iterator[Problem]:
    for item in instrument.items:
        yield from check_facet(item.facet, instrument.facets, item.line)
    if instrument.items and (message := size_problem(len(instrument.items), instrument.scale)):
        yield Problem(instrument.items[0].line, "value-wrong", message)


def check_facet(facet: str, facets: Collection[str], line: int) -> Iterator[Problem]:
    if facet not in facets:
        several = f"There are {len(facets)} facets. Use one of them."
        hint = several if len(facets) > MAX_NAMED_ANCHORS else f"Facets are: {', '.join(map(truncate, facets))}."
        yield Problem(line, "facet-unknown", f'"{facet}" is not among the facets. {hint}')


def check_balance(instrument: Instrument) -> Iterator[Problem]:
    """Half of the items of a facet and of a dimension have to be reverse-keyed, rounded up or down."""
    for facet in instrument.facets.values():
        yield from check_keying(facet.name, instrument.facet_items(facet.key))
    for dimension in instrument.dimensions.values():
        yield from check_keying(dimension.name, instrument.dimension_items(dimension.key))


def check_dimension_sizes(instrument: Instrument) -> Iterator[Problem]:
    """A dimension needs more items than may be missing from all answers, so that it always has a score."""
    for dimension in instrument.dimensions.values():
        items = instrument.dimension_items(dimension.key)
        if 0 < len(items) <= MAX_MISSING * len(instrument.items):
            message = f'"{dimension.name}" has {len(items)} of {len(instrument.items)} statements, too few to be scored. Add some.'
            yield Problem(items[0].line, "keys-unbalanced", message)


def check_keying(name: str, items: Sequence[Item]) -> Iterator[Problem]:
    reverse_keyed = sum(item.is_reversed for item in items)
    if not items:
        yield Problem(1, "keys-unbalanced", f'"{name}" has no statements. Add some, as many of them reversed as not.')
    elif abs(len(items) - 2 * reverse_keyed) > len(items) % 2:
        message = (
            f'"{name}" has {len(items) - reverse_keyed} statements and {reverse_keyed} reversed ones. '
            "Turn some round, so that both are as many."
        )
        yield Problem(items[0].line, "keys-unbalanced", message)


def check_insights(instrument: Instrument) -> Iterator[Problem]:
    for noun, insights in (("trigger", instrument.triggers), ("strength", instrument.strengths)):
        counts = Counter((insight.facet, insight.side) for insight in insights)
        for facet in instrument.facets:
            for side in Side:
                if not counts[facet, side]:
                    message = f'No {noun} is for "{facet}, {side}", so some takers would read nothing about it. Write one.'
                    yield Problem(1, "side-without-text", message)
        for insight in insights:
            yield from check_facet(insight.facet, instrument.facets, insight.line)
