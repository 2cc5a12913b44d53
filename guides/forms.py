"""The form of a guide in the admin."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget

from documents.admin.forms import DocumentForm, LineListField, SlugField
from guides.models import KIND, Guide
from guides.parser import SECTIONS
from guides.styles import CHOICES, NO_STYLE

SKELETON = "\n".join(f"\n## {title}\n" for title in SECTIONS)


class GuideForm(DocumentForm):
    kind = KIND
    keys = ("title", "slug", "summary", "style", "reviewed", "next_review", "authors", "related")
    initial_values = {"body": SKELETON}

    slug = SlugField(
        help_text="The end of its address, such as “fearful-avoidant”. If you change it, the old address leads to the new one.",
        error_messages={"required": "Give the guide an address, such as “fearful-avoidant”."},
    )
    style = forms.ChoiceField(
        required=False,
        choices=[("", NO_STYLE.name), *CHOICES],
        help_text="The group that the guide stands in.",
    )
    related = LineListField(required=False, widget=AdminTextareaWidget(attrs={"rows": 3}))

    class Meta(DocumentForm.Meta):
        model = Guide

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        slugs = ", ".join(Guide.objects.exclude(pk=self.instance.pk).order_by("slug").values_list("slug", flat=True))
        help_text = f"Slugs of other guides, one a line, in the order readers see them. There are: {slugs or 'none yet'}."
        self.fields["related"].help_text = help_text
