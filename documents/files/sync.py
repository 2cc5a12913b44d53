"""Carries documents between the folder content/ and the database, by the three-way rule.

File, database and the digest of the last sync are compared: where one side changed, it is taken; where both did, nothing is
done until somebody chooses. "Ours" is the side that a command writes to, "theirs" the side that it reads.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import transaction

from documents.files.bounded_read import MAX_TEXT_BYTES, FileRefusedError, read_bounded
from documents.files.folder import DRAFTS, File, FileProblem, check_files, check_other_files, gather, gather_pictures
from documents.image_files import EncodedImage
from documents.images import Picture
from documents.kinds import KINDS
from documents.models import Document, Redirect, Revision, State, digest_of
from documents.text.library import Library, ParsedText
from documents.text.problems import Problem
from documents.text.source import normalize_newlines


class Act(StrEnum):
    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    KEPT = "kept"  # the other side has something older
    CONFLICT = "conflict"


class Choice(StrEnum):
    """What to do where both sides changed."""

    STOP = "stop"
    OURS = "ours"
    THEIRS = "theirs"


def compare(theirs: bytes, ours: bytes | None, synced: bytes | None, choice: Choice) -> Act:
    """What to do with our side, given the digests of both and of the last time they agreed."""
    if ours is None:
        return Act.NEW
    if theirs == ours:
        return Act.SAME
    if ours == synced or choice is Choice.THEIRS:
        return Act.CHANGED
    if theirs == synced or choice is Choice.OURS:
        return Act.KEPT
    return Act.CONFLICT


def text_digest(text: str) -> bytes:
    """The same for texts that differ only in their line breaks or in a byte order mark, which git and editors change."""
    return digest_of(normalize_newlines(text).removeprefix("\ufeff"))


def is_home(root: Path) -> bool:
    """Whether digests are kept for this folder: for our own content/, not for copies elsewhere."""
    return root.resolve() == settings.CONTENT_DIR.resolve()


@dataclass(frozen=True)
class Arrival:
    """A file on its way into the database."""

    file: File
    document: Document | None
    act: Act


@dataclass(frozen=True)
class Import:
    """What an import would do, and all that is wrong with its files."""

    root: Path
    arrivals: list[Arrival]
    pictures: list[EncodedImage]
    problems: list[FileProblem]

    @property
    def errors(self) -> list[FileProblem]:
        return [found for found in self.problems if found.problem.is_error]

    @property
    def conflicts(self) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.act is Act.CONFLICT]

    def apply(self, now: datetime) -> None:
        """To be called inside a transaction."""
        for image in self.pictures:
            Picture.objects.keep(image, by=None, now=now)
        created = create([arrival.file for arrival in self.arrivals if arrival.act is Act.NEW], now)
        for arrival in self.arrivals:
            if arrival.document and arrival.act is Act.CHANGED:
                file = arrival.file
                arrival.document.rewrite(file.text, by=None, now=now, note="Imported from its file", parsed=file.parsed)
        if is_home(self.root):
            seen = [(arrival.document, arrival.file.text) for arrival in self.arrivals if arrival.document]
            mark_synced([*seen, *((document, document.source) for document in created)])


def import_folder(root: Path, now: datetime, choice: Choice, *, dry_run: bool) -> Import:
    """Compares, checks, and unless something is in the way writes. The answer says what was, or would be, done."""
    files, unreadable = gather(root)
    pictures, broken = gather_pictures(root)
    with transaction.atomic():
        Document.objects.lock_table()  # nobody saves between our comparing and our writing
        arrivals = list(arriving(files, root, choice))
        texts = [*unreadable, *check_files(root, files, others(arrivals, files), now.date())]
        problems = sorted([*texts, *doubled(arrivals), *broken, *check_other_files(root, now.date())])
        planned = Import(root, arrivals, pictures, problems)
        if not (dry_run or planned.errors or planned.conflicts):
            planned.apply(now)
    return planned


def arriving(files: Iterable[File], root: Path, choice: Choice) -> Iterator[Arrival]:
    present = {(document.kind, document.slug): document for document in Document.objects.defer("anchors", "fingerprints")}
    moved = {(old.kind, old.slug): present.get((old.kind, old.document.slug)) for old in Redirect.objects.select_related("document")}
    for file in files:
        place = (file.kind.name, file.parsed.slug)
        document, former = present.get(place), moved.get(place)
        if document is None and former and is_text_of(former, file.text, file.parsed):
            document = former
        ours = text_digest(document.source) if document else None
        yield Arrival(file, document, compare(text_digest(file.text), ours, synced_digest(document, root), choice))


def is_text_of(document: Document, text: str, parsed: ParsedText) -> bool:
    """Whether a file at a slug that a document gave up still holds its text: one of its revisions, or one with most of its sentences
    (somebody went on writing). Any other text is a new document."""
    known = {text_digest(source) for source in document.revisions.values_list("source", flat=True)}
    if text_digest(text) in {*known, bytes(document.synced_digest or b"")}:
        return True
    said = {sentence.fingerprint for sentence in parsed.sentences if sentence.is_long}
    return len(said.intersection(document.fingerprints)) * 2 > len(said)


def doubled(arrivals: Iterable[Arrival]) -> Iterator[FileProblem]:
    """Old texts left behind beside the file of the document, which would undo its renaming."""
    found = [(arrival.file, arrival.document) for arrival in arrivals if arrival.document]
    kept: dict[int, File] = {}
    for file, document in sorted(found, key=lambda pair: pair[0].parsed.slug != pair[1].slug):
        first = kept.setdefault(document.pk, file)
        if first.parsed.slug != file.parsed.slug:
            said = (
                f'"{file.parsed.slug}" is an old address of "{document}", which is {first.path} now. Delete the file that is out of date.'
            )
            yield FileProblem(file.path, Problem(file.parsed.key_lines.get("slug", 1), "slug-taken", said))


def synced_digest(document: Document | None, root: Path) -> bytes | None:
    kept = document.synced_digest if document and is_home(root) else None
    return bytes(kept) if kept else None


def others(arrivals: Iterable[Arrival], files: Sequence[File]) -> Library:
    """The texts of the database that no file stands for."""
    brought = [arrival.document.pk for arrival in arrivals if arrival.document]
    fingerprints = (sentence.fingerprint for file in files for sentence in file.parsed.sentences)
    rest = Document.objects.exclude(pk__in=brought)
    return rest.library(fingerprints)


def create(files: Sequence[File], now: datetime) -> list[Document]:
    """New documents with their first revisions, in few statements however many there are."""
    documents = []
    for file in files:
        state, since = (State.DRAFT, None) if file.is_draft else (State.PUBLISHED, now)
        document = Document(kind=file.kind.name, source=file.text, state=state, publish_at=since, changed_at=now)
        document.derive(file.parsed)
        documents.append(document)
    for kind in {document.kind for document in documents}:  # whose slugs may be old addresses, and are no longer
        Redirect.objects.filter(kind=kind, slug__in=[document.slug for document in documents if document.kind == kind]).delete()
    Document.objects.bulk_create(documents, batch_size=200)
    first = [
        Revision(document=document, number=1, source=document.source, made_at=now, note="Imported from its file") for document in documents
    ]
    Revision.objects.bulk_create(first, batch_size=200)
    return documents


@transaction.atomic
def mark_synced(seen: Iterable[tuple[Document, str]]) -> None:
    """Notes for each document the text that the other side had: taken, or looked at and left."""
    Document.objects.lock_table()
    changed = []
    for document, text in seen:
        if document.synced_digest is None or bytes(document.synced_digest) != text_digest(text):
            document.synced_digest = text_digest(text)
            changed.append(document)
    Document.objects.bulk_update(changed, ["synced_digest"], batch_size=200)


@dataclass(frozen=True)
class Departure:
    """A document on its way into a file, relative to the content folder."""

    document: Document
    path: Path
    act: Act
    stale: Path | None  # the file it had before its slug or its state changed


@dataclass(frozen=True)
class Export:
    root: Path
    departures: list[Departure]

    @property
    def conflicts(self) -> list[Departure]:
        return [departure for departure in self.departures if departure.act is Act.CONFLICT]

    def apply(self) -> None:
        written = [departure for departure in self.departures if departure.act in {Act.NEW, Act.CHANGED}]
        write_all(self.contents(written))
        for departure in written:
            if departure.stale:
                (self.root / departure.stale).unlink()
        if is_home(self.root):
            mark_synced((departure.document, departure.document.source) for departure in self.departures)

    def contents(self, departures: Sequence[Departure]) -> Iterator[tuple[Path, bytes]]:
        """The files of documents, and before them those of the pictures that they show."""
        for picture in Picture.objects.shown_in("\n".join(departure.document.source for departure in departures)).iterator(chunk_size=10):
            yield self.root / f"{picture}".removeprefix("/"), bytes(picture.content)
        for departure in departures:
            yield self.root / departure.path, departure.document.source.encode()


def export_folder(root: Path, choice: Choice, *, dry_run: bool) -> Export:
    documents = Document.objects.defer("anchors", "fingerprints").prefetch_related("redirects").order_by("kind", "slug")
    planned = Export(root, [departing(document, root, choice) for document in documents])
    if not (dry_run or planned.conflicts):
        planned.apply()
    return planned


def departing(document: Document, root: Path, choice: Choice) -> Departure:
    paths = [path_of(document, slug, state) for slug in slugs_of(document) for state in (document.state, other_state(document))]
    before = next((path for path in paths if is_file_of(document, path, root)), None)
    ours = text_digest(text_at(root / before, root)) if before else None
    act = compare(text_digest(document.source), ours, synced_digest(document, root), choice)
    moves = before is not None and before != paths[0]
    if moves and act in {Act.SAME, Act.CHANGED}:
        return Departure(document, paths[0], Act.CHANGED, before)
    return Departure(document, before if moves and before else paths[0], act, None)


def is_file_of(document: Document, path: Path, root: Path) -> bool:
    """Whether the file of a document is there. At a slug that it gave up there may be another text by now."""
    if not os.path.lexists(root / path):
        return False
    if path.stem == document.slug:
        return True
    text = text_at(root / path, root)
    return is_text_of(document, text, document.parse(text))


def text_at(path: Path, root: Path) -> str:
    try:
        return read_bounded(path, root, MAX_TEXT_BYTES).decode(errors="replace")
    except FileRefusedError as reason:
        raise FileRefusedError(f"{path}: {reason}") from None


def slugs_of(document: Document) -> list[str]:
    return [document.slug, *(old.slug for old in document.redirects.all())]


def other_state(document: Document) -> str:
    return State.PUBLISHED if document.state == State.DRAFT else State.DRAFT


def path_of(document: Document, slug: str, state: str) -> Path:
    folder = Path(KINDS[document.kind].folder)
    return (Path(DRAFTS) / folder if state == State.DRAFT else folder) / f"{slug}.md"


def write_all(contents: Iterable[tuple[Path, bytes]]) -> None:
    """Writes all files or none, each of them whole: they get their names when the last one has been written."""
    unfinished: dict[Path, Path] = {}
    try:
        for path, content in contents:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished[path] = path.with_name(f".{path.name}.unfinished")  # hidden: no import reads what a killed export left
            unfinished[path].write_bytes(content)
        for path, written in unfinished.items():
            written.replace(path)
    finally:
        with suppress(OSError):
            for written in unfinished.values():
                written.unlink(missing_ok=True)
