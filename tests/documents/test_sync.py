"""Import and export when one side changed, when both did, and when they are interrupted."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.files.sync import ConflictPolicy, import_folder
from documents.models import Document, Redirect, Revision
from guides.models import Guide
from tests.support.admin_client import has_blocked_connection
from tests.support.builders import guide_text
from tests.support.waiting import wait_until


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.md"))}


def test_a_new_file_becomes_a_published_guide_with_its_first_revision(write, run):
    write()
    assert run("import_content") == "new: guides/waiting.md\n1 text imported: 1 new.\n"
    guide = Guide.objects.published(timezone.now()).get()
    assert (guide.slug, guide.title) == ("waiting", "How to wait for an answer")
    assert [(revision.number, revision.note) for revision in guide.revisions.all()] == [(1, "Imported from its file")]


def test_a_file_among_the_drafts_becomes_a_draft(write, run):
    write(where="drafts/guides")
    run("import_content")
    assert [guide.state for guide in Guide.objects.all()] == ["draft"]


def test_export_import_export_is_byte_identical(write, run, folder, tmp_path):
    write("one")
    write("two", where="drafts/guides")
    (folder / "guides/three.md").write_bytes(guide_text("three").replace("\n", "\r\n").encode() + b"\r\n  \n")
    run("import_content")
    first, second = tmp_path / "first", tmp_path / "second"
    run("export_content", str(first))
    Document.objects.all().delete()
    run("import_content", str(first))
    run("export_content", str(second))
    assert files(first) == files(second) == files(folder)


def test_importing_twice_changes_nothing(write, run):
    write()
    run("import_content")
    assert run("import_content") == "1 text imported: 1 same.\n"
    assert Revision.objects.count() == 1


def test_a_changed_file_is_imported_and_the_old_text_stays_in_the_history(write, run, texts):
    old = write().read_text()
    run("import_content")
    write(title="How to wait well")
    assert run("import_content") == "changed: guides/waiting.md\n1 text imported: 1 changed.\n"
    assert texts() == {"waiting": guide_text(title="How to wait well")}
    assert [revision.source == old for revision in Revision.objects.order_by("number")] == [True, False]


def test_a_text_changed_in_the_admin_is_kept_until_it_is_exported(write, run, edit, texts):
    path = write()
    run("import_content")
    edit(text=guide_text(title="How to wait well"))
    assert run("import_content") == "kept: guides/waiting.md\n1 text imported: 1 kept.\n"
    assert run("export_content") == "changed: guides/waiting.md\n1 text exported: 1 changed.\n"
    assert path.read_text() == texts()["waiting"] == guide_text(title="How to wait well")
    assert run("import_content") == "1 text imported: 1 same.\n"


@pytest.fixture
def both_changed(write, run, edit):
    path = write()
    run("import_content")
    edit(text=guide_text(title="From the admin"))
    write(title="From the file")
    return path


def test_an_import_stops_at_a_conflict_and_names_the_file(both_changed, run, texts, write):
    write("other")
    said = run("import_content")
    assert "conflict: guides/waiting.md" in said
    assert "refused: Nothing was imported" in said
    assert texts() == {"waiting": guide_text(title="From the admin")}


def test_an_export_stops_at_a_conflict_and_names_the_file(both_changed, run):
    assert "conflict: guides/waiting.md\nrefused: Nothing was exported" in run("export_content")
    assert both_changed.read_text() == guide_text(title="From the file")


@pytest.mark.parametrize(
    ("command", "choice", "title"),
    [
        ("import_content", "--theirs", "From the file"),
        ("import_content", "--ours", "From the admin"),
        ("export_content", "--theirs", "From the admin"),
        ("export_content", "--ours", "From the file"),
    ],
)
def test_a_chosen_side_wins_and_both_agree_after_the_opposite_command(both_changed, run, texts, command, choice, title):
    run(command, choice)
    run("export_content" if command == "import_content" else "import_content")
    assert both_changed.read_text() == texts()["waiting"] == guide_text(title=title)


def test_a_copy_elsewhere_never_overwrites_silently(write, run, edit, folder, tmp_path, texts):
    write()
    run("import_content")
    run("export_content", str(tmp_path / "copy"))
    edit(text=guide_text(title="Newer"))
    assert "conflict" in run("import_content", str(tmp_path / "copy"))
    assert "conflict" in run("export_content", str(tmp_path / "copy"))
    run("import_content")
    assert texts() == {"waiting": guide_text(title="Newer")}


def test_one_error_stops_the_whole_import_and_every_problem_is_printed(write, run, texts, folder):
    write("good")
    (folder / "guides/bad.md").write_text(guide_text("bad").replace("- [ ]", "-"))
    (folder / "guides/broken.md").write_bytes(b"---\ntitle: \xff\n")
    said = run("import_content")
    assert said.count("guides/bad.md:") == 8
    assert "guides/broken.md:2: error text-unreadable: Byte 11 is not UTF-8. Save the file as UTF-8." in said
    assert said.endswith("refused: Nothing was imported: 9 errors stand above. Mend them and run this again.")
    assert texts() == {}


def test_a_dry_run_prints_what_it_would_do_and_does_nothing(write, run, texts, edit, folder):
    write()
    assert run("import_content", "--dry-run") == "new: guides/waiting.md\n1 text would be imported: 1 new.\n"
    assert texts() == {}
    edit("other")
    before = files(folder)
    assert run("export_content", "--dry-run") == "new: guides/other.md\n1 text would be exported: 1 new.\n"
    assert files(folder) == before


def test_a_missing_folder_is_named(run, tmp_path):
    assert run("import_content", str(tmp_path / "nowhere")) == f"refused: There is no folder {tmp_path / 'nowhere'}."


def test_a_guide_renamed_in_the_admin_renames_its_file(write, run, edit, folder):
    write()
    run("import_content")
    guide = edit(text=guide_text("patience").replace("slug: waiting", "slug: patience"))
    Guide.objects.exclude(pk=guide.pk).delete()
    renamed = Guide.objects.get()
    renamed.save_revision(guide_text("waiting-well"), by=None, now=timezone.now(), note="Renamed")
    run("export_content")
    assert list(files(folder)) == ["guides/waiting-well.md"]
    assert run("import_content") == "1 text imported: 1 same.\n"


@pytest.fixture
def renamed(write, run, edit):
    """The file "waiting" of a guide that was renamed to "patience" in the admin and not exported yet."""
    path = write()
    run("import_content")
    guide = Guide.objects.get()
    guide.save_revision(guide.source.replace("slug: waiting", "slug: patience"), by=None, now=timezone.now(), note="Renamed")
    return path


def another_text():
    return guide_text("begin", title="How to begin").replace("slug: begin", "slug: waiting")


def test_another_text_at_a_former_address_is_a_new_guide(renamed, run, texts, folder, client):
    run("export_content")
    renamed.write_text(another_text())
    assert run("import_content").startswith("new: guides/waiting.md\n2 texts imported: 1 same, 1 new.")
    assert texts() == {"patience": guide_text().replace("slug: waiting", "slug: patience"), "waiting": another_text()}
    assert "How to begin" in client.get("/guides/waiting/").content.decode()
    assert not Redirect.objects.exists()
    assert run("export_content") == "2 texts exported: 2 same.\n"
    assert list(files(folder)) == ["guides/patience.md", "guides/waiting.md"]


def test_an_export_does_not_overwrite_another_text_at_a_former_address(renamed, run, folder):
    renamed.write_text(another_text())
    assert run("export_content", "--theirs") == "new: guides/patience.md\n1 text exported: 1 new.\n"
    assert files(folder)["guides/waiting.md"].decode() == another_text()


def test_the_old_text_at_a_former_address_belongs_to_the_renamed_guide(renamed, run, texts):
    assert run("import_content") == "kept: guides/waiting.md\n1 text imported: 1 kept.\n"
    assert list(texts()) == ["patience"]


def test_a_guide_renamed_here_and_edited_in_its_file_is_a_conflict_and_no_second_guide(renamed, run, texts):
    renamed.write_text(renamed.read_text() + "\nOne more sentence was written here.\n")
    assert "conflict: guides/waiting.md" in run("import_content")
    assert "conflict: guides/waiting.md" in run("export_content")
    assert list(texts()) == ["patience"]


def test_an_old_file_left_beside_the_renamed_one_is_an_error_and_undoes_nothing(renamed, run, texts):
    old = renamed.read_text()
    run("export_content")
    renamed.write_text(old)
    assert 'guides/waiting.md:3: error slug-taken: "waiting" is an old address of' in run("import_content")
    assert list(texts()) == ["patience"]


ENCODINGS = {
    "line breaks of Windows": lambda text: text.replace("\n", "\r\n"),
    "line breaks of old Macs": lambda text: text.replace("\n", "\r"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "both": lambda text: "\ufeff" + text.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS)
def test_line_breaks_and_byte_order_marks_are_no_change(write, run, edit, texts, encoding):
    path = write()
    run("import_content")
    path.write_bytes(encoding(guide_text()).encode())
    assert run("import_content") == "1 text imported: 1 same.\n"
    assert run("export_content") == "1 text exported: 1 same.\n"
    edit(text=guide_text(title="From the admin"))
    assert run("import_content") == "kept: guides/waiting.md\n1 text imported: 1 kept.\n"
    path.write_bytes(encoding(guide_text(title="From the file")).encode())
    assert "conflict" in run("import_content")
    assert texts() == {"waiting": guide_text(title="From the admin")}


def test_a_text_is_stored_byte_for_byte(write, run, texts):
    path = write()
    path.write_bytes(ENCODINGS["both"](guide_text()).encode())
    run("import_content")
    assert texts()["waiting"].encode() == path.read_bytes()


@pytest.fixture
def full_disk():
    """Fails the writing of files above a kilobyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_export_to_a_full_disk_prints_one_sentence_and_leaves_every_file_as_it_was(write, run, edit, folder, request):
    write("one")
    run("import_content")
    edit("one", guide_text("one", title="Newer"))
    edit("two")
    before = files(folder)
    request.getfixturevalue("full_disk")
    assert run("export_content") == (
        f"refused: The texts could not be written: {folder}: File too large. "
        "No file is half-written. Mend that, or name another folder, and run this again."
    )
    assert files(folder) == before
    assert [path.name for path in (folder / "guides").iterdir()] == ["one.md"]


@pytest.mark.parametrize("name", ["file", "file/below", "x" * 300])
def test_an_export_to_an_impossible_folder_prints_one_sentence(edit, run, tmp_path, name):
    edit()
    (tmp_path / "file").touch()
    assert run("export_content", str(tmp_path / name)).startswith(f"refused: The texts could not be written: {tmp_path}")


def test_an_export_waits_for_no_pipe_and_overwrites_no_folder(write, run, edit, folder):
    edit("one"), edit("two")
    for name, make in (("one", os.mkfifo), ("two", os.mkdir)):
        make(folder / f"guides/{name}.md")
        assert run("export_content").startswith(f"refused: Nothing was exported. {folder}/guides/{name}.md: This is no file")
        Guide.objects.filter(slug=name).delete()


def test_a_draft_that_was_published_leaves_the_drafts_folder(write, run, edit, folder):
    write(where="drafts/guides")
    run("import_content")
    Guide.objects.update(state="published", publish_at=timezone.now())
    run("export_content")
    assert list(files(folder)) == ["guides/waiting.md"]


def test_an_import_takes_the_same_number_of_statements_for_3_and_30_guides(write, folder, db):
    counts = []
    for number in (3, 30):
        for one in range(number):
            write(f"guide-{number}-{one}")
        with CaptureQueriesContext(connection) as queries:
            import_folder(folder, timezone.now(), ConflictPolicy.STOP, dry_run=False)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def opened():
    """The paths of files in the order in which they are opened."""
    paths, listening = [], True

    def note(event, arguments):
        if listening and event == "open" and isinstance(arguments[0], (str, Path)):
            paths.append(Path(arguments[0]))

    sys.addaudithook(note)  # Python can't remove it
    yield paths
    listening = False


def test_an_import_opens_each_file_once(write, run, folder, tmp_path, image_file, opened):
    write("one"), write("two"), write("three", where="drafts/guides")
    (folder / "helplines.yaml").write_text("[]")
    copy = shutil.copytree(folder, tmp_path / "copy")  # the site itself opens the list of works in its own folder
    opened.clear()
    run("import_content", str(copy))
    expected = [
        "drafts/guides/three.md",
        "guides/one.md",
        "guides/two.md",
        "helplines.yaml",
        f"images/{image_file.name}",
        "references.json",
    ]
    assert sorted(str(path.relative_to(copy)) for path in opened if path.is_relative_to(copy)) == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
def test_a_killed_import_leaves_everything_as_it_was(write, folder):
    write()
    settings = connection.settings_dict
    address = f"postgresql:///{settings['NAME']}?host={settings['HOST']}&port={settings['PORT']}&user={settings['USER']}"
    command = [sys.executable, "manage.py", "import_content", str(folder)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE documents_revision IN ACCESS EXCLUSIVE MODE")  # the import stops here, after writing the guide
        importer = subprocess.Popen(command, cwd=project.BASE_DIR, env=os.environ | {"DATABASE_URL": address})
        wait_until(lambda: importer.poll() is not None or has_blocked_connection(cursor))
        assert importer.poll() is None
        importer.kill()
        importer.wait()
    assert not Document.objects.exists()
