"""The weeks of a plan with the contents of their steps in the guides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from guides.models import Guide
from guides.parts import Step
from guides.reader import linked_slugs
from quiz.result.breakdown import PlanEntry


@dataclass(frozen=True)
class PlanWeek:
    """An entry of the plan with its step and the title of the step's guide."""

    entry: PlanEntry
    step: Step
    guide_title: str


def plan_weeks(plan: Sequence[PlanEntry], now: datetime) -> list[PlanWeek]:
    """The weeks of the plan whose steps readers can open at `now`."""
    steps = published_steps([entry.finding.insight.step for entry in plan], now)
    return [PlanWeek(entry, *steps[entry.finding.insight.step]) for entry in plan if entry.finding.insight.step in steps]


def published_steps(addresses: Iterable[str], now: datetime) -> dict[str, tuple[Step, str]]:
    """All steps of the guides that the addresses link to, each with its guide's title, by their own addresses."""
    guides = Guide.objects.published(now).filter(slug__in={slug for address in addresses for slug in linked_slugs(address)})
    pages = ((guide.get_absolute_url(), guide.parts_and_related(now)[0]) for guide in guides)
    return {f"{address}#{step.anchor}": (step, parts.title) for address, parts in pages for step in parts.steps}
