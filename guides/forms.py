"""A guide as editors fill it in: the front matter's keys are fields, the body is the Markdown editor, and nobody sees YAML."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTextareaWidget, AdminTextInputWidget
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from markdownx.widgets import MarkdownxWidget

from documents.kinds import KINDS
from documents.models import Document, Revision, problems_in
from documents.reader import LONGEST
from documents.source import Value, compose, split
from guides.models import KIND, PUBLISH, Guide
from guides.parts import SECTIONS, read
from guides.places import Place, places_of
from guides.styles import NO_STYLE, STYLES

KEYS = ("title", "slug", "summary", "style", "reviewed", "next_review", "authors", "related")
LISTS = ("authors", "related")
SKELETON = "\n".join(f"\n## {title}\n" for title in SECTIONS)


class Editor(MarkdownxWidget):  # type: ignore[misc]  # markdownx has no types
    """markdownx's editor, bound to our own addresses: its stock ones would serve anybody."""

    guide: int | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        own = f"?guide={self.guide}" if self.guide else ""
        context["widget"]["attrs"] |= {
            "data-markdownx-urls-path": reverse("editor:preview") + own,
            "data-markdownx-upload-urls-path": reverse("editor:upload"),
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

    def to_python(self, value: Any) -> str:
        lines = (super().to_python(value) or "").splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())


class Moment(AdminSplitDateTime):
    """A day and a time, each with its name for who can't see where it stands."""

    def __init__(self) -> None:
        super().__init__()
        for widget, name in zip(self.widgets, ("Day of publishing", "Time of publishing"), strict=True):
            widget.attrs["aria-label"] = name


class GuideForm(forms.ModelForm):  # type: ignore[type-arg]  # takes its model in Meta only
    user: User  # who fills it in
    shown: Revision | None = None  # the revision whose text to begin with, instead of the guide's own

    title = forms.CharField(
        max_length=LONGEST["title"],
        widget=AdminTextInputWidget,
        error_messages={"required": "Say what the guide is called."},
    )
    slug = forms.CharField(
        max_length=LONGEST["slug"],
        widget=AdminTextInputWidget,
        help_text="The end of its address, such as “fearful-avoidant”. If you change it, the old address leads to the new one.",
        error_messages={"required": "Give the guide an address, such as “fearful-avoidant”."},
    )
    summary = forms.CharField(
        max_length=LONGEST["summary"],
        widget=AdminTextareaWidget(attrs={"rows": 2}),
        help_text=f"One sentence for lists and search engines, {LONGEST['summary']} characters at most.",
        error_messages={"required": "Say in one sentence what the guide is for."},
    )
    style = forms.ChoiceField(
        required=False,
        choices=[("", NO_STYLE.name), *((str(style), about.name) for style, about in STYLES.items())],
        help_text="The group that the guide stands in.",
    )
    reviewed = forms.DateField(
        required=False,
        widget=AdminDateWidget,
        help_text="The day on which the whole text was checked against its sources.",
    )
    next_review = forms.DateField(required=False, widget=AdminDateWidget, help_text="The day by which to check again.")
    authors = Lines(required=False, widget=AdminTextareaWidget(attrs={"rows": 2}), help_text="One name a line.")
    related = Lines(required=False, widget=AdminTextareaWidget(attrs={"rows": 3}))
    body = Body(required=False, label="Text")  # an empty one has every part missing, and the check says which
    opened = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the last revision when the form was opened

    class Meta:
        model = Guide
        fields = ("state", "publish_at")
        widgets = {"publish_at": Moment}

    def __init__(self, *args: Any, **options: Any) -> None:
        guide = options["instance"] = options.get("instance") or Guide(kind=KIND)
        last = last_revision(guide)
        known = {**typed(self.shown.source if self.shown else guide.source), "opened": last.number if last else None}
        options["initial"] = {**known, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        self.fields["body"].widget.guide = guide.pk
        slugs = Guide.objects.exclude(pk=guide.pk).order_by("slug").values_list("slug", flat=True)
        self.fields[
            "related"
        ].help_text = f"Slugs of other guides, one a line, in the order readers see them. There are: {', '.join(slugs) or 'none yet'}."
        self.source = guide.source
        self.note = ""
        self.warnings: list[Place] = []

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

    def composed(self) -> str:
        old = self.instance.source
        kept = {key: value for key, value in split(old).values().items() if key in KEYS}
        changed = {key: self.cleaned_data.get(key) for key in KEYS if key in self.changed_data}
        values = {**kept, **{key: as_value(key, value) for key, value in changed.items()}}
        return compose(values, self.cleaned_data.get("body", ""), old=old)

    def check_may_change(self) -> None:
        if self.instance.state == Guide.State.PUBLISHED and not self.user.has_perm(PUBLISH):
            self.add_error(
                None,
                "This guide is published, and you may change drafts only. Nothing was saved; what you typed stands below. "
                "Ask somebody who may publish to take it over.",
            )

    def check_nobody_saved_meanwhile(self) -> None:
        locked = Document.objects.select_for_update().filter(pk=self.instance.pk)
        last = last_revision(self.instance) if locked.exists() else None
        if last is None or last.number == self.cleaned_data.get("opened"):
            return
        sent = {key: self.data[key] for key in self.data}
        self.data = {**sent, "opened": str(last.number)}  # whoever saves again has been told
        self.add_error(
            None,
            f"{name_of(last.made_by)} saved this guide on {date_format(last.made_at, 'j F Y, H:i')} (UTC), after you had opened it: "
            f"“{last.note}”. Nothing of yours was saved; what you typed stands below. Look at the history in another tab, "
            "take over what you want to keep, then save again: your text then replaces that one.",
        )

    def check_slug_is_free(self) -> None:
        slug = self.cleaned_data.get("slug", "")
        if Document.objects.filter(**self.instance.at(slug)).exclude(pk=self.instance.pk).exists():
            self.add_error("slug", f"“{slug}” is the address of another guide. Choose another one.")

    def check_text(self) -> None:
        """Refuses errors. Warnings stand beside them then, so that one round of mending is enough."""
        places = list(self.places_in(self.source))
        self.warnings = [place for place in places if not place.problem.is_error]
        if len(places) > len(self.warnings):
            for field in dict.fromkeys(place.field for place in places):
                self.add_error(field, [ValidationError(said_at(place)) for place in places if place.field == field])

    def places_in(self, source: str) -> Iterator[Place]:
        """The problems of a text of this guide. That a key is missing is said by its own field."""
        others = Document.objects.exclude(pk=self.instance.pk)
        problems = problems_in(source, KINDS[KIND], others, timezone.now().date())
        return places_of((problem for problem in problems if problem.code != "key-missing"), split(source))

    def publish_at(self) -> Any:
        """As typed. Untouched it keeps its fractions of a second, which the form does not show."""
        chosen = self.cleaned_data.get("publish_at")
        if "publish_at" not in self.changed_data:
            chosen = self.instance.publish_at
        if chosen is None and self.cleaned_data.get("state") == Guide.State.PUBLISHED:
            return timezone.now()
        return chosen

    def what_changed(self) -> str:
        """For the history. Asked before the instance takes on what was typed."""
        state = self.cleaned_data.get("state", self.instance.state)
        said = []
        if self.source != self.instance.source:
            said.append("Text changed" if self.instance.pk else "Written")
        if state != self.instance.state:
            said.append("Published" if state == Guide.State.PUBLISHED else "Back to draft")
        elif self.instance.pk and "publish_at" in self.changed_data:
            said.append("Time of publishing changed")
        return ", ".join(said) or "Saved without a change"


def last_revision(guide: Guide) -> Revision | None:
    return Revision.objects.filter(document_id=guide.pk).select_related("made_by").first()


def typed(source: str) -> dict[str, Any]:
    """A text as the fields show it. A new guide begins with the headings that every guide has."""
    parts = read(source, {})
    lists = {key: "\n".join(getattr(parts, key)) for key in LISTS}
    return {**{key: getattr(parts, key) for key in KEYS}, **lists, "body": split(source).body if source else SKELETON}


def as_value(key: str, value: str | date | None) -> Value:
    if key in LISTS:
        return tuple(str(value or "").splitlines())
    return value.isoformat() if isinstance(value, date) else value or ""


def said_at(place: Place) -> str:
    return str(place) if place.line else place.said


def name_of(user: User | None) -> str:
    return user.get_full_name() or user.get_username() if user else "An import"
