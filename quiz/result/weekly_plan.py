"""The weeks of a plan with the contents of their steps in the guides. Pure: no Django."""

from collections.abc import Iterable
from dataclasses import dataclass

from guides.parts import Parts, Step, step_address
from quiz.result.breakdown import PlanEntry


@dataclass(frozen=True)
class PlanWeek:
    """An entry of the plan with its step and the title of the step's guide."""

    entry: PlanEntry
    step: Step
    guide_title: str


def plan_weeks(plan: Iterable[PlanEntry], guides: Iterable[Parts]) -> list[PlanWeek]:
    """Returns the weeks of the plan whose steps are in one of `guides`."""
    steps = {step_address(guide.slug, step.anchor): (step, guide.title) for guide in guides for step in guide.steps}
    return [PlanWeek(entry, *steps[entry.step_address]) for entry in plan if entry.step_address in steps]
