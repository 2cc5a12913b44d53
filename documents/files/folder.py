"""The folder content/: its files read, and checked against each other and the calendar."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from documents.bibliography import references
from documents.files.bounded_read import MAX_TEXT_BYTES, FileRefusedError, read_bounded
from documents.image_files import MAX_IMAGE_BYTES, EncodedImage, read_webp
from documents.kinds import KINDS, OTHER_FILE_CHECKS, Kind
from documents.links import is_page
from documents.text.library import Library, ParsedText, check_against_library
from documents.text.markdown import IMAGES_URL
from documents.text.problems import Problem
from documents.text.source import MAX_CHARACTERS, text_too_long

PICTURES = "images"
DRAFTS = "drafts"  # a document under this folder arrives as a draft
FOR_PEOPLE = {"LICENSE", "README.md"}  # beside the folders
# Hidden files, and what editors and office programs leave beside the file that is open: lock files, backups, swap files.
PASSING = re.compile(r"\..*|.*~|~\$.*|#.*#", re.DOTALL)
LIKE_TEXTS = {".md", ".markdown", ".mdown", ".mdtext", ".mdx", ".mkd", ".mkdn", ".text", ".txt"}
LIKE_PICTURES = {".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}


@dataclass(frozen=True)
class File:
    """A document as a file: its path under the content folder, its text, and what the text says."""

    path: Path
    kind: Kind
    text: str
    parsed: ParsedText

    @property
    def is_draft(self) -> bool:
        return self.path.parts[0] == DRAFTS

    @property
    def address(self) -> str:
        return self.kind.address.format(self.parsed.slug)


@dataclass(frozen=True, order=True)
class FileProblem:
    """A problem and the file that has it."""

    path: Path
    problem: Problem

    def __str__(self) -> str:
        return self.problem.at(self.path)


def files_in(folder: Path) -> list[Path]:
    """What a folder holds, without what is passing; nothing where there is no folder that can be opened."""
    try:
        return sorted(path for path in folder.iterdir() if not PASSING.fullmatch(path.name))
    except OSError:
        return []


def text_folders() -> dict[Path, Kind]:
    """The folders of documents inside a content folder. Published texts come first."""
    return {folder: kind for kind in KINDS.values() for folder in (Path(kind.folder), Path(DRAFTS, kind.folder))}


def gather(root: Path) -> tuple[list[File], list[FileProblem]]:
    """All documents under a content folder, and the files that are no text at all."""
    files: list[File] = []
    unreadable: list[FileProblem] = []
    works = references()
    for folder, kind in text_folders().items():
        for path in [path for path in files_in(root / folder) if path.suffix == ".md"]:
            text = text_of(path, root)
            if isinstance(text, str) and len(text) > MAX_CHARACTERS:
                text = text_too_long(len(text))
            if isinstance(text, Problem):
                unreadable.append(FileProblem(path.relative_to(root), text))
            else:
                files.append(File(path.relative_to(root), kind, text, kind.parse(text, works)))
    return files, unreadable


def text_of(path: Path, root: Path) -> str | Problem:
    """What a file under `root` says, or why nobody can tell."""
    try:
        content = read_bounded(path, root, MAX_TEXT_BYTES)
        return content.decode() if len(content) <= MAX_TEXT_BYTES else too_large()
    except FileRefusedError as reason:
        return Problem(1, "text-unreadable", str(reason))
    except UnicodeDecodeError as error:
        return not_utf8(error)


def gather_pictures(root: Path) -> tuple[list[EncodedImage], list[FileProblem]]:
    """The pictures beside the texts, each named after the SHA-256 of its bytes, and the files there that are none."""
    rasters: list[EncodedImage] = []
    problems: list[FileProblem] = []
    for path in files_in(root / PICTURES):
        try:
            rasters.append(read_webp(path.name, read_bounded(path, root, MAX_IMAGE_BYTES)))
        except FileRefusedError as reason:
            problems.append(FileProblem(path.relative_to(root), Problem(1, "text-unreadable", str(reason))))
    return rasters, problems


def too_large() -> Problem:
    return Problem(1, "text-too-long", "The file has more than a megabyte, and so much text is not read. Split it into several.")


def not_utf8(error: UnicodeDecodeError) -> Problem:
    line = error.object.count(b"\n", 0, error.start) + 1
    return Problem(line, "text-unreadable", f"Byte {error.start} is not UTF-8. Save the file as UTF-8.")


NOTHING = Library({}, {}, is_page, lambda address: False)


def check_files(root: Path, files: Sequence[File], others: Library, today: date) -> list[FileProblem]:
    """Every problem of every file under `root`. `others` is what the files do not bring themselves, such as the database's."""
    first = {file.address: file.path for file in reversed(files)}
    pictures = {IMAGES_URL + path.name for path in files_in(root / PICTURES)}  # no name out of a text goes to the file system
    library = Library(
        {**others.anchors, **{file.address: file.parsed.anchors for file in files}},
        {**first_places(files), **others.sentences},
        others.is_page,
        lambda address: address in pictures or others.has_picture(address),
    )
    found = [FileProblem(file.path, problem) for file in files for problem in problems_of(file, library, today)]
    return sorted([*found, *(twin(file, first[file.address]) for file in files if first[file.address] != file.path)])


def first_places(files: Sequence[File]) -> dict[int, str]:
    """Where each sentence stands first. Sentences of a text are not held against itself, so the first text goes free."""
    places: dict[int, str] = {}
    for file in files:
        for sentence in file.parsed.sentences:
            places.setdefault(sentence.fingerprint, file.address)
    return places


def problems_of(file: File, library: Library, today: date) -> Iterator[Problem]:
    yield from file.parsed.problems
    yield from check_against_library(file.parsed, file.address, library, today)
    slug = file.parsed.slug
    if slug and slug != file.path.stem:
        said = f'"slug" is "{slug}" and the file is {file.path.name}. Name the file {slug}.md.'
        yield Problem(file.parsed.key_lines["slug"], "value-wrong", said)


def twin(file: File, other: Path) -> FileProblem:
    said = f'"{file.parsed.slug}" is the slug of {other} too. Keep one of the files, or give one another slug.'
    return FileProblem(file.path, Problem(file.parsed.key_lines.get("slug", 1), "slug-taken", said))


def check_other_files(root: Path, today: date) -> list[FileProblem]:
    """The problems of the files that are no documents, and of those that nobody reads."""
    names = [path.name for path in files_in(root) if path.name in OTHER_FILE_CHECKS]
    said = [FileProblem(Path(name), problem) for name in names for problem in check_other_file(root, name, today)]
    return [*said, *unread(root)]


def check_other_file(root: Path, name: str, today: date) -> list[Problem]:
    text = text_of(root / name, root)
    return OTHER_FILE_CHECKS[name](text, today) if isinstance(text, str) else [text]


def unread(root: Path) -> list[FileProblem]:
    """The files that nobody reads, and the folders that can't be opened: their texts would be missing without a word."""
    paths, closed = walk(root)
    return [*closed, *(FileProblem(path, Problem(1, "file-unread", how_to_be_read(path, root))) for path in paths if not is_read(path))]


def walk(root: Path) -> tuple[list[Path], list[FileProblem]]:
    """The path under `root` of each file that is not passing, and the folders that can't be opened. A link to a folder is a file here."""
    paths: list[Path] = []
    closed: list[FileProblem] = []

    def refuse(error: OSError) -> None:
        said = f"This folder can't be opened: {error.strerror}. Let the one who runs this read it."
        closed.append(FileProblem(Path(error.filename).relative_to(root), Problem(1, "text-unreadable", said)))

    for place, folders, names in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if not PASSING.fullmatch(name)]
        here = [*names, *(name for name in folders if Path(place, name).is_symlink())]
        paths += [Path(place, name).relative_to(root) for name in here if not PASSING.fullmatch(name)]
    return sorted(paths), closed


def is_read(path: Path) -> bool:
    """Whether some part of the site looks at a file or a folder, by its path inside the content folder."""
    if path.parent in text_folders():
        return path.suffix == ".md"
    folders = {Path(PICTURES), *text_folders(), Path(DRAFTS)}
    return path.parent == Path(PICTURES) or path in folders or str(path) in {*OTHER_FILE_CHECKS, *FOR_PEOPLE}


def folders_named() -> str:
    return ", ".join(f"{folder}/" for folder in sorted(text_folders(), key=lambda folder: (len(folder.parts), folder)))


def how_to_be_read(path: Path, root: Path) -> str:
    folders = folders_named()
    if (root / path).is_dir():
        return "This is a link to a folder, and nobody follows it. Put the folder itself here."
    if path.suffix.lower() in LIKE_PICTURES:
        return f"Nobody reads this file. Upload the picture in the editor, then export: pictures are kept in {PICTURES}/."
    if path.suffix.lower() not in LIKE_TEXTS:
        return f'Nobody reads this file. Texts are in {folders} and their names end in ".md". Keep other files elsewhere.'
    if path.parent in text_folders():
        return f'Nobody reads this file, because its name does not end in ".md". Name it {path.stem}.md.'
    return f"Nobody reads this file. Texts are in {folders} and in no other folder. Put it into one of them."
