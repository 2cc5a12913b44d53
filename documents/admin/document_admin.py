"""The admin of documents of all kinds: permissions, list, form and history."""

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

from documents.admin.editor import EditorAdmin, query_number
from documents.admin.forms import DocumentForm, publish_permission
from documents.models import Document, Revision

admin.site.site_header = admin.site.site_title = "Safe Haven"
admin.site.index_title = "Editing"
admin.site.enable_nav_sidebar = False  # editor and preview need the width

Fieldsets = tuple[tuple[str | None, Any], ...]
CONTEXT_LINES = 3  # unchanged ones around a change
MAX_COMPARED_LINES = 2_000  # SequenceMatcher takes up to cubic time


class DiffLine(NamedTuple):
    """A line of a unified diff; `kind` is "added", "removed", "same" or "hunk", which is a line such as "@@ -1,4 +1,5 @@"."""

    kind: str
    line: str


class DocumentAdmin(EditorAdmin):
    """The base of the admins of all kinds. A kind sets its form and the fieldsets for its front matter."""

    front_matter_fieldsets: ClassVar[Fieldsets]
    search_fields = ("title",)
    change_form_template = "admin/documents/change_form.html"
    change_list_template = "admin/documents/change_list.html"
    object_history_template = "admin/documents/object_history.html"
    save_on_top = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for name in (*self.form.keys, "body"):  # for users who have only the view permission
            setattr(self, name, readonly_display(self.form, name))

    # Permissions

    def may_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm(publish_permission(self.model))

    def has_change_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        if request.method == "POST":
            return may  # the form refuses, and keeps the input
        return may and (obj is None or obj.state == Document.State.DRAFT or self.may_publish(request))

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        return () if self.may_publish(request) else ("state", "publish_at")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        documents: QuerySet[Document] = super().get_queryset(request).defer("anchors", "fingerprints")
        return documents.annotate(is_live=self.is_live(timezone.now()))

    def is_live(self, now: datetime) -> Combinable:
        """Returns an expression: whether readers see the document at `now`."""
        return Exists(self.model.objects.published(now).filter(pk=OuterRef("pk")))

    @admin.display(description="state", ordering="state")
    def state_name(self, document: Document) -> str:
        return str(document.get_state_display()).partition(":")[0]

    @admin.display(description="for readers")
    def on_site(self, document: Document) -> str:
        address = self.get_view_on_site_url(document)
        return format_html('<a href="{}">View on site</a>', address) if address else "Hidden"

    def get_view_on_site_url(self, obj: Document | None = None) -> str | None:
        return obj.get_absolute_url() if getattr(obj, "is_live", False) and obj else None

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Fieldsets:
        return (
            *self.front_matter_fieldsets,
            ("Publishing", {"fields": ("state", "publish_at"), "description": self.publishing_note(request, obj)}),
            ("Text", {"fields": ("body",), "classes": ("writing",)}),
        )

    def publishing_note(self, request: HttpRequest, obj: Document | None) -> str | None:
        """Returns what the user should know before publishing, or before saving a published document."""
        return None if self.may_publish(request) else "You may write and change drafts. Somebody who may publish does the rest."

    def get_form(self, request: HttpRequest, obj: Document | None = None, change: bool = False, **options: Any) -> type[DocumentForm]:
        """Limits Django to the model's fields in `Meta`. The form's other fields are front matter and the body."""
        form = cast("type[DocumentForm]", super().get_form(request, obj, change, **{**options, "fields": self.form.Meta.fields}))
        form.user, form.shown_revision = cast("User", request.user), requested_revision(request, obj)
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
        context["shown_revision"] = form.shown_revision
        if obj and request.method == "GET":
            source = (form.shown_revision or obj).source
            context["field_problems"] = list(form.field_problems(source, obj.parse(source)))
            context["is_read_only"] = super().has_change_permission(request, obj) and not self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        obj.save_revision(form.source, by=form.user, now=timezone.now(), note=form.note, parsed=form.parsed)
        if "_continue" not in request.POST:  # "Save and continue" shows the form again, with the warnings in it
            for warning in form.warnings:
                messages.warning(request, str(warning))

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
            "changes": list(diff(before, revision)) if before else [],
            "may_change": self.has_change_permission(request, document),
        }
        return TemplateResponse(request, "admin/documents/revision.html", context)


def readonly_display(form: type[DocumentForm], name: str) -> Any:
    """Returns a display method for a field's value, for pages without a form."""

    @admin.display(description=form.base_fields[name].label or name.replace("_", " "))
    def display(document: Document) -> str:
        return str(form(instance=document)[name].value())

    return display


def requested_revision(request: HttpRequest, document: Document | None) -> Revision | None:
    """Returns the revision that `?revision=` puts into the form. Ignored on POST, so that changes are found against the saved document."""
    if document is None or request.method != "GET":
        return None
    return Revision.objects.filter(document=document, number=query_number(request, "revision")).first()


def diff(old: Revision, new: Revision) -> Iterator[DiffLine]:
    """Yields the lines that `diff -u` shows. If too many differ, all old lines are removed and all new ones added."""
    start, before, after = without_common_ends(old.source.split("\n"), new.source.split("\n"))
    whole = [[("replace", 0, len(before), 0, len(after))]]
    is_long = max(len(before), len(after)) > MAX_COMPARED_LINES
    for group in whole if is_long else SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT_LINES):
        _, top, _, new_top, _ = group[0]
        _, _, bottom, _, new_bottom = group[-1]
        yield DiffLine("hunk", f"@@ -{start + top + 1},{bottom - top} +{start + new_top + 1},{new_bottom - new_top} @@")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (DiffLine("same", f" {line}") for line in before[i1:i2])
            else:
                yield from (DiffLine("removed", f"-{line}") for line in before[i1:i2])
                yield from (DiffLine("added", f"+{line}") for line in after[j1:j2])


def without_common_ends(before: list[str], after: list[str]) -> tuple[int, list[str], list[str]]:
    """Drops the lines that both texts begin and end with, except some context. Returns how many are dropped at the top, and the rest."""
    head = count_common_lines(before, after)
    tail = count_common_lines(before[head:][::-1], after[head:][::-1])
    above, below = max(0, head - CONTEXT_LINES), max(0, tail - CONTEXT_LINES)
    return above, before[above : len(before) - below], after[above : len(after) - below]


def count_common_lines(before: Sequence[str], after: Sequence[str]) -> int:
    """Returns how many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
