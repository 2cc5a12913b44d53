"""Guides in Django admin: who may do what, lists, the form's page, history."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any, NamedTuple, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from documents.models import Revision
from guides.forms import GuideForm
from guides.models import PUBLISH, Guide
from guides.styles import NO_STYLE, STYLES

admin.site.site_header = admin.site.site_title = "Safe Haven"
admin.site.index_title = "Editing"
admin.site.enable_nav_sidebar = False  # editor and preview need the width

Fieldsets = tuple[tuple[str | None, Any], ...]
SIGNS = {"+": "added", "-": "removed", "@": "place"}


class StyleFilter(admin.SimpleListFilter):
    """By the styles' names as readers see them."""

    title = "style"
    parameter_name = "style"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((str(style), about.name) for style, about in STYLES.items()), ("none", NO_STYLE.name)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Guide]) -> QuerySet[Guide]:
        wanted = self.value()
        return queryset.filter(style="" if wanted == "none" else wanted) if wanted else queryset


class Change(NamedTuple):
    """A line of the difference between two texts; `kind` is added, removed, place or same."""

    kind: str
    line: str


@admin.register(Guide)
class GuideAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes its model by registration only
    form = GuideForm
    list_display = ("title", "style_name", "state_name", "publish_at", "reviewed", "next_review", "on_site")
    list_filter = ("state", StyleFilter)
    search_fields = ("title",)
    prepopulated_fields = {"slug": ("title",)}
    change_form_template = "admin/guides/guide/change_form.html"
    save_on_top = True

    # Who may do what

    def has_change_permission(self, request: HttpRequest, obj: Guide | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        if request.method == "POST":
            return may  # the form refuses, and gives back what was typed
        return may and (obj is None or obj.state == Guide.State.DRAFT or may_publish(request))

    def has_delete_permission(self, request: HttpRequest, obj: Guide | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Guide | None = None) -> tuple[str, ...]:
        return () if may_publish(request) else ("state", "publish_at")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Guide]:
        online = Guide.objects.published(timezone.now()).filter(pk=OuterRef("pk"))
        guides: QuerySet[Guide] = super().get_queryset(request)
        return guides.annotate(online=Exists(online)).defer("anchors", "fingerprints")

    @admin.display(description="style", ordering="style")
    def style_name(self, guide: Guide) -> str:
        return guide.get_style_display()

    @admin.display(description="state", ordering="state")
    def state_name(self, guide: Guide) -> str:
        return str(guide.get_state_display()).partition(":")[0]

    @admin.display(description="for readers")
    def on_site(self, guide: Guide) -> str:
        address = self.get_view_on_site_url(guide)
        return format_html('<a href="{}">View on site</a>', address) if address else "Hidden"

    def get_view_on_site_url(self, obj: Guide | None = None) -> str | None:
        return obj.get_absolute_url() if getattr(obj, "online", False) and obj else None

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Guide | None = None) -> Fieldsets:
        about = ("title", "slug", "summary", "style", ("reviewed", "next_review"), "authors", "related")
        rule = None if may_publish(request) else "You may write and change drafts. Somebody who may publish does the rest."
        return (
            (None, {"fields": about}),
            ("Publishing", {"fields": ("state", "publish_at"), "description": rule}),
            ("Text", {"fields": ("body",), "classes": ("writing",)}),
        )

    def get_form(self, request: HttpRequest, obj: Guide | None = None, change: bool = False, **options: Any) -> type[GuideForm]:
        """The other fields are the form's own: their columns are derived from the text."""
        form = cast("type[GuideForm]", super().get_form(request, obj, change, **{**options, "fields": GuideForm.Meta.fields}))
        form.user, form.shown = cast("User", request.user), asked_revision(request, obj)
        return form

    def authors(self, guide: Guide) -> str:
        return str(GuideForm(instance=guide).initial["authors"])

    def related(self, guide: Guide) -> str:
        return str(GuideForm(instance=guide).initial["related"])

    @admin.display(description="text")
    def body(self, guide: Guide) -> str:
        return str(GuideForm(instance=guide).initial["body"])

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Guide | None = None,
    ) -> HttpResponse:
        form: GuideForm = context["adminform"].form
        context["shown"] = form.shown
        if obj and request.method == "GET":
            context["places"] = list(form.places_in(form.shown.source if form.shown else obj.source))
            context["out_of_reach"] = super().has_change_permission(request, obj) and not self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Guide, form: GuideForm, change: bool) -> None:
        obj.rewrite(form.source, by=form.user, now=timezone.now(), note=form.note)
        if "_continue" not in request.POST:  # the form's page shows them by itself
            for place in form.warnings:
                messages.warning(request, str(place))

    # History

    def get_urls(self) -> list[URLPattern]:
        revision = self.admin_site.admin_view(self.revision_view)
        return [
            path("<path:object_id>/revisions/<int:number>/", revision, name="guides_guide_revision"),
            *super().get_urls(),
        ]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        guide = self.get_object(request, unquote(object_id))
        revisions = guide.revisions.select_related("made_by").defer("source") if guide else ()
        return super().history_view(request, object_id, {**(extra_context or {}), "revisions": revisions})

    def revision_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        guide = self.get_object(request, unquote(object_id))
        revision = get_object_or_404(Revision, document=guide, number=number)
        before = Revision.objects.filter(document=guide, number__lt=number).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Revision {number}: {guide}",
            "guide": guide,
            "revision": revision,
            "before": before,
            "changes": list(changes(before, revision)) if before else [],
            "may_change": self.has_change_permission(request, guide),
        }
        return TemplateResponse(request, "admin/guides/guide/revision.html", context)


def may_publish(request: HttpRequest) -> bool:
    return request.user.has_perm(PUBLISH)


def asked_revision(request: HttpRequest, guide: Guide | None) -> Revision | None:
    """The revision that `?revision=` puts into the editor. Only to begin with: what is sent is compared with the guide."""
    number = request.GET.get("revision", "")
    if guide is None or request.method != "GET" or not number.isdecimal():
        return None
    return Revision.objects.filter(document=guide, number=int(number)).first()


def changes(old: Revision, new: Revision) -> Iterator[Change]:
    lines = list(unified_diff(old.source.split("\n"), new.source.split("\n"), lineterm=""))
    return (Change(SIGNS.get(line[0], "same"), line) for line in lines[2:])  # the first two name files
