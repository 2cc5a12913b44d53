"""The admin of guides."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from documents.admin.document_admin import DocumentAdmin
from guides.forms import GuideForm
from guides.models import Guide
from guides.styles import CHOICES, NO_STYLE


class StyleFilter(admin.SimpleListFilter):
    """Filters by style, and lists the styles under the names that readers see."""

    title = "style"
    parameter_name = "style"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*CHOICES, ("none", NO_STYLE.name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Guide]) -> QuerySet[Guide]:
        wanted = self.value()
        return queryset.filter(style="" if wanted == "none" else wanted) if wanted else queryset


@admin.register(Guide)
class GuideAdmin(DocumentAdmin):
    form = GuideForm
    front_matter_fieldsets = ((None, {"fields": ("title", "slug", "summary", "style", ("reviewed", "next_review"), "authors", "related")}),)
    list_display = ("title", "style_name", "state_name", "publish_at", "reviewed", "next_review", "on_site")
    list_filter = ("state", StyleFilter)
    prepopulated_fields = {"slug": ("title",)}
    placeholder_front_matter = {"title": "New guide", "slug": "new-guide", "summary": "New guide."}
    change_form_template = "admin/guides/guide/change_form.html"
    preview_template = "admin/guides/guide/preview.html"

    @admin.display(description="style", ordering="style")
    def style_name(self, guide: Guide) -> str:
        return guide.get_style_display()

    def preview_context(self, document: Guide) -> dict[str, Any]:
        parts, related = document.parts_and_related(timezone.now())
        return {"parts": parts, "related": related}
