"""Quizzes in the admin: list, form, preview, and deletion that kept results prevent."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import IntegrityError
from django.db.models import BooleanField, ExpressionWrapper, F, ProtectedError, Q
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html

from documents.admin.document_admin import DocumentAdmin
from documents.models import Document
from quiz.admin.forms import DIMENSION_KEYS, PLACEHOLDER_FRONT_MATTER, InstrumentForm
from quiz.admin.preview import findings_at_ends
from quiz.admin.simulator import SimulatorAdmin
from quiz.forms import AnswerForm
from quiz.instrument.types import ANXIETY, AVOIDANCE, REGION_TEXT_KEYS
from quiz.instrument_cache import instrument_with_links
from quiz.models import Instrument, Result
from quiz.submission import Submission

PROTECTED_RESULTS = (
    "results that visitors keep, which rest on its versions. Take the quiz back to draft instead: "
    "then visitors no longer get it, and those results can still be read"
)


def dimension_fields(key: str) -> tuple[str | tuple[str, ...], ...]:
    name, about, *figures = (f"dimensions__{key}__{part}" for part in DIMENSION_KEYS)
    return (name, about, tuple(figures))


@admin.register(Instrument)
class InstrumentAdmin(SimulatorAdmin, DocumentAdmin):
    form = InstrumentForm
    front_matter_fieldsets = (
        (None, {"fields": ("title", "slug", "summary", ("reviewed", "next_review"), "authors")}),
        ("Answers", {"fields": (("scale__from", "scale__to"), "scale__low", "scale__middle", "scale__high")}),
        ("Anxiety", {"fields": dimension_fields(ANXIETY)}),
        ("Avoidance", {"fields": dimension_fields(AVOIDANCE)}),
        ("Both scales", {"fields": ("correlation", "planning", "facets")}),
    )
    list_display = ("title", "state_name", "publish_at", "reviewed", "next_review", "on_site")
    list_filter = ("state",)
    actions = None  # deletion has a page of confirmation, which names protected results
    ordering = (F("publish_at").desc(nulls_last=True), "-pk")  # the one that visitors get comes first
    prepopulated_fields = {"slug": ("title",)}
    placeholder_front_matter = PLACEHOLDER_FRONT_MATTER
    preview_template = "admin/quiz/instrument/preview.html"

    def is_live(self, now: datetime) -> Combinable:
        """Visitors get one of the published quizzes, the current one."""
        current = Instrument.objects.current_revision(now)
        return ExpressionWrapper(Q(pk=current.document_id if current else None), BooleanField())

    @admin.display(description="for visitors")
    def on_site(self, document: Document) -> str:
        address = self.get_view_on_site_url(document)
        return format_html('<a href="{}">Visitors get this one</a>', address) if address else "No"

    def publishing_note(self, request: HttpRequest, obj: Document | None) -> str | None:
        if obj is None or obj.state == Document.State.DRAFT or not self.may_publish(request):
            return super().publishing_note(request, obj)
        return (
            "This quiz is published, and each save makes a new version. Whoever is answering now finishes with the version that they "
            "opened, and each result that is kept stays with its own."
        )

    def preview_context(self, document: Instrument) -> dict[str, Any]:
        instrument, titles = instrument_with_links(document.source, timezone.now())
        return {
            "instrument": instrument,
            "form": AnswerForm(Submission.blank(instrument)),
            "regions": [(instrument.region_titles[key], text) for key, text in instrument.region_texts.items() if key in REGION_TEXT_KEYS],
            "triggers": findings_at_ends(instrument, instrument.triggers, titles),
            "strengths": findings_at_ends(instrument, instrument.strengths, titles),
        }

    # Deletion

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Does not list the results: there may be many, and each shows its day."""
        if Result.objects.filter(revision__document__in=list(objs)).exists():
            return [str(quiz) for quiz in objs], {}, set(), [PROTECTED_RESULTS]
        return super().get_deleted_objects(objs, request)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except (ProtectedError, IntegrityError):  # a result was kept concurrently
            return redirect(request.path)
