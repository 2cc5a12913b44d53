"""The triggers and strengths of a quiz as results show them, for the preview. Pure: no Django."""

from collections.abc import Iterable, Iterator, Mapping

from quiz import scoring
from quiz.instrument.types import Insight, Instrument, Side
from quiz.result.breakdown import Finding, findings


def findings_at_ends(instrument: Instrument, insights: Iterable[Insight], step_titles: Mapping[str, str]) -> Iterator[Finding]:
    """Yields each insight as a finding of the strongest answers for it. An insight for a facet without items is left out."""
    for insight in insights:
        yield from findings(instrument, (insight,), strongest_answers(instrument, insight), step_titles)


def strongest_answers(instrument: Instrument, insight: Insight) -> dict[str, int]:
    """Answers to the items of the insight's facet at the end of the scale on its side."""
    end = instrument.scale.highest if insight.side is Side.HIGH else instrument.scale.lowest
    return {item.key: round(scoring.keyed_answer(item, end, instrument.scale)) for item in instrument.facet_items(insight.facet)}
