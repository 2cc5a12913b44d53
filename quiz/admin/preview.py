"""A quiz's triggers and strengths for its editor: each as somebody reads it whose answers lie at that very end. Pure: no Django."""

from collections.abc import Iterable, Iterator, Mapping

from quiz import scoring
from quiz.instrument.types import Insight, Instrument, Side
from quiz.result.breakdown import Finding, findings


def as_read(instrument: Instrument, insights: Iterable[Insight], step_titles: Mapping[str, str]) -> Iterator[Finding]:
    """Those that some answer leads to: an insight of an unknown facet, or of one without statements, is read by nobody."""
    for insight in insights:
        yield from findings(instrument, (insight,), outermost(instrument, insight), step_titles)


def outermost(instrument: Instrument, insight: Insight) -> dict[str, int]:
    """The answers to the statements of an insight's facet that lie farthest on its side."""
    end = instrument.scale.highest if insight.side is Side.HIGH else instrument.scale.lowest
    return {item.key: round(scoring.keyed(item, end, instrument.scale)) for item in instrument.items_of(insight.facet)}
