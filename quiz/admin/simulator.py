"""The simulator in the admin: the result of any answers, and how much text there is for each position on the plane."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from quiz.admin.text_coverage import (
    MIN_FINDINGS,
    MIN_INSIGHT_WORDS,
    MIN_REGION_WORDS,
    answers_at,
    coverage_grid,
    facet_sides,
    grid_values,
)
from quiz.instrument.types import ANXIETY, AVOIDANCE, Instrument
from quiz.instrument_cache import instrument_with_links
from quiz.models import Result
from quiz.result_page import result_context
from quiz.scoring import Point, answers_still_needed


class PointForm(forms.Form):
    """A position on the plane. The answers are for the first of the relations."""

    def __init__(self, instrument: Instrument, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, auto_id="point_%s")
        self.instrument = instrument
        lowest, highest = instrument.scale.lowest, instrument.scale.highest
        for key in (ANXIETY, AVOIDANCE):
            self.fields[key] = forms.FloatField(
                label=f"{instrument.dimensions[key].name}, from {lowest} to {highest}",
                min_value=lowest,
                max_value=highest,
                error_messages=same_for_all_errors(
                    f"Please give a number from {lowest} to {highest}, such as {instrument.scale.middle:g}."
                ),
            )

    @property
    def relation(self) -> str:
        return self.instrument.relations[0].key

    @property
    def answers(self) -> dict[str, int]:
        return answers_at(self.instrument, Point(self.cleaned_data[ANXIETY], self.cleaned_data[AVOIDANCE]))


class TypedAnswersForm(forms.Form):
    """Typed answers to the statements. As many may be left out as in the quiz."""

    def __init__(self, instrument: Instrument, data: Mapping[str, Any] | None, initial: Mapping[str, int]) -> None:
        super().__init__(data, auto_id="typed_%s", initial=dict(initial))
        self.instrument = instrument
        self.fields["relation"] = forms.ChoiceField(
            label="Whom the visitor has in mind",
            choices=[(one.key, one.text) for one in instrument.relations],
        )
        lowest, highest = instrument.scale.lowest, instrument.scale.highest
        for item in instrument.items:
            self.fields[item.key] = forms.IntegerField(
                label=item.text,
                required=False,
                min_value=lowest,
                max_value=highest,
                error_messages=same_for_all_errors(f"Please give a whole number from {lowest} to {highest}."),
            )

    @property
    def relation(self) -> str:
        return str(self.cleaned_data["relation"])

    @property
    def answers(self) -> dict[str, int]:
        given = {item.key: self.cleaned_data.get(item.key) for item in self.instrument.items}
        return {key: answer for key, answer in given.items() if answer is not None}

    def clean(self) -> dict[str, Any]:
        for key in answers_still_needed(self.instrument.items, self.answers):
            if key not in self.errors:
                self.add_error(key, "Please give a number: too many are left out.")
        return self.cleaned_data


def same_for_all_errors(message: str) -> dict[str, str]:
    return dict.fromkeys(("required", "invalid", "min_value", "max_value"), message)


class SimulatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes its model by registration only
    """Adds the simulator to the admin of instruments. It uses the saved text, also of a draft."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.simulator_view)
        return [path("<path:object_id>/simulator/", view, name="quiz_instrument_simulator"), *super().get_urls()]

    def simulator_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Shows the coverage and two forms; or the result, if the query has a position or answers.

        With `fill`, the form for answers holds those of the position.
        """
        document = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        revision = document.revisions.first() if document else None
        if revision is None:
            raise Http404
        now = timezone.now()
        instrument, titles = instrument_with_links(revision.source, now)
        context = {**self.admin_site.each_context(request), "opts": self.opts, "document": document, "title": f"Simulator: {document}"}
        if any(problem.is_error for problem in instrument.problems):
            return TemplateResponse(request, "admin/quiz/simulator_broken.html", context)
        point_form = PointForm(instrument, request.GET if ANXIETY in request.GET else None)
        initial = point_form.answers if "fill" in request.GET and point_form.is_valid() else {}
        answers_form = TypedAnswersForm(instrument, request.GET if "relation" in request.GET else None, initial=initial)
        for form in (point_form, answers_form):
            if form.is_valid() and not initial:
                result = Result(revision=revision, answers=form.answers, relation=form.relation, day=now.date())
                return render(request, "quiz/result.html", result_context(result, None, now))
        context |= {"point_form": point_form, "answers_form": answers_form, **coverage_context(instrument, titles)}
        return TemplateResponse(request, "admin/quiz/simulator.html", context)


def coverage_context(instrument: Instrument, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "instrument": instrument,
        "columns": grid_values(instrument.scale),
        "rows": coverage_grid(instrument, titles),
        "sides": facet_sides(instrument),
        "min_findings": MIN_FINDINGS,
        "min_region_words": MIN_REGION_WORDS,
        "min_insight_words": MIN_INSIGHT_WORDS,
    }
