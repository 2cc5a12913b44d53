"""planning_figures: prints the norms of both dimensions from the kept results, as front matter for the next version of a quiz."""

import math
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from quiz.instrument.limits import MAX_RELIABILITY, MIN_RELIABILITY, max_correlation
from quiz.instrument_cache import instrument_with_links
from quiz.models import Instrument
from quiz.statistics.figures import MIN_CELL, MIN_FOR_PLANNING, DimensionFigures, Figures
from quiz.statistics.queries import published_figures


class Command(BaseCommand):
    help = (
        "Prints mean, sd and reliability of both dimensions and their correlation from the kept results, as YAML for a quiz's front matter."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="?", help="the quiz's slug (the quiz that visitors get)")
        parser.add_argument(
            "--anyway", action="store_true", help=f"print them from fewer than {MIN_FOR_PLANNING} results, if nothing else can be had"
        )

    def handle(self, *, slug: str | None, anyway: bool, **options: Any) -> None:
        now = timezone.now()
        instrument, _ = instrument_with_links(self.source(slug, now), now)
        figures = published_figures(instrument, now.date())
        if figures is None:
            raise CommandError(f"Under {MIN_CELL} results answer these statements in full. That is too few for any figure.")
        if not (figures.suffice_for_planning or anyway):
            raise CommandError(
                f"{figures.number} results answer these statements in full, and planning values should rest on {MIN_FOR_PLANNING}: "
                "with fewer, mean, sd and reliability may still move a good deal. Wait for more. If nothing else can be had, print them "
                "with --anyway."
            )
        self.stdout.write(front_matter(figures, now.date()))

    def source(self, slug: str | None, now: datetime) -> str:
        found = Instrument.objects.filter(slug=slug).first() if slug else Instrument.objects.current_revision(now)
        if found:
            return found.source
        known = ", ".join(Instrument.objects.order_by("slug").values_list("slug", flat=True)) or "none"
        wrong = f'No quiz has the slug "{slug}".' if slug else "No quiz is published."
        raise CommandError(f"{wrong} Name one by its slug. Slugs are: {known}.")


def front_matter(figures: Figures, today: date) -> str:
    dimensions = {found.dimension.key: norm_values(found) for found in figures.dimensions}
    correlation = round(figures.correlation or 0, 2)
    maximum = max_correlation(values["reliability"] for values in dimensions.values())
    if abs(correlation) > maximum:
        raise CommandError(
            f"The two scales correlate at {correlation}, and {maximum} is the most: they measure one thing. No figures can be planned with."
        )
    values = yaml.safe_dump({"dimensions": dimensions, "correlation": correlation}, sort_keys=False, allow_unicode=True, width=math.inf)
    return f'# From {figures.number} kept results, {today.day} {today:%B %Y}. Say so in "planning", too.\n{values}'


def norm_values(found: DimensionFigures) -> dict[str, Any]:
    reliability = round(found.alpha or 0, 2)
    if not MIN_RELIABILITY <= reliability <= MAX_RELIABILITY:
        raise CommandError(
            f"Alpha of {found.dimension.name} is {reliability}: as a scale its statements don't hold together, so no error of measurement "
            "follows. Look at the answers to each of them in the admin: one may be keyed the wrong way round."
        )
    about = {"name": found.dimension.name, "about": found.dimension.about}
    return {**about, "mean": round(found.mean, 2), "sd": round(found.sd, 2), "reliability": reliability}
