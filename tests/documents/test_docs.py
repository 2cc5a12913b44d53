"""docs/problems.md is complete."""

import re

from django.conf import settings

from documents.text.problems import LEVELS


def test_it_explains_every_problem_code_with_its_level():
    text = (settings.BASE_DIR / "docs/problems.md").read_text()
    explained = dict(re.findall(r"^\| `([a-z-]+)` \| (error|warning) \|", text, re.MULTILINE))
    assert explained == {code: str(level) for code, level in LEVELS.items()}
