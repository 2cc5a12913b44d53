"""docs/editors.md agrees with the code."""

from django.conf import settings
from django.contrib.auth.models import Group

from guides.forms import GuideForm
from guides.parser import SECTIONS, read_guide
from guides.styles import Style

PAGE = (settings.BASE_DIR / "docs/editors.md").read_text()


def test_the_page_for_editors_names_every_key_style_section_and_anchor():
    anchors = {anchor for anchor in read_guide("", {}).anchors if anchor != "main"}  # of a page without steps
    named = {f"`{word}`" for word in (*GuideForm.keys, *Style, *anchors)} | {f"## {title}" for title in SECTIONS}
    assert {word for word in named if word not in PAGE} == set()


def test_the_page_for_editors_names_every_group(db):
    assert {name for name in Group.objects.values_list("name", flat=True) if f"| {name} |" not in PAGE} == set()
