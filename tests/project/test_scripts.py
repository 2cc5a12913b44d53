"""The scripts on a bare machine, whose Python only records its arguments and fails where a test wants it to."""

import shutil
import subprocess
from dataclasses import dataclass

import pytest

PROGRAMS = ("sh", "bash", "cat", "cksum", "cp", "dirname", "grep", "mkdir", "mktemp", "rm", "tail", "tee")
PYTHON = """#!/bin/sh
printf '%s\\n' "$*" >>"$ASKED"
case $* in
  *"$FAILS"*) exit 1 ;;
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"-m pytest"*) echo "$TESTED" ;;
esac
"""


@dataclass(frozen=True)
class Ran:
    status: int
    said: str
    asked: list[str]

    def installed(self) -> list[str]:
        """The options that pip was given, of each installation."""
        return [line.partition(" --retries 2 ")[2] for line in self.asked if "pip install" in line]


@pytest.fixture
def machine(bare, tmp_path):
    programs, asked, elsewhere = tmp_path / "bin", tmp_path / "asked", tmp_path / "elsewhere"
    programs.mkdir()
    (elsewhere / "script").mkdir(parents=True)
    for name in PROGRAMS:
        (programs / name).symlink_to(shutil.which(name))
    (programs / "python3").write_text(PYTHON)
    (programs / "python3").chmod(0o755)

    def run(*command, fails="-nothing-", tested="2 passed in 0.10s", cwd=bare):
        asked.write_text("")
        env = {"PATH": str(programs), "ASKED": str(asked), "FAILS": fails, "TESTED": tested, "CDPATH": str(elsewhere)}
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout + done.stderr, asked.read_text().splitlines())

    return run


def test_without_a_fitting_python_one_sentence_says_so(machine):
    refused = machine("script/serve", fails="import sys")
    assert refused.status == 1
    assert refused.said == "Python 3.11 or later is missing: install it and run this again.\n"


def test_without_venv_one_sentence_says_how_to_get_it(machine):
    refused = machine("script/serve", fails="venv, ensurepip")
    assert refused.status == 1
    assert refused.said.startswith("python3 has no venv or no pip: install them")
    assert refused.said.count("\n") == 1


def test_without_a_network_the_last_line_says_what_to_check(machine):
    refused = machine("script/serve", fails="pip install")
    assert refused.status == 1
    assert refused.said.splitlines()[-1].startswith("Could not install the packages: see pip's reason above.")


def test_packages_are_installed_with_their_hashes_once_and_again_when_the_lock_changes(machine, bare):
    first = machine("script/serve")
    assert first.installed() == ["--no-deps --require-hashes -r requirements/serve.txt"]
    assert machine("script/serve").installed() == []
    with (bare / "requirements/serve.txt").open("a") as lock:
        lock.write("# changed\n")
    assert len(machine("script/serve").installed()) == 1


def test_tests_install_the_rest_and_serving_needs_nothing_more_after_them(machine):
    machine("script/serve")
    assert machine("script/test").installed() == ["--no-deps --require-hashes -r requirements/dev.txt"]
    assert machine("script/serve").installed() == machine("script/bench").installed() == machine("script/test").installed() == []


def test_an_installation_that_was_cut_short_is_done_again(machine, bare):
    assert len(machine("script/serve", fails="pip install").installed()) == 1
    assert len(machine("script/serve").installed()) == 1
    lock = bare / "requirements/dev.txt"
    whole = lock.read_text()
    lock.write_text(whole + "# changed\n")
    machine("script/test", fails="pip install")
    lock.write_text(whole)
    assert len(machine("script/serve").installed()) == 1


def test_serve_can_be_called_from_any_folder_and_hands_its_arguments_on(machine, bare, tmp_path):
    served = machine(bare / "script/serve", "--port", "8001", cwd=tmp_path)
    assert served.asked[-1] == "manage.py serve --port 8001"


def test_tests_named_from_another_folder_are_found(machine, bare):
    asked = machine("../script/test", "project/test_scripts.py::test_x", "-k", "word", cwd=bare / "tests").asked[-1]
    assert asked.endswith(f" {bare}/tests/project/test_scripts.py::test_x -k word")


def test_everything_is_checked_in_order(machine):
    checked = machine("script/test")
    assert checked.status == 0
    assert [line[3:] for line in checked.said.splitlines() if line.startswith("== ")] == [
        "format",
        "lint",
        "types",
        "import rules",
        "migrations",
        "content",
        "tests",
        "browser tests",
    ]


def test_quick_tests_start_no_process(machine):
    checked = machine("script/test", "--quick")
    assert checked.status == 0
    assert "== content" in checked.said
    assert "== quick tests" in checked.said
    assert checked.asked[-1].endswith("-n auto -m not processes")


def test_the_first_step_that_fails_is_named_and_the_last_that_runs(machine):
    failed = machine("script/test", fails="mypy")
    assert failed.status == 1
    assert failed.said.splitlines()[-1] == "script/test stopped at: types."
    assert "== import rules" not in failed.said


def test_ci_refuses_skipped_tests(machine):
    assert machine(".ci/run").status == 0
    refused = machine(".ci/run", tested="1 passed, 1 skipped in 0.10s")
    assert refused.status == 1
    assert refused.said.splitlines()[-1] == "Tests were skipped: the reasons are above."


def test_ci_fails_where_a_step_fails(machine):
    assert machine(".ci/run", fails="ruff check").status == 1
