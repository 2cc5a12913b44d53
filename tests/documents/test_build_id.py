"""The build id changes with everything that pages are rendered from, and with nothing else."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from documents.build_id import digest
from tests.support.packages import PACKAGES


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of everything that pages are rendered from."""
    for name in (*PACKAGES, "templates"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "requirements").mkdir()
    shutil.copy(settings.BASE_DIR / "requirements/production.txt", tmp_path / "requirements")
    return tmp_path


def build_id_of(checkout: Path) -> str:
    return digest.__wrapped__(checkout, checkout / "none", 0)


def test_every_module_every_template_and_the_requirements_change_it(checkout):
    (checkout / "guides/deeper").mkdir()
    (checkout / "guides/deeper/deep.py").touch()
    files = [*checkout.rglob("*.py"), *checkout.rglob("*.html"), checkout / "requirements/production.txt"]
    assert len(files) > 100
    seen = {build_id_of(checkout)}
    for file in files:
        file.write_text(file.read_text() + "\n")
        seen.add(build_id_of(checkout))
    assert len(seen) == len(files) + 1


def test_content_that_moves_from_one_file_to_the_next_changes_it(checkout):
    before = build_id_of(checkout)
    one, other = checkout / "guides/a.py", checkout / "guides/b.py"
    one.write_text("x = 1\n")
    other.write_text("")
    first = build_id_of(checkout)
    one.write_text("")
    other.write_text("x = 1\n")
    assert len({before, first, build_id_of(checkout)}) == 3


def test_tests_and_benchmarks_do_not_change_it(checkout):
    before = build_id_of(checkout)
    for package in (checkout / "tests", checkout / "tests/bench"):
        package.mkdir()
        (package / "__init__.py").touch()
    assert build_id_of(checkout) == before


def test_a_checkout_reached_through_a_symlink_has_the_same_one(checkout, tmp_path_factory):
    link = tmp_path_factory.mktemp("elsewhere") / "current"
    link.symlink_to(checkout)
    assert build_id_of(link) == build_id_of(checkout)
