"""Which release a process is: another one as soon as anything differs that pages are made with."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from documents.build_id import digest
from tests.support.packages import PACKAGES


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of all that pages are made with."""
    for name in (*PACKAGES, "templates"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "requirements").mkdir()
    shutil.copy(settings.BASE_DIR / "requirements/production.txt", tmp_path / "requirements")
    return tmp_path


def release_of(checkout: Path) -> str:
    return digest.__wrapped__(checkout, checkout / "none", 0)


def test_each_file_of_code_each_template_and_the_list_of_packages_makes_another_release(checkout):
    (checkout / "guides/reader").mkdir()
    (checkout / "guides/reader/deep.py").touch()
    files = [*checkout.rglob("*.py"), *checkout.rglob("*.html"), checkout / "requirements/production.txt"]
    assert len(files) > 100
    seen = {release_of(checkout)}
    for file in files:
        file.write_text(file.read_text() + "\n")
        seen.add(release_of(checkout))
    assert len(seen) == len(files) + 1


def test_what_moved_from_one_file_to_the_next_makes_another_release(checkout):
    before = release_of(checkout)
    one, other = checkout / "guides/a.py", checkout / "guides/b.py"
    one.write_text("x = 1\n")
    other.write_text("")
    first = release_of(checkout)
    one.write_text("")
    other.write_text("x = 1\n")
    assert len({before, first, release_of(checkout)}) == 3


def test_what_is_only_measured_or_tested_with_makes_no_other_release(checkout):
    before = release_of(checkout)
    for package in (checkout / "tests", checkout / "tests/bench"):
        package.mkdir()
        (package / "__init__.py").touch()
    assert release_of(checkout) == before


def test_a_checkout_reached_by_a_symlink_is_the_same_release(checkout, tmp_path_factory):
    link = tmp_path_factory.mktemp("elsewhere") / "current"
    link.symlink_to(checkout)
    assert release_of(link) == release_of(checkout)
