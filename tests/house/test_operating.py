"""What docs/operating.md tells an operator is whole and true: every setting, every command, every number."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from prometheus_client import REGISTRY

import config.metrics  # noqa: F401  # registers them
from tests.house.conftest import ROOT

PAGE = (ROOT / "docs/operating.md").read_text()
READ = re.compile(
    r"""(?:flag|whole_number|secret|origin|os\.environ\.get)\(\s*["']([A-Z_]+)["']"""
    r"""|os\.environ\[["']([A-Z_]+)["']\]|\$\{([A-Z_]+)"""
)
WHERE = ("config/*.py", "gunicorn.conf.py", "manage.py", "compose.yaml", "Dockerfile", "pages/management/commands/*.py")
OURS = {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR", "BASE"}  # set by the site itself, or while the image is made
GUNICORNS = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"}


def read_from_the_environment() -> set[str]:
    texts = "".join(path.read_text() for pattern in WHERE for path in ROOT.glob(pattern))
    return {name for found in READ.findall(texts) for name in found if name} - OURS


def test_every_setting_is_told_and_none_that_is_not_read():
    told = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(read_from_the_environment() | GUNICORNS)


def test_every_script_test_and_command_that_is_named_is_there():
    paths = re.findall(r"(?<![\w/])((?:script|tests|bench|docs|quiz|config)/[\w/.]+)", PAGE)
    assert "tests/quiz/test_faults.py" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert set(re.findall(r"manage\.py (\w+)", PAGE)) <= set(get_commands())


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_the_pages_lead_somewhere(page: Path):
    links = re.findall(r"\]\((?!http|#|/)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_number_for_prometheus_is_told():
    counted = {f"{one.name}{'_total' if one.type == 'counter' else ''}" for one in REGISTRY.collect() if one.name.startswith("safehaven")}
    assert counted == set(re.findall(r"`(safehaven_\w+)`(?=[^\n]* \|[^|\n]*\|$)", PAGE, re.MULTILINE))
