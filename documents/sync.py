"""Carries documents between the folder content/ and the database, by the three-way rule.

File, database and the digest of the last sync are compared: where one side changed, it is taken; where both did, nothing is
done until somebody chooses. "Ours" is the side that a command writes to, "theirs" the side that it reads.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from documents.check import Library
from documents.content import DRAFTS, File, FileProblem, check_files, check_other_files, gather, gather_pictures
from documents.kinds import KINDS
from documents.models import Document, Redirect, Revision, State, digest_of
from documents.pictures import Picture
from documents.uploads import Raster


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
    pictures: list[Raster]
    problems: list[FileProblem]

    @property
    def errors(self) -> list[FileProblem]:
        return [found for found in self.problems if found.problem.is_error]

    @property
    def conflicts(self) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.act is Act.CONFLICT]

    def apply(self, now: datetime) -> None:
        """To be called inside a transaction."""
        for raster in self.pictures:
            Picture.objects.keep(raster, by=None, now=now)
        created = create([arrival.file for arrival in self.arrivals if arrival.act is Act.NEW], now)
        for arrival in self.arrivals:
            if arrival.document and arrival.act is Act.CHANGED:
                arrival.document.rewrite(arrival.file.text, by=None, now=now, note="Imported from its file")
        if is_home(self.root):
            seen = [(arrival.document, arrival.file.text) for arrival in self.arrivals if arrival.document]
            mark_synced([*seen, *((document, document.source) for document in created)])


def import_folder(root: Path, now: datetime, choice: Choice, *, dry_run: bool) -> Import:
    """Compares, checks, and unless something is in the way writes. The answer says what was, or would be, done."""
    files, unreadable = gather(root)
    pictures, broken = gather_pictures(root)
    with transaction.atomic():
        with connection.cursor() as cursor:  # nobody saves between our comparing and our writing
            cursor.execute("LOCK TABLE documents_document IN SHARE ROW EXCLUSIVE MODE")
        arrivals = list(arriving(files, root, choice))
        texts = [*unreadable, *check_files(root, files, others(arrivals, files), now.date())]
        problems = sorted([*texts, *broken, *check_other_files(root, now.date())])
        planned = Import(root, arrivals, pictures, problems)
        if not (dry_run or planned.errors or planned.conflicts):
            planned.apply(now)
    return planned


def arriving(files: Iterable[File], root: Path, choice: Choice) -> Iterator[Arrival]:
    present = {(document.kind, document.slug): document for document in Document.objects.defer("anchors", "fingerprints")}
    moved = {(old.kind, old.slug): present.get((old.kind, old.document.slug)) for old in Redirect.objects.select_related("document")}
    for file in files:
        place = (file.kind.name, file.reading.slug)
        document = present.get(place) or moved.get(place)
        ours = digest_of(document.source) if document else None
        yield Arrival(file, document, compare(digest_of(file.text), ours, synced_digest(document, root), choice))


def synced_digest(document: Document | None, root: Path) -> bytes | None:
    kept = document.synced_digest if document and is_home(root) else None
    return bytes(kept) if kept else None


def others(arrivals: Iterable[Arrival], files: Sequence[File]) -> Library:
    """The texts of the database that no file stands for."""
    brought = [arrival.document.pk for arrival in arrivals if arrival.document]
    fingerprints = (sentence.fingerprint for file in files for sentence in file.reading.sentences)
    rest = Document.objects.exclude(pk__in=brought)
    return rest.library(fingerprints)


def create(files: Sequence[File], now: datetime) -> list[Document]:
    """New documents with their first revisions, in few statements however many there are."""
    documents = []
    for file in files:
        state, since = (State.DRAFT, None) if file.is_draft else (State.PUBLISHED, now)
        document = Document(kind=file.kind.name, source=file.text, state=state, publish_at=since, changed_at=now)
        document.derive(file.reading)
        documents.append(document)
    Document.objects.bulk_create(documents, batch_size=200)
    first = [
        Revision(document=document, number=1, source=document.source, made_at=now, note="Imported from its file") for document in documents
    ]
    Revision.objects.bulk_create(first, batch_size=200)
    return documents


def mark_synced(seen: Iterable[tuple[Document, str]]) -> None:
    """Notes for each document the text that the other side had: taken, or looked at and left."""
    changed = []
    for document, text in seen:
        if document.synced_digest is None or bytes(document.synced_digest) != digest_of(text):
            document.synced_digest = digest_of(text)
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
        for picture in Picture.objects.shown_in("\n".join(departure.document.source for departure in written)):
            write_whole(self.root / f"{picture}".removeprefix("/"), bytes(picture.content))
        for departure in written:
            write_whole(self.root / departure.path, departure.document.source.encode())
            if departure.stale:
                (self.root / departure.stale).unlink()
        if is_home(self.root):
            mark_synced((departure.document, departure.document.source) for departure in self.departures)


def export_folder(root: Path, choice: Choice, *, dry_run: bool) -> Export:
    documents = Document.objects.defer("anchors", "fingerprints").prefetch_related("redirects").order_by("kind", "slug")
    planned = Export(root, [departing(document, root, choice) for document in documents])
    if not (dry_run or planned.conflicts):
        planned.apply()
    return planned


def departing(document: Document, root: Path, choice: Choice) -> Departure:
    paths = [path_of(document, slug, state) for slug in slugs_of(document) for state in (document.state, other_state(document))]
    present = [path for path in paths if (root / path).exists()]
    before = present[0] if present else None
    ours = digest_of((root / before).read_bytes().decode(errors="replace")) if before else None
    act = compare(digest_of(document.source), ours, synced_digest(document, root), choice)
    moves = before is not None and before != paths[0]
    if moves and act in {Act.SAME, Act.CHANGED}:
        return Departure(document, paths[0], Act.CHANGED, before)
    return Departure(document, before if moves and before else paths[0], act, None)


def slugs_of(document: Document) -> list[str]:
    return [document.slug, *(old.slug for old in document.redirects.all())]


def other_state(document: Document) -> str:
    return State.PUBLISHED if document.state == State.DRAFT else State.DRAFT


def path_of(document: Document, slug: str, state: str) -> Path:
    folder = Path(KINDS[document.kind].folder)
    return (Path(DRAFTS) / folder if state == State.DRAFT else folder) / f"{slug}.md"


def write_whole(path: Path, content: bytes) -> None:
    """The whole content or the old one, also if we are killed meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)
