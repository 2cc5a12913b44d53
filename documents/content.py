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
from documents.uploads import Raster, RefusedError, measured

PICTURES = "images"
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
    return read_references(path.read_text())[0]


def gather(root: Path) -> tuple[list[File], list[FileProblem]]:
    """All documents under a content folder, and the files that are no text at all."""
    files: list[File] = []
    unreadable: list[FileProblem] = []
    works = references()
    for kind in KINDS.values():
        for path in [*sorted((root / kind.folder).glob("*.md")), *sorted((root / DRAFTS / kind.folder).glob("*.md"))]:
            try:
                text = path.read_bytes().decode()
            except UnicodeDecodeError as error:
                unreadable.append(FileProblem(path.relative_to(root), not_utf8(error)))
            else:
                files.append(File(path.relative_to(root), kind, text, kind.read(text, works)))
    return files, unreadable


def gather_pictures(root: Path) -> tuple[list[Raster], list[FileProblem]]:
    """The pictures beside the texts, each named after the SHA-256 of its bytes, and the files there that are none."""
    rasters: list[Raster] = []
    problems: list[FileProblem] = []
    for path in sorted((root / PICTURES).glob("*")):
        try:
            rasters.append(measured(path.name, path.read_bytes()))
        except RefusedError as reason:
            problems.append(FileProblem(path.relative_to(root), Problem(1, "text-unreadable", str(reason))))
    return rasters, problems


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
    present = [name for name in FILES if (root / name).exists()]
    return [FileProblem(Path(name), problem) for name in present for problem in FILES[name]((root / name).read_text(), today)]
