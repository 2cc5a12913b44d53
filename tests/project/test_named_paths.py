"""Files and names of code that documentation and comments refer to exist."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.packages import PACKAGES, ROOT

FOLDERS = "|".join((*PACKAGES, "docs", "requirements", "script", "static", "templates", "tests"))
PATH = re.compile(rf"(?<![\w/.<-])((?:{FOLDERS})/[\w/.-]*\.(?:conf|css|html|js|md|py|txt)\b)")
DOTTED = re.compile(rf"(?<![\w/.<@:-])((?:{'|'.join(PACKAGES)})(?:\.\w+)+)(?![\w/(=@-])(?<!\.md)(?<!\.html)")
CODE = [path for package in (*PACKAGES, "tests") for path in ROOT.glob(f"{package}/**/*.py") if "migrations" not in path.parts]
TEXTS = [
    *(
        path
        for pattern in ("docs/**/*.md", "README.md", "script/*", "Dockerfile", "compose.yaml", "ops/*.conf")
        for path in ROOT.glob(pattern)
    ),
    *(path for pattern in ("templates/**/*.html", "static/css/*.css", "static/js/*.js") for path in ROOT.glob(pattern)),
]
OLD_NAMES = {ROOT / "docs/changelog.md"}  # says what files were called at the time


def comments_of(path: Path) -> Iterator[str]:
    """Yields comments and docstrings of a Python file."""
    previous = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and previous in {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
        ):
            yield token.string
        if token.type not in {tokenize.NL, tokenize.COMMENT}:
            previous = token.type


def text_of(path: Path) -> str:
    return "\n".join(comments_of(path)) if path.suffix == ".py" else path.read_text()


def is_path(named: str) -> bool:
    return any((ROOT / folder / named).exists() for folder in ("", "content", "static", "templates"))


def is_name(dotted: str) -> bool:
    """Whether a dotted name is a module, or a name that the module contains. Nothing is imported."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:length])
        rest = parts[length:]
        if module.with_suffix(".py").exists():
            source = module.with_suffix(".py").read_text()
            return all(re.search(rf"\b{name}\b", source) for name in rest)
        if (module / "__init__.py").exists():
            models = module / "models.py"  # "documents.Document" is how Django names a model
            return not rest or (len(rest) == 1 and models.exists() and f"class {rest[0]}(" in models.read_text())
    return False


@pytest.mark.parametrize("path", [path for path in (*CODE, *TEXTS) if path not in OLD_NAMES], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_text_or_comment_refers_to_exists(path):
    text = text_of(path)
    missing = [named for named in PATH.findall(text) if not is_path(named)]
    missing += [name for name in DOTTED.findall(text) if not is_name(name)]
    assert missing == []


def test_a_path_or_name_that_does_not_exist_is_found():
    text = "See tests/web/test_gone.py, `web.page_cache.Form`, web.gone, tests/web/test_page_cache.py and web.page_cache.Variant."
    assert [named for named in PATH.findall(text) if not is_path(named)] == ["tests/web/test_gone.py"]
    assert [name for name in DOTTED.findall(text) if not is_name(name)] == ["web.page_cache.Form", "web.gone"]
