"""Authored texts in Django admin, whatever their kind: who may do what, lists, the form's page, history."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from documents.admin.editor import EditorAdmin, number_in
from documents.admin.forms import DocumentForm, right_to_publish
from documents.models import Document, Revision

admin.site.site_header = admin.site.site_title = "Safe Haven"
admin.site.index_title = "Editing"
admin.site.enable_nav_sidebar = False  # editor and preview need the width

Fieldsets = tuple[tuple[str | None, Any], ...]
CONTEXT = 3  # lines that stay the same, around a change
MAX_COMPARED = 2_000  # lines; what compares them takes up to the cube of their number


class Change(NamedTuple):
    """A line of the difference between two texts; `kind` is added, removed, place or same."""

    kind: str
    line: str


class DocumentAdmin(EditorAdmin):
    """What the admin pages of all kinds have in common. A kind says with which form, and in which fieldsets."""

    about: ClassVar[Fieldsets]  # the fields that are keys of the front matter
    search_fields = ("title",)
    change_form_template = "admin/documents/change_form.html"
    change_list_template = "admin/documents/change_list.html"
    object_history_template = "admin/documents/object_history.html"
    save_on_top = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for name in (*self.form.keys, "body"):  # for those who may only look
            setattr(self, name, as_shown(self.form, name))

    # Who may do what

    def may_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm(right_to_publish(self.model))

    def has_change_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        if request.method == "POST":
            return may  # the form refuses, and gives back what was typed
        return may and (obj is None or obj.state == Document.State.DRAFT or self.may_publish(request))

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        return () if self.may_publish(request) else ("state", "publish_at")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        documents: QuerySet[Document] = super().get_queryset(request).defer("anchors", "fingerprints")
        return documents.annotate(online=self.online(timezone.now()))

    def online(self, now: datetime) -> Combinable:
        """Whether visitors get a document at `now`."""
        return Exists(self.model.objects.published(now).filter(pk=OuterRef("pk")))

    @admin.display(description="state", ordering="state")
    def state_name(self, document: Document) -> str:
        return str(document.get_state_display()).partition(":")[0]

    @admin.display(description="for readers")
    def on_site(self, document: Document) -> str:
        address = self.get_view_on_site_url(document)
        return format_html('<a href="{}">View on site</a>', address) if address else "Hidden"

    def get_view_on_site_url(self, obj: Document | None = None) -> str | None:
        return obj.get_absolute_url() if getattr(obj, "online", False) and obj else None

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Fieldsets:
        return (
            *self.about,
            ("Publishing", {"fields": ("state", "publish_at"), "description": self.rule(request, obj)}),
            ("Text", {"fields": ("body",), "classes": ("writing",)}),
        )

    def rule(self, request: HttpRequest, obj: Document | None) -> str | None:
        """What to know before one publishes, or saves what is published."""
        return None if self.may_publish(request) else "You may write and change drafts. Somebody who may publish does the rest."

    def get_form(self, request: HttpRequest, obj: Document | None = None, change: bool = False, **options: Any) -> type[DocumentForm]:
        """The other fields are the form's own: their columns are derived from the text."""
        form = cast("type[DocumentForm]", super().get_form(request, obj, change, **{**options, "fields": self.form.Meta.fields}))
        form.user, form.shown = cast("User", request.user), asked_revision(request, obj)
        return form

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Document | None = None,
    ) -> HttpResponse:
        form: DocumentForm = context["adminform"].form
        context["shown"] = form.shown
        if obj and request.method == "GET":
            source = form.shown.source if form.shown else obj.source
            context["places"] = list(form.places_in(source, obj.parse(source)))
            context["out_of_reach"] = super().has_change_permission(request, obj) and not self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        obj.save_revision(form.source, by=form.user, now=timezone.now(), note=form.note, parsed=form.parsed)
        if "_continue" not in request.POST:  # the form's page shows them by itself
            for place in form.warnings:
                messages.warning(request, str(place))

    # History

    def get_urls(self) -> list[URLPattern]:
        revision = self.admin_site.admin_view(self.revision_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_revision"
        return [path("<path:object_id>/revisions/<int:number>/", revision, name=name), *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        document = self.get_object(request, unquote(object_id))
        revisions = document.revisions.select_related("made_by").defer("source") if document else ()
        return super().history_view(request, object_id, {**(extra_context or {}), "revisions": revisions})

    def revision_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = self.get_object(request, unquote(object_id))
        revision = get_object_or_404(Revision, document=document, number=number)
        before = Revision.objects.filter(document=document, number__lt=number).first()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Revision {number}: {document}",
            "document": document,
            "revision": revision,
            "before": before,
            "changes": list(changes(before, revision)) if before else [],
            "may_change": self.has_change_permission(request, document),
        }
        return TemplateResponse(request, "admin/documents/revision.html", context)


def as_shown(form: type[DocumentForm], name: str) -> Any:
    """A field's value as text, for a page on which nothing can be typed."""

    @admin.display(description=form.base_fields[name].label or name.replace("_", " "))
    def shown(document: Document) -> str:
        return str(form(instance=document)[name].value())

    return shown


def asked_revision(request: HttpRequest, document: Document | None) -> Revision | None:
    """The revision that `?revision=` puts into the editor. Only to begin with: what is sent is compared with the document."""
    if document is None or request.method != "GET":
        return None
    return Revision.objects.filter(document=document, number=number_in(request, "revision")).first()


def changes(old: Revision, new: Revision) -> Iterator[Change]:
    """The difference as `diff -u` shows it. Where too much differs to be compared, the old lines as removed and the new as added."""
    first, before, after = differing(old.source.split("\n"), new.source.split("\n"))
    whole = [[("replace", 0, len(before), 0, len(after))]]
    is_long = max(len(before), len(after)) > MAX_COMPARED
    for group in whole if is_long else SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT):
        _, top, _, new_top, _ = group[0]
        _, _, bottom, _, new_bottom = group[-1]
        yield Change("place", f"@@ -{first + top + 1},{bottom - top} +{first + new_top + 1},{new_bottom - new_top} @@")
        for what, start, end, new_start, new_end in group:
            if what == "equal":
                yield from (Change("same", f" {line}") for line in before[start:end])
            else:
                yield from (Change("removed", f"-{line}") for line in before[start:end])
                yield from (Change("added", f"+{line}") for line in after[new_start:new_end])


def differing(before: list[str], after: list[str]) -> tuple[int, list[str], list[str]]:
    """The lines from where two texts begin to differ to where they differ no more, with some around them, and how many are above."""
    head = common_lines(before, after)
    tail = common_lines(before[head:][::-1], after[head:][::-1])
    above, below = max(0, head - CONTEXT), max(0, tail - CONTEXT)
    return above, before[above : len(before) - below], after[above : len(after) - below]


def common_lines(before: Sequence[str], after: Sequence[str]) -> int:
    """How many lines are the same at the beginning of both."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
