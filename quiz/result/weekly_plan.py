"""A plan to take along: each week with what the guide's step says to do, as readers see it now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from guides.models import Guide
from guides.parts import Step
from guides.reader import mentioned
from quiz.result.breakdown import Week


@dataclass(frozen=True)
class PlanWeek:
    """A week with the whole of its step, and the guide that it stands in."""

    week: Week
    step: Step
    guide: str  # its title


def plan_weeks(weeks: Sequence[Week], now: datetime) -> list[PlanWeek]:
    """Those of the weeks whose step readers can open at this moment."""
    steps = steps_at([week.finding.insight.step for week in weeks], now)
    return [PlanWeek(week, *steps[week.finding.insight.step]) for week in weeks if week.finding.insight.step in steps]


def steps_at(addresses: Iterable[str], now: datetime) -> dict[str, tuple[Step, str]]:
    """All steps of the guides that the addresses lead into, by their own addresses."""
    guides = Guide.objects.published(now).filter(slug__in={slug for address in addresses for slug in mentioned(address)})
    pages = ((guide.get_absolute_url(), guide.page(now)[0]) for guide in guides)
    return {f"{address}#{step.anchor}": (step, parts.title) for address, parts in pages for step in parts.steps}
