"""The locked packages: whole, hashed, and free of any registry's address."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.house.conftest import ROOT

LOCKS = ("requirements/production.txt", "requirements/dev.txt")


def locked(name):
    return set(re.findall(r"^([a-z0-9-]+)==\S+", (ROOT / name).read_text(), re.MULTILINE))


def asked(requirements):
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_a_hash_and_no_address(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert len(re.findall(r"==[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", text)) == len(locked(name)) > 0


def test_everything_asked_for_is_locked_and_the_development_lock_holds_both():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert asked(project["project"]["dependencies"]) <= locked("requirements/production.txt")
    assert asked(project["dependency-groups"]["dev"]) | locked("requirements/production.txt") <= locked("requirements/dev.txt")


def test_nothing_that_a_locked_package_needs_is_left_out():
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
