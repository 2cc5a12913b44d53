"""The folder content/: its files read, and checked against each other and the calendar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import Resolver404, resolve

from documents.check import Library, Reading, check_across
from documents.kinds import FILES, KINDS, Kind
from documents.problems import Problem
from documents.references import Reference, read_references
from documents.source import LONGEST, too_long
from documents.uploads import MOST_BYTES, Raster, RefusedError, measured

PICTURES = "images"
LARGEST = 2**20  # bytes of a file that is read as text
DRAFTS = "drafts"  # a document under this folder arrives as a draft


@dataclass(frozen=True)
class File:
    """A document as a file: its path under the content folder, its text, and what the text says."""

    path: Path
    kind: Kind
    text: str
    reading: Reading

    @property
    def is_draft(self) -> bool:
        return self.path.parts[0] == DRAFTS

    @property
    def address(self) -> str:
        return self.kind.address.format(self.reading.slug)


@dataclass(frozen=True, order=True)
class FileProblem:
    """A problem and the file that has it."""

    path: Path
    problem: Problem

    def __str__(self) -> str:
        return self.problem.at(self.path)


def references() -> Mapping[str, Reference]:
    """The works that our texts may cite."""
    path = settings.CONTENT_DIR / "references.json"
    return read_works(path, path.stat().st_mtime_ns) if path.exists() else {}


@cache
def read_works(path: Path, changed: int) -> Mapping[str, Reference]:
    """`changed` is there so that a new version of the file is read anew."""
    return read_references(path.read_text(errors="replace"))[0]


def gather(root: Path) -> tuple[list[File], list[FileProblem]]:
    """All documents under a content folder, and the files that are no text at all."""
    files: list[File] = []
    unreadable: list[FileProblem] = []
    works = references()
    for kind in KINDS.values():
        for path in [*sorted((root / kind.folder).glob("*.md")), *sorted((root / DRAFTS / kind.folder).glob("*.md"))]:
            text = text_of(path, root)
            if isinstance(text, str) and len(text) > LONGEST:
                text = too_long(len(text))
            if isinstance(text, Problem):
                unreadable.append(FileProblem(path.relative_to(root), text))
            else:
                files.append(File(path.relative_to(root), kind, text, kind.read(text, works)))
    return files, unreadable


def text_of(path: Path, root: Path) -> str | Problem:
    """What a file under `root` says, or why nobody can tell."""
    try:
        content = bytes_of(path, root, LARGEST)
        return content.decode() if len(content) <= LARGEST else too_large()
    except RefusedError as reason:
        return Problem(1, "text-unreadable", str(reason))
    except UnicodeDecodeError as error:
        return not_utf8(error)


def bytes_of(path: Path, root: Path, most: int) -> bytes:
    """At most so many bytes of a file, and one that says that there are more. Raises `RefusedError` for what is no file of `root`."""
    if not path.name.isprintable():  # it would forge lines of our output
        raise RefusedError("The name of this file holds a sign that can't be shown. Name it after its slug.")
    if not (path.is_file() and path.resolve().is_relative_to(root.resolve())):
        raise RefusedError("This is no file, or a link that leads out of the folder. Put the file itself here.")
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise RefusedError(f"This file can't be opened: {error.strerror}. Let the one who runs this read it.") from None


def gather_pictures(root: Path) -> tuple[list[Raster], list[FileProblem]]:
    """The pictures beside the texts, each named after the SHA-256 of its bytes, and the files there that are none."""
    rasters: list[Raster] = []
    problems: list[FileProblem] = []
    for path in sorted((root / PICTURES).glob("*")):
        try:
            rasters.append(measured(path.name, bytes_of(path, root, MOST_BYTES)))
        except RefusedError as reason:
            problems.append(FileProblem(path.relative_to(root), Problem(1, "text-unreadable", str(reason))))
    return rasters, problems


def too_large() -> Problem:
    return Problem(1, "text-too-long", "The file has more than a megabyte, and so much text is not read. Split it into several.")


def not_utf8(error: UnicodeDecodeError) -> Problem:
    line = error.object.count(b"\n", 0, error.start) + 1
    return Problem(line, "text-unreadable", f"Byte {error.start} is not UTF-8. Save the file as UTF-8.")


def is_page(address: str) -> bool:
    """Whether an address that is no document's is a page of the site."""
    named = [kind.address.partition("{}")[0] for kind in KINDS.values() if "{}" in kind.address]
    if any(address.startswith(folder) and address != folder for folder in named):
        return False  # it looks like a document's, and those are known by name
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


NOTHING = Library({}, {}, is_page, lambda address: False)


def check_files(root: Path, files: Sequence[File], others: Library, today: date) -> list[FileProblem]:
    """Every problem of every file under `root`. `others` is what the files do not bring themselves, such as the database's."""
    first = {file.address: file.path for file in reversed(files)}
    library = Library(
        {**others.anchors, **{file.address: file.reading.anchors for file in files}},
        {**first_places(files), **others.sentences},
        others.is_page,
        lambda address: others.has_picture(address) or (root / address.removeprefix("/")).is_file(),
    )
    found = [FileProblem(file.path, problem) for file in files for problem in problems_of(file, library, today)]
    return sorted([*found, *(twin(file, first[file.address]) for file in files if first[file.address] != file.path)])


def first_places(files: Sequence[File]) -> dict[int, str]:
    """Where each sentence stands first. Sentences of a text are not held against itself, so the first text goes free."""
    places: dict[int, str] = {}
    for file in files:
        for sentence in file.reading.sentences:
            places.setdefault(sentence.fingerprint, file.address)
    return places


def problems_of(file: File, library: Library, today: date) -> Iterator[Problem]:
    yield from file.reading.problems
    yield from check_across(file.reading, file.address, library, today)
    slug = file.reading.slug
    if slug and slug != file.path.stem:
        said = f'"slug" is "{slug}" and the file is {file.path.name}. Name the file {slug}.md.'
        yield Problem(file.reading.key_lines["slug"], "value-wrong", said)


def twin(file: File, other: Path) -> FileProblem:
    said = f'"{file.reading.slug}" is the slug of {other} too. Keep one of the files, or give one another slug.'
    return FileProblem(file.path, Problem(file.reading.key_lines.get("slug", 1), "slug-taken", said))


def check_other_files(root: Path, today: date) -> list[FileProblem]:
    """The problems of the files that are no documents."""
    return [FileProblem(Path(name), problem) for name in FILES if (root / name).exists() for problem in check_other_file(root, name, today)]


def check_other_file(root: Path, name: str, today: date) -> list[Problem]:
    text = text_of(root / name, root)
    return FILES[name](text, today) if isinstance(text, str) else [text]
