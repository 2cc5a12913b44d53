"""docs/decisions/dependencies.md names the modules that use a library, which a replacement has to change."""

import ast
import re

import pytest

from tests.support.packages import PACKAGES, ROOT

PAGE = (ROOT / "docs/decisions/dependencies.md").read_text()
IMPORT_NAMES = {
    "Brotli": "brotli",
    "markdown-it-py": "markdown_it",
    "nh3": "nh3",
    "Pillow": "PIL",
    "prometheus-client": "prometheus_client",
    "PyYAML": "yaml",
}
MODULES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for package in PACKAGES for path in ROOT.glob(f"{package}/**/*.py")}


def imports(tree: ast.Module) -> set[str]:
    """Returns the libraries that a module imports."""
    nodes = [*ast.walk(tree)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("library", IMPORT_NAMES)
def test_the_modules_that_use_a_library_are_the_ones_named(library):
    [row] = re.findall(rf"^\| {library} \|.*", PAGE, re.MULTILINE)
    named = re.findall(r"`(\w+/[\w/]*(?:\.py)?)`", row)
    users = {module for module, tree in MODULES.items() if IMPORT_NAMES[library] in imports(tree)}
    assert sorted(module for module in users if not module.startswith(tuple(named))) == []
    assert sorted(name for name in named if not any(module.startswith(name) for module in users)) == []
