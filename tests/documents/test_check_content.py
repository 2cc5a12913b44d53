"""check_content: what writers and CI see."""

from datetime import date, timedelta

import pytest

from tests.support.builders import guide_text


def test_nothing_is_printed_for_texts_without_problems(write, run):
    write("one", related="two")
    write("two", related="one")
    assert run("check_content") == ""


def test_problems_are_printed_in_the_format_of_compilers_and_errors_exit_with_1(write, run, folder):
    write("one", related="three")
    (folder / "guides/two.md").write_text(guide_text("two").replace("## Rest", "## Rest {#rest}"))
    assert run("check_content") == (
        f'{folder}/guides/one.md:7: error link-broken: There is no page "/guides/three/". '
        "Correct the address, or write that page first.\n"
        f'{folder}/guides/two.md:67: error heading-attribute: "Rest" is not a step. Only steps have {{#...}}.\n'
        "exit 1"
    )


def test_warnings_alone_exit_with_0(write, run, folder):
    path = write()
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011
    path.write_text(path.read_text().replace("next_review: 2027-11-01", f"next_review: {yesterday}").replace("2026-11-01", "2020-11-01"))
    assert run("check_content").startswith(f"{path}:6: warning review-overdue:")
    assert not run("check_content").endswith("exit 1")


def test_a_path_limits_the_output_and_not_the_check(write, run):
    good = write("good", related="bad")
    bad = write("bad", related="nowhere")
    assert run("check_content", str(good)) == ""
    assert "There is no page" in run("check_content", str(bad))


def test_files_beside_the_documents_are_checked_too(write, run, folder):
    write()
    (folder / "references.json").write_text("[1]")
    (folder / "helplines.yaml").write_text("- no: country\n")
    said = run("check_content")
    assert f"{folder}/references.json:1: error value-wrong" in said
    assert f"{folder}/helplines.yaml:1: error key-unknown" in said


def test_two_files_with_one_slug_are_an_error(write, run):
    write()
    path = write(where="drafts/guides")
    said = run("check_content")
    assert f'{path}:3: error slug-taken: "waiting" is the slug of guides/waiting.md too.' in said


def test_a_sentence_in_two_guides_is_a_warning_for_the_later_one(write, run, folder):
    write("one", related="two")
    two = write("two")
    borrowed = "The boat waits where the river bends."
    for path in (folder / "guides/one.md", two):
        path.write_text(path.read_text().replace("### Rest\n\n", f"### Rest\n\n{borrowed} "))
    said = run("check_content")
    assert said.startswith(f'{two}:69: warning sentence-shared: "{borrowed}" stands in /guides/one/ too.')
    assert said.count("\n") == 1


def test_a_missing_path_is_named(write, run, tmp_path):
    write()
    for path in (tmp_path / "content/guide", tmp_path / "content/guides/waiting", tmp_path / ("x" * 300)):
        assert run("check_content", str(path)).startswith(f"refused: There is no file or folder {path}.")


def test_a_path_outside_the_content_folder_is_named(write, run, folder, tmp_path):
    write()
    assert run("check_content", str(tmp_path)).startswith(f"refused: {tmp_path} is not inside the content folder {folder}.")


@pytest.mark.parametrize("name", ["quiz", "guides/.waiting.md.swp"])
def test_a_path_without_files_is_named(write, run, folder, name):
    write()
    (folder / "quiz").mkdir()
    (folder / "guides/.waiting.md.swp").touch()
    assert run("check_content", str(folder / name)).startswith(f"refused: There is nothing to check in {folder / name}")


def test_a_missing_or_empty_root_is_named(write, run, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for name in ("nowhere", "file", "x" * 300):
        assert run("check_content", f"--root={tmp_path / name}") == f"refused: There is no folder {tmp_path / name}."
        assert run("import_content", str(tmp_path / name)) == f"refused: There is no folder {tmp_path / name}."
    assert run("check_content", f"--root={tmp_path}/empty").startswith("refused: There is nothing to check in")
    assert run("import_content", f"{tmp_path}/empty").startswith("refused: Nothing was imported: there is no text in")


def test_symlinks_in_a_path_do_not_hide_problems(write, run, folder, tmp_path):
    bad = write(related="nowhere")
    (tmp_path / "link").symlink_to(folder)
    (folder / "guides/outside.md").symlink_to(tmp_path / "outside.md")
    assert "link-broken" in run("check_content", str(tmp_path / "link/guides"))
    assert "link-broken" in run("check_content", str(bad), f"--root={tmp_path}/link")
    assert "text-unreadable" in run("check_content", str(folder / "guides/outside.md"))
