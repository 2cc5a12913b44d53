"""Kept results in the admin: their statistics, and no single result."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from quiz.instrument_cache import instrument_with_links
from quiz.models import Instrument, Result
from quiz.statistics.figures import MIN_CELL, MIN_FOR_PLANNING
from quiz.statistics.queries import published_figures


@admin.register(Result)
class ResultAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes its model by registration only
    """Shows statistics only: results can't be listed, opened, changed or deleted here."""

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(self.changelist_view), name="quiz_result_changelist")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Result | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Result | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        current = Instrument.objects.current_revision(now)
        instrument = instrument_with_links(current.source, now)[0] if current else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "What the results say in totals",
            "instrument": instrument,
            "figures": published_figures(instrument, now.date()) if instrument else None,
            "choices": instrument.scale.choices if instrument else (),
            "min_cell": MIN_CELL,
            "min_for_planning": MIN_FOR_PLANNING,
        }
        return TemplateResponse(request, "admin/quiz/results.html", context)
