"""A text as editors fill it in: the front matter's keys are fields, the body is the Markdown editor, and nobody sees YAML."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date
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

from documents.admin.field_problems import Place, check_document, places_of
from documents.models import Document, Revision
from documents.text.fields import Fields
from documents.text.library import ParsedText
from documents.text.reader import MAX_LENGTHS
from documents.text.source import compose, parse_source
from documents.text.strict_yaml import Value


class Editor(MarkdownxWidget):  # type: ignore[misc]  # markdownx has no types
    """markdownx's editor, bound to our own addresses: its stock ones would serve anybody."""

    document: Document

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        own = f"?document={self.document.pk}" if self.document.pk else ""
        context["widget"]["attrs"] |= {
            "data-markdownx-urls-path": reverse(page_of(self.document, "preview")) + own,
            "data-markdownx-upload-urls-path": reverse(page_of(self.document, "upload")),
            "data-markdownx-editor-resizable": "False",  # it would grow past its preview
            "spellcheck": "true",
        }
        return context


class Body(forms.CharField):
    """Markdown, every space of it; browsers send line breaks as Windows writes them."""

    widget = Editor

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:
        return re.sub(r"\r\n?", "\n", super().to_python(value) or "")


class Lines(forms.CharField):
    """Several short texts, one a line."""

    def to_python(self, value: Any) -> tuple[str, ...]:  # type: ignore[override]  # of one text several are made
        lines = (super().to_python(value) or "").splitlines()
        return tuple(line.strip() for line in lines if line.strip())

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, tuple) else value


class Moment(AdminSplitDateTime):
    """A day and a time, each with its name for who can't see where it stands."""

    def __init__(self) -> None:
        super().__init__()
        for widget, name in zip(self.widgets, ("Day of publishing", "Time of publishing"), strict=True):
            widget.attrs["aria-label"] = name


class SlugField(forms.CharField):
    """Checked with the whole text, so that the message is the one that a file gets. Each kind says what its slug is for."""

    widget = AdminTextInputWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_LENGTHS["slug"], **options)


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its model in Meta only
    """What the forms of all kinds have in common. A kind adds its own fields, and names those that are keys."""

    kind: ClassVar[str]
    keys: ClassVar[tuple[str, ...]]  # the fields that are keys of the front matter; "a__b" is the key b under the key a
    begins_with: ClassVar[Mapping[str, Any]]  # what stands in the form of a new text
    user: User  # who fills it in
    parsed: ParsedText  # the text that was sent, parsed: for the check, and for the columns when it is saved
    shown: Revision | None = None  # the revision whose text to begin with, instead of the document's own

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
    authors = Lines(required=False, widget=AdminTextareaWidget(attrs={"rows": 2}), help_text="One name a line.")
    body = Body(required=False, label="Text")  # an empty one has every part missing, and the check says which
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the last revision when the form was opened

    class Meta:
        model: type[Document] = Document
        fields = ("state", "publish_at")
        widgets = {"publish_at": Moment}

    def __init__(self, *args: Any, **options: Any) -> None:
        document = options["instance"] = options.get("instance") or self.Meta.model(kind=self.kind)
        last = last_revision(document)
        known = {**self.typed(self.shown.source if self.shown else document.source), "opened": last.number if last else None}
        options["initial"] = {**known, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        self.noun = str(document._meta.verbose_name)
        self.fields["body"].widget.document = document
        self.source = document.source
        self.note = ""
        self.warnings: list[Place] = []

    # Between the text and the fields

    def typed(self, source: str) -> dict[str, Any]:
        """A text as the fields show it."""
        if not source:
            return dict(self.begins_with)
        taken = parse_source(source)
        return {**{name: self.as_typed(name, Fields(taken.fields)) for name in self.keys}, "body": taken.body}

    def as_typed(self, name: str, fields: Fields) -> Any:
        fields, key = fields.resolve(name)
        if isinstance(self.base_fields[name], Lines):
            return fields.texts(key)
        return fields.day(key) if isinstance(self.base_fields[name], forms.DateField) else fields.text(key)

    def as_value(self, name: str, typed: Any) -> Value:
        return typed.isoformat() if isinstance(typed, date) else typed or ""

    def composed(self) -> str:
        """The text. A field that could not be read leaves its key as it was, and so does one that nobody touched."""
        old = self.instance.source
        touched = self.changed_data if old else self.keys
        kept = dict(by_field(parse_source(old).values(), self.keys))
        changed = {
            name: self.as_value(name, self.cleaned_data[name]) for name in touched if name in self.keys and name in self.cleaned_data
        }
        return compose(grouped({**kept, **changed}), self.cleaned_data.get("body", ""), old=old)

    # What is checked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_may_change()
        self.check_nobody_saved_meanwhile()
        self.source = self.composed()
        self.check_slug_is_free()
        self.check_text()
        if "publish_at" in self.fields:
            cleaned["publish_at"] = self.publish_at()
        self.note = self.what_changed()
        return cleaned

    def check_may_change(self) -> None:
        if self.instance.state == Document.State.PUBLISHED and not self.user.has_perm(right_to_publish(type(self.instance))):
            self.add_error(
                None,
                f"This {self.noun} is published, and you may change drafts only. Nothing was saved; what you typed stands below. "
                "Ask somebody who may publish to take it over.",
            )

    def check_nobody_saved_meanwhile(self) -> None:
        Document.objects.lock_table()  # nobody saves, or takes the slug, between our checks and our writing
        last = last_revision(self.instance)
        if last is None or last.number == self.cleaned_data.get("opened"):
            return
        sent = {key: self.data[key] for key in self.data}
        self.data = {**sent, "opened": str(last.number)}  # whoever saves again has been told
        self.add_error(
            None,
            f"{name_of(last.made_by)} saved this {self.noun} on {date_format(last.made_at, 'j F Y, H:i')} (UTC), after you had opened it: "
            f"“{last.note}”. Nothing of yours was saved; what you typed stands below. Look at the history in another tab, "
            "take over what you want to keep, then save again: your text then replaces that one.",
        )

    def check_slug_is_free(self) -> None:
        slug = self.cleaned_data.get("slug", "")
        if Document.objects.filter(**self.instance.unique_key(slug)).exclude(pk=self.instance.pk).exists():
            self.add_error("slug", f"“{slug}” is taken by another {self.noun}. Choose another one.")

    def check_text(self) -> None:
        """Refuses errors. Warnings stand beside them then, so that one round of mending is enough."""
        self.parsed = self.instance.parse(self.source)
        places = list(self.places_in(self.source, self.parsed))
        self.warnings = [place for place in places if not place.problem.is_error]
        if len(places) > len(self.warnings):
            said: dict[str | None, list[ValidationError]] = defaultdict(list)
            for place in places:
                said[self.field_of(place)].append(ValidationError(said_at(place)))
            for field, errors in said.items():
                self.add_error(field, errors)

    def field_of(self, place: Place) -> str | None:
        """The field that shows a key, or else the first of those that show the keys under it."""
        at = [name for name in self.fields if f"{place.field}__".startswith(f"{name}__")]
        under = [name for name in self.fields if name.startswith(f"{place.field}__")]
        return next(iter([*at, *under]), None)

    def places_in(self, source: str, parsed: ParsedText) -> Iterator[Place]:
        """The problems of a text of this document. That a key is missing is said by its own field."""
        problems = check_document(self.instance, parsed, timezone.now().date())
        return places_of((problem for problem in problems if problem.code != "key-missing"), parse_source(source))

    def publish_at(self) -> Any:
        """As typed. Untouched it keeps its fractions of a second, which the form does not show."""
        chosen = self.cleaned_data.get("publish_at")
        if "publish_at" not in self.changed_data:
            chosen = self.instance.publish_at
        if chosen is None and self.cleaned_data.get("state") == Document.State.PUBLISHED:
            return timezone.now()
        return chosen

    def what_changed(self) -> str:
        """For the history. Asked before the instance takes on what was typed."""
        state = self.cleaned_data.get("state", self.instance.state)
        said = []
        if self.source != self.instance.source:
            said.append("Text changed" if self.instance.pk else "Written")
        if state != self.instance.state:
            said.append("Published" if state == Document.State.PUBLISHED else "Back to draft")
        elif self.instance.pk and "publish_at" in self.changed_data:
            said.append("Time of publishing changed")
        return ", ".join(said) or "Saved without a change"


def by_field(values: Mapping[str, Value], names: Collection[str], above: str = "") -> Iterator[tuple[str, Value]]:
    """The values that fields show, by the fields' names, in the order of the text."""
    for key, value in values.items():
        if above + key in names:
            yield above + key, value
        elif isinstance(value, Mapping):
            yield from by_field(value, names, f"{above}{key}__")


def grouped(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values of fields with their groups: "scale__from" is "from" under "scale"."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        *groups, key = name.split("__")
        inner = found
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[key] = value
    return found


def right_to_publish(model: type[Document]) -> str:
    """The permission, as `has_perm` names it."""
    return f"{model._meta.app_label}.{get_permission_codename('publish', model._meta)}"


def page_of(document: Document, page: str) -> str:
    """The name of an address in the admin, such as "admin:guides_guide_history"."""
    return f"admin:{document._meta.app_label}_{document._meta.model_name}_{page}"


def last_revision(document: Document) -> Revision | None:
    return Revision.objects.filter(document_id=document.pk).select_related("made_by").first()


def said_at(place: Place) -> str:
    return str(place) if place.line else place.said


def name_of(user: User | None) -> str:
    return user.get_full_name() or user.get_username() if user else "An import"
