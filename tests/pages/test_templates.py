"""The comment on top of a template names classes and files that exist."""

import re

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
COMMENT = re.compile(r"{% comment %}(.*?){% endcomment %}", re.DOTALL)
CLASS = re.compile(r"\b(?:documents|guides|quiz|pages|web)(?:\.\w+)*\.[A-Z]\w+")
FILE = re.compile(r"\b(?:css|js)/[\w-]+\.(?:css|js)\b")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(settings.BASE_DIR).as_posix())
def test_a_template_names_classes_and_files_that_exist(template):
    comments = " ".join(COMMENT.findall(template.read_text()))
    for name in CLASS.findall(comments):
        import_string(name)
    assert [name for name in FILE.findall(comments) if not (settings.BASE_DIR / "static" / name).exists()] == []
