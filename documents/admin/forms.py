"""The form of a document: a field for each key of the front matter, and the Markdown editor for the body. Nobody sees YAML."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTextareaWidget, AdminTextInputWidget
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from markdownx.widgets import MarkdownxWidget

from documents.admin.field_problems import FieldProblem, locate_problems
from documents.checking import check_document
from documents.models import Document, Revision
from documents.text.fields import Fields
from documents.text.parsed import ParsedText
from documents.text.parser import MAX_LENGTHS
from documents.text.source import compose, normalize_newlines, parse_source
from documents.text.strict_yaml import Value


class MarkdownEditor(MarkdownxWidget):  # type: ignore[misc]  # markdownx has no types
    """markdownx's editor with our own addresses, because markdownx's own URLs need no login."""

    document: Document

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        query = f"?document={self.document.pk}" if self.document.pk else ""
        context["widget"]["attrs"] |= {
            "data-markdownx-urls-path": reverse(admin_url_name(self.document, "preview")) + query,
            "data-markdownx-upload-urls-path": reverse(admin_url_name(self.document, "upload")),
            "data-markdownx-editor-resizable": "False",  # otherwise it would grow taller than the preview
            "spellcheck": "true",
        }
        return context


class MarkdownField(forms.CharField):
    """Markdown with all its spaces, and with the line breaks that browsers send (CRLF) normalised to LF."""

    widget = MarkdownEditor

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:
        return normalize_newlines(super().to_python(value) or "")


class LineListField(forms.CharField):
    """A tuple of short texts, entered one a line."""

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]  # a CharField returns str
        lines = (super().to_python(value) or "").splitlines()
        return tuple(line.strip() for line in lines if line.strip())

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, tuple) else value


class LabelledSplitDateTime(AdminSplitDateTime):
    """A day and a time, each with a label for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        for widget, name in zip(self.widgets, ("Day of publishing", "Time of publishing"), strict=True):
            widget.attrs["aria-label"] = name


class SlugField(forms.CharField):
    """A slug, validated with the whole text so that its message is the same as for a file. Each kind sets a help text."""

    widget = AdminTextInputWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_LENGTHS["slug"], **options)


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]  # ModelForm is not subscriptable at runtime
    """The base of the forms of all kinds. A kind adds its fields and lists in `keys` those that are front matter."""

    kind: ClassVar[str]
    keys: ClassVar[tuple[str, ...]]  # names of the fields for front matter; "a__b" is the key b under the key a
    initial_values: ClassVar[Mapping[str, Any]]  # of the form for a new document
    user: User
    parsed: ParsedText  # the submitted text, set by `clean`; saving derives the columns from it
    shown_revision: Revision | None = None  # shown instead of the current text

    title = forms.CharField(
        max_length=MAX_LENGTHS["title"],
        widget=AdminTextInputWidget,
        error_messages={"required": "Say what it is called."},
    )
    slug = SlugField()
    summary = forms.CharField(
        max_length=MAX_LENGTHS["summary"],
        widget=AdminTextareaWidget(attrs={"rows": 2}),
        help_text=f"One sentence for lists and search engines, {MAX_LENGTHS['summary']} characters at most.",
        error_messages={"required": "Say in one sentence what it is for."},
    )
    reviewed = forms.DateField(
        required=False,
        widget=AdminDateWidget,
        help_text="The day on which the whole text was checked against its sources.",
    )
    next_review = forms.DateField(required=False, widget=AdminDateWidget, help_text="The day by which to check again.")
    authors = LineListField(required=False, widget=AdminTextareaWidget(attrs={"rows": 2}), help_text="One name a line.")
    body = MarkdownField(required=False, label="Text")  # optional: for an empty body the check names the missing parts
    base_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the latest one when the form was opened

    class Meta:
        model: type[Document] = Document
        fields = ("state", "publish_at")
        widgets = {"publish_at": LabelledSplitDateTime}

    def __init__(self, *args: Any, **options: Any) -> None:
        document = options["instance"] = options.get("instance") or self.Meta.model(kind=self.kind)
        last = last_revision(document)
        initial = self.initial_from_source((self.shown_revision or document).source)
        options["initial"] = {**initial, "base_revision": last.number if last else None, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        self.noun = str(document._meta.verbose_name)
        self.fields["body"].widget.document = document
        self.source = document.source
        self.note = ""
        self.warnings: list[FieldProblem] = []

    # Conversion between the text and the fields

    def initial_from_source(self, source: str) -> dict[str, Any]:
        """Returns the fields' initial values for a text."""
        if not source:
            return dict(self.initial_values)
        parts = parse_source(source)
        return {**{name: self.initial_value(name, Fields(parts.fields)) for name in self.keys}, "body": parts.body}

    def initial_value(self, name: str, fields: Fields) -> Any:
        fields, key = fields.resolve(name)
        if isinstance(self.base_fields[name], LineListField):
            return fields.texts(key)
        return fields.day(key) if isinstance(self.base_fields[name], forms.DateField) else fields.text(key)

    def front_matter_value(self, name: str, cleaned: Any) -> Value:
        return cleaned.isoformat() if isinstance(cleaned, date) else cleaned or ""

    def compose_source(self) -> str:
        """Returns the text with the changed fields in it. Unchanged and invalid fields leave their keys as they were."""
        old = self.instance.source
        changed = self.changed_data if old else self.keys
        valid = [name for name in changed if name in self.keys and name in self.cleaned_data]
        before = dict(flatten(parse_source(old).values(), self.keys))
        after = {name: self.front_matter_value(name, self.cleaned_data[name]) for name in valid}
        return compose(nest({**before, **after}), self.cleaned_data.get("body", ""), old=old)

    # Validation

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_may_change()
        Document.objects.lock_table()  # until the view's transaction ends, so that nobody saves or takes the slug first
        self.check_base_revision()
        self.source = self.compose_source()
        self.check_slug_is_free()
        self.check_text()
        if "publish_at" in self.fields:
            cleaned["publish_at"] = self.cleaned_publish_at()
        self.note = self.describe_changes()
        return cleaned

    def check_may_change(self) -> None:
        if self.instance.state == Document.State.PUBLISHED and not self.user.has_perm(publish_permission(type(self.instance))):
            self.add_error(
                None,
                f"This {self.noun} is published, and you may change drafts only. Nothing was saved; what you typed stands below. "
                "Ask somebody who may publish to take it over.",
            )

    def check_base_revision(self) -> None:
        last = last_revision(self.instance)
        if last is None or last.number == self.cleaned_data.get("base_revision"):
            return
        submitted = {key: self.data[key] for key in self.data}
        self.data = {**submitted, "base_revision": str(last.number)}  # so that saving again replaces that revision
        self.add_error(
            None,
            f"{display_name(last.made_by)} saved this {self.noun} on {date_format(last.made_at, 'j F Y, H:i')} (UTC), "
            f"after you had opened it: “{last.note}”. Nothing of yours was saved; what you typed stands below. "
            "Look at the history in another tab, take over what you want to keep, then save again: your text then replaces that one.",
        )

    def check_slug_is_free(self) -> None:
        slug = self.cleaned_data.get("slug", "")
        if Document.objects.filter(**self.instance.unique_key(slug)).exclude(pk=self.instance.pk).exists():
            self.add_error("slug", f"“{slug}” is taken by another {self.noun}. Choose another one.")

    def check_text(self) -> None:
        """Adds the errors of the text, and then its warnings too, so that one round of corrections is enough."""
        self.parsed = self.instance.parse(self.source)
        found = list(self.field_problems(self.source, self.parsed))
        self.warnings = [each for each in found if not each.problem.is_error]
        if len(found) > len(self.warnings):
            by_field: dict[str | None, list[ValidationError]] = defaultdict(list)
            for each in found:
                by_field[self.form_field(each)].append(ValidationError(field_message(each)))
            for field, errors in by_field.items():
                self.add_error(field, errors)

    def form_field(self, found: FieldProblem) -> str | None:
        """Returns the name of the field for a problem's key, or else that of the first field for a key under it."""
        same = [name for name in self.fields if f"{found.field}__".startswith(f"{name}__")]
        below = [name for name in self.fields if name.startswith(f"{found.field}__")]
        return next(iter([*same, *below]), None)

    def field_problems(self, source: str, parsed: ParsedText) -> Iterator[FieldProblem]:
        """Returns the problems of a text of this document, except missing keys, which the required fields report."""
        problems = check_document(self.instance, parsed, timezone.now().date())
        return locate_problems((problem for problem in problems if problem.code != "key-missing"), parse_source(source))

    def cleaned_publish_at(self) -> datetime | None:
        """Returns the time as submitted. If it is unchanged it keeps its fractions of a second, which the form does not show."""
        submitted: datetime | None = self.cleaned_data.get("publish_at")
        return submitted if "publish_at" in self.changed_data else self.instance.publish_at

    def describe_changes(self) -> str:
        """Returns the revision's note. Works only until `_post_clean` changes the instance."""
        state = self.cleaned_data.get("state", self.instance.state)
        changes = []
        if self.source != self.instance.source:
            changes.append("Text changed" if self.instance.pk else "Written")
        if state != self.instance.state:
            changes.append("Published" if state == Document.State.PUBLISHED else "Back to draft")
        elif self.instance.pk and "publish_at" in self.changed_data:
            changes.append("Time of publishing changed")
        return ", ".join(changes) or "Saved without a change"


def flatten(values: Mapping[str, Value], names: Collection[str], prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Yields the values that fields show with the fields' names, in the order of the text: "scale__from" for "from" under "scale"."""
    for key, value in values.items():
        if prefix + key in names:
            yield prefix + key, value
        elif isinstance(value, Mapping):
            yield from flatten(value, names, f"{prefix}{key}__")


def nest(values: Mapping[str, Value]) -> dict[str, Value]:
    """Returns the reverse of `flatten`."""
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *groups, key = name.split("__")
        inner = nested
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[key] = value
    return nested


def publish_permission(model: type[Document]) -> str:
    """Returns the permission to publish documents of a model, for `has_perm`."""
    return f"{model._meta.app_label}.{get_permission_codename('publish', model._meta)}"


def admin_url_name(document: Document, view: str) -> str:
    """Returns the URL name of a view in the admin, such as "admin:guides_guide_history"."""
    return f"admin:{document._meta.app_label}_{document._meta.model_name}_{view}"


def last_revision(document: Document) -> Revision | None:
    return Revision.objects.filter(document_id=document.pk).select_related("made_by").first()


def field_message(found: FieldProblem) -> str:
    """Returns a problem's message for its field, with the line if it has one."""
    return str(found) if found.line else found.text


def display_name(user: User | None) -> str:
    return user.get_full_name() or user.get_username() if user else "An import"
