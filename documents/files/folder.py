"""A content folder: reads its files, and checks them against each other and the calendar."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from documents.bibliography import references
from documents.files.bounded_read import MAX_TEXT_BYTES, FileRefusedError, FileTooLargeError, read_bounded
from documents.image_files import MAX_IMAGE_BYTES, EncodedImage, read_webp
from documents.kinds import KINDS, OTHER_FILE_CHECKS, Kind
from documents.links import is_page
from documents.text.library import Library, check_against_library
from documents.text.markdown import IMAGES_URL
from documents.text.parsed import ParsedText
from documents.text.problems import Problem
from documents.text.source import MAX_CHARACTERS, text_too_long

IMAGES_FOLDER = Path("images")
DRAFTS_FOLDER = Path("drafts")  # new documents below it are imported as drafts
UNCHECKED_FILES = {"LICENSE", "README.md"}
# Hidden files, and the lock files, backups and swap files that editors and office programs leave beside an open file.
IGNORED_NAMES = re.compile(r"\..*|.*~|~\$.*|#.*#", re.DOTALL)
TEXT_SUFFIXES = {".md", ".markdown", ".mdown", ".mdtext", ".mdx", ".mkd", ".mkdn", ".text", ".txt"}
IMAGE_SUFFIXES = {".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"}
EMPTY_LIBRARY = Library({}, {}, is_page, lambda address: False)


@dataclass(frozen=True)
class DocumentFile:
    """The file of a document; `path` is relative to the content folder."""

    path: Path
    kind: Kind
    text: str
    parsed: ParsedText

    @property
    def is_draft(self) -> bool:
        return self.path.is_relative_to(DRAFTS_FOLDER)

    @property
    def address(self) -> str:
        return self.kind.address_of(self.parsed.slug)


@dataclass(frozen=True, order=True)
class FileProblem:
    """A problem and the file that has it; `path` is relative to the content folder."""

    path: Path
    problem: Problem

    def __str__(self) -> str:
        return self.problem.formatted(self.path)


@dataclass
class ContentFolder:
    """A content folder. `load` reads its files, each once; those that can't be read are among its problems."""

    root: Path
    paths: list[Path] = field(default_factory=list)  # of all files, relative to `root`
    documents: list[DocumentFile] = field(default_factory=list)
    images: list[EncodedImage] = field(default_factory=list)
    image_addresses: set[str] = field(default_factory=set)  # including unreadable files
    other_texts: dict[str, str] = field(default_factory=dict)  # by the names in OTHER_FILE_CHECKS
    unreadable: list[FileProblem] = field(default_factory=list)

    @classmethod
    def load(cls, root: Path) -> Self:
        """Reads the folder `root`. Raises `FileRefusedError` if there is none."""
        if not is_folder(root):
            raise FileRefusedError(f"There is no folder {root}.")
        folder = cls(root)
        folder.find_paths()
        folder.read_documents()
        folder.read_images()
        folder.read_other_texts()
        return folder

    def find_paths(self) -> None:
        """Walks the folder. A link to a folder is not followed and counts as a file."""
        for parent, folders, names in os.walk(self.root, onerror=self.note_closed_folder):
            folders[:] = [name for name in folders if not IGNORED_NAMES.fullmatch(name)]
            links = [name for name in folders if Path(parent, name).is_symlink()]
            self.paths += [Path(parent, name).relative_to(self.root) for name in [*names, *links] if not IGNORED_NAMES.fullmatch(name)]
        self.paths.sort()

    def note_closed_folder(self, error: OSError) -> None:
        """Notes a folder that can't be opened; without it the texts inside would be missing silently."""
        message = f"This folder can't be opened: {error.strerror}. Let the one who runs this read it."
        self.unreadable.append(FileProblem(Path(error.filename).relative_to(self.root), Problem(1, "text-unreadable", message)))

    def read_documents(self) -> None:
        works = references()  # those of the site, also for another folder: its texts are checked against what the site can cite
        for folder, kind in text_folders().items():
            for path in [path for path in list_folder(self.root / folder) if path.suffix == ".md"]:
                text = read_text(path, self.root)
                if isinstance(text, str) and len(text) > MAX_CHARACTERS:
                    text = text_too_long(len(text))
                if isinstance(text, Problem):
                    self.unreadable.append(FileProblem(path.relative_to(self.root), text))
                else:
                    self.documents.append(DocumentFile(path.relative_to(self.root), kind, text, kind.parse(text, works)))

    def read_images(self) -> None:
        for path in list_folder(self.root / IMAGES_FOLDER):
            self.image_addresses.add(IMAGES_URL + path.name)
            try:
                self.images.append(read_webp(path.name, read_bounded(path, self.root, MAX_IMAGE_BYTES)))
            except FileRefusedError as reason:
                self.unreadable.append(FileProblem(path.relative_to(self.root), Problem(1, "text-unreadable", str(reason))))

    def read_other_texts(self) -> None:
        for name in [path.name for path in list_folder(self.root) if path.name in OTHER_FILE_CHECKS]:
            text = read_text(self.root / name, self.root)
            if isinstance(text, Problem):
                self.unreadable.append(FileProblem(Path(name), text))
            else:
                self.other_texts[name] = text

    def problems(self, others: Library, today: date) -> list[FileProblem]:
        """Returns the problems of all files, in order. `others` are the documents that are not in the folder."""
        library = Library(
            others.anchors_by_address,
            others.address_by_fingerprint,
            others.is_page,
            lambda address: address in self.image_addresses or others.has_picture(address),  # no address reaches the file system
        )
        texts = check_documents(self.documents, library, today)
        other_texts = [
            FileProblem(Path(name), problem) for name, text in self.other_texts.items() for problem in OTHER_FILE_CHECKS[name](text, today)
        ]
        unused = [FileProblem(path, self.unused_problem(path)) for path in self.paths if not is_used(path)]
        return sorted([*self.unreadable, *texts, *other_texts, *unused])

    def unused_problem(self, path: Path) -> Problem:
        is_link = (self.root / path).is_dir()
        message = "This is a link to a folder, and nobody follows it. Put the folder itself here." if is_link else unused_message(path)
        return Problem(1, "file-unread", message)


# Files


def is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as a name that is too long
        return False


def list_folder(folder: Path) -> list[Path]:
    """Returns the paths in a folder except ignored ones, and none for a folder that can't be opened."""
    try:
        return sorted(path for path in folder.iterdir() if not IGNORED_NAMES.fullmatch(path.name))
    except OSError:
        return []


def text_folders() -> dict[Path, Kind]:
    """Returns the kind of document in each folder for texts. Of each kind, published texts come before drafts."""
    return {folder: kind for kind in KINDS.values() for folder in (Path(kind.folder), DRAFTS_FOLDER / kind.folder)}


def text_folder_names() -> str:
    """Returns the folders for texts as messages list them."""
    return ", ".join(f"{folder}/" for folder in sorted(text_folders(), key=lambda folder: (len(folder.parts), folder)))


def read_text(path: Path, root: Path) -> str | Problem:
    """Returns the text of a file under `root`, or the reason why it can't be read."""
    try:
        return read_bounded(path, root, MAX_TEXT_BYTES).decode()
    except FileTooLargeError:
        return too_large()
    except FileRefusedError as reason:
        return Problem(1, "text-unreadable", str(reason))
    except UnicodeDecodeError as error:
        return not_utf8(error)


def existing_text(path: Path, root: Path) -> str:
    """Returns the text of the file at `path`, relative to `root`, with bytes that are not UTF-8 replaced.

    Raises `FileRefusedError`, which names the file.
    """
    try:
        return read_bounded(root / path, root, MAX_TEXT_BYTES).decode(errors="replace")
    except FileRefusedError as reason:
        raise FileRefusedError(f"{root / path}: {reason}") from None


def too_large() -> Problem:
    return Problem(1, "text-too-long", "The file has more than a megabyte, and so much text is not read. Split it into several.")


def not_utf8(error: UnicodeDecodeError) -> Problem:
    line = error.object.count(b"\n", 0, error.start) + 1
    return Problem(line, "text-unreadable", f"Byte {error.start} is not UTF-8. Save the file as UTF-8.")


def is_used(path: Path) -> bool:
    """Whether `load` or the site reads the file or folder at `path`, relative to a content folder."""
    if path.parent in text_folders():
        return path.suffix == ".md"
    folders = {IMAGES_FOLDER, DRAFTS_FOLDER, *text_folders()}
    return path.parent == IMAGES_FOLDER or path in folders or str(path) in {*OTHER_FILE_CHECKS, *UNCHECKED_FILES}


def unused_message(path: Path) -> str:
    """Returns why nothing reads a file, and what to do about it."""
    folders = text_folder_names()
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return f"Nobody reads this file. Upload the picture in the editor, then export: pictures are kept in {IMAGES_FOLDER}/."
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return f'Nobody reads this file. Texts are in {folders} and their names end in ".md". Keep other files elsewhere.'
    if path.parent in text_folders():
        return f'Nobody reads this file, because its name does not end in ".md". Name it {path.stem}.md.'
    return f"Nobody reads this file. Texts are in {folders} and in no other folder. Put it into one of them."


# Documents


def check_documents(documents: Sequence[DocumentFile], others: Library, today: date) -> list[FileProblem]:
    """Returns the problems of documents, each checked against the rest of them and against `others`."""
    by_address = {document.address: document for document in reversed(documents)}
    library = Library(
        {**others.anchors_by_address, **{document.address: document.parsed.anchors for document in documents}},
        {**first_occurrences(documents), **others.address_by_fingerprint},
        others.is_page,
        others.has_picture,
    )
    found = [FileProblem(document.path, problem) for document in documents for problem in document_problems(document, library, today)]
    firsts = [(document, by_address[document.address]) for document in documents]
    return [*found, *(duplicate_slug(document, first) for document, first in firsts if first is not document)]


def first_occurrences(documents: Sequence[DocumentFile]) -> dict[int, str]:
    """Returns the address of the first document with each sentence, by the sentence's fingerprint: only later ones repeat it."""
    addresses: dict[int, str] = {}
    for document in documents:
        for sentence in document.parsed.sentences:
            addresses.setdefault(sentence.fingerprint, document.address)
    return addresses


def document_problems(document: DocumentFile, library: Library, today: date) -> Iterator[Problem]:
    yield from document.parsed.problems
    yield from check_against_library(document.parsed, document.address, library, today)
    slug = document.parsed.slug
    if slug and slug != document.path.stem:
        message = f'"slug" is "{slug}" and the file is {document.path.name}. Name the file {slug}.md.'
        yield Problem(document.parsed.key_lines["slug"], "value-wrong", message)


def duplicate_slug(document: DocumentFile, first: DocumentFile) -> FileProblem:
    message = f'"{document.parsed.slug}" is the slug of {first.path} too. Keep one of the files, or give one another slug.'
    return FileProblem(document.path, Problem(document.parsed.key_lines.get("slug", 1), "slug-taken", message))
