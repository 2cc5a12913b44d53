"""A content folder with files of editors, files in wrong folders, and entries that are not regular files."""

import os
import re
import socket
import subprocess
import sys

import pytest
from django.conf import settings as project

from ops.embedded_postgres import AS_NOBODY
from tests.support.builders import guide_text

IGNORED = ["._a.md", ".a.md.swp", "a.md~", "#a.md#", "~$a.md", ".DS_Store"]


@pytest.mark.parametrize("where", ["", "guides", "drafts/guides", "images"])
@pytest.mark.parametrize("name", IGNORED)
def test_hidden_files_and_those_that_editors_leave_are_ignored(write, run, folder, where, name):
    write()
    (folder / where).mkdir(parents=True, exist_ok=True)
    (folder / where / name).write_bytes(b"\0\xff")
    assert run("check_content") == ""
    assert run("import_content") == "new: guides/waiting.md\n1 text imported: 1 new.\n"


def test_the_lock_of_an_editor_a_dangling_link_is_ignored(write, run, folder):
    write()
    (folder / "guides/.#waiting.md").symlink_to("ines@desk.4711:1764000000")
    assert run("check_content") == ""


def test_a_hidden_folder_is_ignored(write, run, folder):
    write()
    write("rest", where=".git/guides")
    assert run("check_content") == ""


UNREAD = {
    "guides/new.MD": 'its name does not end in ".md". Name it new.md.',
    "guides/new.markdown": "Name it new.md.",
    "guides/new.txt": "Name it new.md.",
    "drafts/guides/new.Md": "Name it new.md.",
    "guides/sub/new.md": "Texts are in guides/, quiz/, drafts/guides/, drafts/quiz/ and in no other folder.",
    "guide/new.md": "Put it into one of them.",
    "drafts/new.md": "Put it into one of them.",
    "new.md": "Put it into one of them.",
    "guides/lamp.png": "Upload the picture in the editor",
    "images.zip": "Keep other files elsewhere.",
    "guides/helplines.yaml": "Keep other files elsewhere.",
}


@pytest.mark.parametrize(("name", "how"), UNREAD.items())
def test_a_file_that_nothing_reads_is_named_with_what_to_do(write, run, folder, name, how):
    write()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(guide_text("new"))
    said = run("check_content")
    assert said.startswith(f"{folder}/{name}:1: warning file-unread: Nobody reads this file")
    assert how in said
    assert f"{name}:1: warning file-unread" in run("import_content")


def test_every_file_in_our_own_content_folder_is_read(run):
    assert "file-unread" not in run("check_content")
    assert "There is no file" not in run("check_content", str(project.CONTENT_DIR / "LICENSE"))


def test_a_link_to_a_folder_is_named_and_not_followed(write, run, folder, tmp_path):
    write()
    (tmp_path / "elsewhere").mkdir()
    (folder / "old").symlink_to(tmp_path / "elsewhere")
    assert "old:1: warning file-unread: This is a link to a folder" in run("check_content", str(folder))


def test_pipes_sockets_and_devices_are_named_without_waiting_for_them(write, run, folder):
    write()
    os.mkfifo(folder / "guides/pipe.md")
    os.mkfifo(folder / "references.json.pipe")
    (folder / "references.json").unlink()
    os.mkfifo(folder / "references.json")
    (folder / "helplines.yaml").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "guides/socket.md"))
        said = run("import_content")
    unreadable = re.findall(r"^(\S+):1: error text-unreadable: This is no file", said, re.MULTILINE)
    assert unreadable == ["guides/pipe.md", "guides/socket.md", "helplines.yaml", "references.json"]
    assert "references.json.pipe:1: warning file-unread" in said


@pytest.mark.parametrize("name", ["x" * 300, "../guides/waiting.md", "../../private.webp", "%00", "a\\b", ".", "lamp.webp/"])
def test_no_address_of_a_picture_in_a_text_reaches_the_file_system(write, run, folder, tmp_path, name):
    path = write()
    (folder / "images").mkdir()
    (tmp_path / "private.webp").touch()
    path.write_text(path.read_text().replace("### Rest\n\n", f"### Rest\n\n![A lamp](/images/{name}) "))
    assert "error image-missing: There is no picture /images/" in run("import_content")


@pytest.fixture
def as_an_ordinary_user(folder):
    """Runs a command without a database, and without root's right to read everything."""
    env = {**os.environ, "DATABASE_URL": "postgresql:///none"}
    bound = AS_NOBODY if os.geteuid() == 0 else ()

    def run(*command):
        whole = [*bound, sys.executable, "manage.py", *command]
        done = subprocess.run(whole, cwd=project.BASE_DIR, env=env, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("guides", "guides:1: error text-unreadable: This folder can't be opened: Permission denied."),
        ("guides/waiting.md", "guides/waiting.md:1: error text-unreadable: This file can't be opened: Permission denied."),
        ("references.json", "references.json:1: error text-unreadable: This file can't be opened: Permission denied."),
        (".", ":1: error text-unreadable: This folder can't be opened: Permission denied."),
    ],
)
@pytest.mark.processes
def test_a_file_or_folder_without_read_permission_is_named(write, folder, as_an_ordinary_user, closed, said):
    write()
    mode = (folder / closed).stat().st_mode
    (folder / closed).chmod(0)
    try:
        printed = as_an_ordinary_user("check_content", f"--root={folder}")
    finally:
        (folder / closed).chmod(mode)
    assert said in printed
    assert "Traceback" not in printed
