"""Every problem that a guide can have, from the cases in cases/problems.txt."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from documents.files.folder import DocumentFile, check_documents
from documents.kinds import KINDS
from documents.links import is_page
from documents.text.library import Library
from documents.text.problems import LEVELS
from documents.text.references import read_references
from documents.text.sentences import Sentence
from tests.support.builders import VALID

CASES = (Path(__file__).parent / "cases/problems.txt").read_text()
TODAY = date(2026, 11, 24)
ELSEWHERE = Library(
    {"/guides/anxious/": {"steps": [], "name-it": ["alarm"]}},
    {Sentence("Somebody else said this before you.", 1).fingerprint: "/guides/anxious/"},
    is_page,
    lambda address: address == "/images/0123.webp",
)


def changed(case: str) -> str:
    text = VALID
    for old, new in re.findall(r"^<<< (.+)\n>>> (.*)$", case, re.MULTILINE):
        old, new = (part.replace("\\n", "\n").replace("\\0", "\0") for part in (old, new))
        new = re.sub(r"<(\d+) times (.+?)>", lambda match: match[2] * int(match[1]), new, flags=re.DOTALL)
        assert old in text, f"{old!r} is not in the guide"
        text = text.replace(old, new)
    return text


def cases():
    for case in re.split(r"^# ", CASES, flags=re.MULTILINE)[1:]:
        title = case.partition("\n")[0]
        yield pytest.param(changed(case), re.findall(r"^!!! (.+)$", case, re.MULTILINE), id=title)


@pytest.mark.parametrize(("text", "expected"), list(cases()))
def test_the_check_reports_every_problem_with_its_line(text, expected):
    works, _ = read_references((settings.CONTENT_DIR / "references.json").read_text())
    file = DocumentFile(Path("guides/waiting.md"), KINDS["guide"], text, KINDS["guide"].parse(text, works))
    problems = [found.problem for found in sorted(check_documents([file], ELSEWHERE, TODAY))]
    reported = [f"{problem.line} {problem.level} {problem.code}: {problem.message}" for problem in problems]
    assert reported == expected


def test_every_problem_of_a_guide_has_a_case():
    shown = set(re.findall(r"^!!! \d+ \w+ ([a-z-]+):", CASES, re.MULTILINE))
    of_the_quiz = {"keys-unbalanced", "label-missing", "line-unreadable", "side-without-text", "step-eases-other"}
    of_files = {
        *("file-unread", "slug-taken", "text-unreadable"),
        *("helpline-due", "helpline-overdue", "helpline-unverified", "helplines-broken"),
    }
    assert shown | of_the_quiz | of_files == set(LEVELS)
