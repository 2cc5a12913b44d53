"""docs/operating.md has every setting, command and metric, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from prometheus_client import REGISTRY

import ops.metrics  # noqa: F401  # registers them
from tests.support.packages import PACKAGES, ROOT

PAGE = (ROOT / "docs/operating.md").read_text()
CODE = (*(f"{package}/**/*.py" for package in PACKAGES), "*.py")
READERS = {
    *(
        f"env_{kind}"
        for kind in ("bool", "choice", "hosts", "int", "ip_address", "networks", "origin", "port", "secret", "text", "workers")
    ),
    *("get", "setdefault"),
}
OURS = {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR", "BASE"}  # set by the site itself, or while the image is made


def named_in(node: ast.AST) -> Iterator[ast.expr]:
    """Where a variable of the environment may be named: what a reader is asked for, or what os.environ holds."""
    of_a_request = ("environ.", "request.META.")
    if (
        isinstance(node, ast.Call)
        and (asked := ast.unparse(node.func)).rpartition(".")[2] in READERS
        and not asked.startswith(of_a_request)
    ):
        yield from node.args[:1]
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
        yield node.slice
    if isinstance(node, ast.Compare) and "os.environ" in map(ast.unparse, node.comparators):
        yield node.left


def read_from_the_environment() -> set[str]:
    trees = [ast.parse(path.read_text()) for pattern in CODE for path in ROOT.glob(pattern)]
    found = [name for tree in trees for node in ast.walk(tree) for name in named_in(node)]
    by_code = {name.value for name in found if isinstance(name, ast.Constant) and re.fullmatch("[A-Z][A-Z_]+", str(name.value))}
    by_compose = re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text() + (ROOT / "Dockerfile").read_text())
    return {str(name) for name in by_code if not str(name).startswith("HTTP_")} | {*by_compose} - OURS


def test_every_setting_is_documented_and_no_other():
    documented = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert sorted(documented) == sorted(read_from_the_environment() - OURS)


def test_the_secrets_that_may_be_in_a_file_are_documented():
    named = re.search(r"^Any secret may .*$", PAGE, re.MULTILINE)
    assert named
    assert sorted(re.findall(r"`([A-Z_]+)_FILE`", named[0])) == ["DATABASE_URL", "OLD_SECRET_KEY", "PGPASSWORD", "SECRET_KEY"]


def test_every_script_test_and_command_exists():
    folders = "|".join((*PACKAGES, "docs", "requirements", "script", "tests"))
    paths = re.findall(rf"(?<![\w/])((?:{folders})/[\w/.]+)", PAGE)
    assert "tests/quiz/test_faults.py" in paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert set(re.findall(r"manage\.py (\w+)", PAGE)) <= set(get_commands())


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_of_documentation_work(page: Path):
    links = re.findall(r"\]\((?!http|#|/)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_metric_is_documented():
    counted = {f"{one.name}{'_total' if one.type == 'counter' else ''}" for one in REGISTRY.collect() if one.name.startswith("safehaven")}
    assert counted == set(re.findall(r"`(safehaven_\w+)`(?=[^\n]* \|[^|\n]*\|$)", PAGE, re.MULTILINE))
