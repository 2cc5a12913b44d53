"""Carries documents between a content folder and the database, by a three-way comparison.

The file, the database and the digest of the last sync are compared: if one side changed, it is taken; if both did, nothing is
written until somebody chooses. "Ours" is the side that a command writes to, "theirs" the side that it reads.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import transaction

from documents.files.folder import DRAFTS_FOLDER, IMAGES_FOLDER, ContentFolder, DocumentFile, FileProblem, existing_text
from documents.images import Picture
from documents.models import Document, Redirect, Revision, sha256_of
from documents.text.library import Library
from documents.text.parsed import ParsedText, fingerprints_of
from documents.text.problems import Problem
from documents.text.source import normalize_newlines

IMPORT_NOTE = "Imported from its file"


class Action(StrEnum):
    SAME = "same"
    NEW = "new"
    CHANGED = "changed"
    KEPT = "kept"  # only our side changed, or the policy says so
    CONFLICT = "conflict"


class ConflictPolicy(StrEnum):
    """What to do if both sides changed."""

    STOP = "stop"
    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True)
class Planned:
    """What an import or an export does with one document; `path` is relative to the content folder."""

    path: Path
    action: Action

    def __str__(self) -> str:
        return f"{self.action}: {self.path}"


@dataclass(frozen=True)
class SyncPlan:
    """What an import and an export have in common."""

    root: Path
    planned: Sequence[Planned]

    @property
    def differences(self) -> list[Planned]:
        return [planned for planned in self.planned if planned.action is not Action.SAME]

    @property
    def has_conflicts(self) -> bool:
        return any(planned.action is Action.CONFLICT for planned in self.planned)

    def summary(self, done: str) -> str:
        """Returns for example "3 texts imported: 1 new, 2 same."; `done` is the "imported" in it."""
        counts = Counter(planned.action for planned in self.planned)
        actions = ", ".join(f"{counts[action]} {action}" for action in Action if counts[action]) or "none there"
        return f"{len(self.planned)} text{'' if len(self.planned) == 1 else 's'} {done}: {actions}."


def choose_action(theirs: bytes, ours: bytes | None, synced: bytes | None, policy: ConflictPolicy) -> Action:
    """Returns what to do with our side, given the digests of both sides and of what the last sync read."""
    if ours is None:
        return Action.NEW
    if theirs == ours:
        return Action.SAME
    if ours == synced or policy is ConflictPolicy.THEIRS:
        return Action.CHANGED
    if theirs == synced or policy is ConflictPolicy.OURS:
        return Action.KEPT
    return Action.CONFLICT


def normalized_digest(text: str) -> bytes:
    """Returns the same for texts that differ only in their line breaks or in a byte order mark, which git and editors change."""
    return sha256_of(normalize_newlines(text).removeprefix("\ufeff"))


def is_content_dir(root: Path) -> bool:
    """Whether digests are kept for this folder: for the site's own, not for copies elsewhere."""
    return root.resolve() == settings.CONTENT_DIR.resolve()


def usable_synced_digest(document: Document | None, root: Path) -> bytes | None:
    digest = document.synced_digest if document and is_content_dir(root) else None
    return bytes(digest) if digest else None


def is_text_of(document: Document, text: str, parsed: ParsedText) -> bool:
    """Whether a file at a former slug of a document still holds the document's text.

    It does if it is one of the revisions or the last text synced, or if most of its sentences are in the current text because somebody
    kept editing the file. Any other text is a new document.
    """
    known = {normalized_digest(source) for source in document.revisions.values_list("source", flat=True)}
    if normalized_digest(text) in {*known, bytes(document.synced_digest or b"")}:
        return True
    fingerprints = fingerprints_of(parsed)
    return len(fingerprints.intersection(document.fingerprints)) * 2 > len(fingerprints)


@transaction.atomic
def mark_synced(synced: Iterable[tuple[Document, str]]) -> None:
    """Stores for each document the digest of the text that the other side had, whether that text was taken or not."""
    Document.objects.lock_table()
    changed = []
    for document, text in synced:
        if document.synced_digest is None or bytes(document.synced_digest) != normalized_digest(text):
            document.synced_digest = normalized_digest(text)
            changed.append(document)
    Document.objects.bulk_update(changed, ["synced_digest"], batch_size=200)


# Import


@dataclass(frozen=True)
class PlannedImport(Planned):
    """`document` is the one to change; None if the file is a new document."""

    file: DocumentFile
    document: Document | None


@dataclass(frozen=True)
class ImportPlan(SyncPlan):
    planned: Sequence[PlannedImport]
    folder: ContentFolder
    problems: list[FileProblem]

    @property
    def errors(self) -> list[FileProblem]:
        return [found for found in self.problems if found.problem.is_error]

    def apply(self, now: datetime) -> None:
        """Writes to the database. Call it inside a transaction."""
        for image in self.folder.images:
            Picture.objects.store(image, by=None, now=now)
        created = create_documents([planned.file for planned in self.planned if planned.action is Action.NEW], now)
        for planned in self.planned:
            if planned.document and planned.action is Action.CHANGED:
                text, parsed = planned.file.text, planned.file.parsed
                planned.document.save_revision(text, by=None, now=now, note=IMPORT_NOTE, parsed=parsed)
        if is_content_dir(self.root):
            existing = [(planned.document, planned.file.text) for planned in self.planned if planned.document]
            mark_synced([*existing, *((document, document.source) for document in created)])


def import_folder(root: Path, now: datetime, policy: ConflictPolicy, *, dry_run: bool) -> ImportPlan:
    """Compares and checks a folder, writes to the database unless there are errors or conflicts, and returns what was planned.

    Raises `FileRefusedError` if there is no folder.
    """
    folder = ContentFolder.load(root)  # before the lock, for which saves in the admin wait
    with transaction.atomic():
        Document.objects.lock_table()  # so that nobody saves between the comparison and the writing
        planned = list(plan_import(folder, policy))
        problems = sorted([*folder.problems(library_without_files(planned), now.date()), *check_outdated_files(planned)])
        plan = ImportPlan(root, planned, folder, problems)
        if not (dry_run or plan.errors or plan.has_conflicts):
            plan.apply(now)
    return plan


def plan_import(folder: ContentFolder, policy: ConflictPolicy) -> Iterator[PlannedImport]:
    by_slug = {(document.kind, document.slug): document for document in Document.objects.defer("anchors", "fingerprints")}
    redirects = Redirect.objects.select_related("document")
    by_former_slug = {(old.kind, old.slug): by_slug.get((old.kind, old.document.slug)) for old in redirects}
    for file in folder.documents:
        key = (file.kind.name, file.parsed.slug)
        document, former = by_slug.get(key), by_former_slug.get(key)
        if document is None and former and is_text_of(former, file.text, file.parsed):
            document = former
        ours = normalized_digest(document.source) if document else None
        action = choose_action(normalized_digest(file.text), ours, usable_synced_digest(document, folder.root), policy)
        yield PlannedImport(file.path, action, file, document)


def library_without_files(planned: Sequence[PlannedImport]) -> Library:
    """Returns the documents that have no file in the folder, as the check of the files needs them."""
    documents = Document.objects.exclude(pk__in=[each.document.pk for each in planned if each.document])
    return documents.library(sentence.fingerprint for each in planned for sentence in each.file.parsed.sentences)


def check_outdated_files(planned: Iterable[PlannedImport]) -> Iterator[FileProblem]:
    """Yields a problem for each file that is left at a former slug beside the document's file, because it would undo the renaming."""
    found = [(each.file, each.document) for each in planned if each.document]
    current: dict[int, DocumentFile] = {}
    for file, document in sorted(found, key=lambda pair: pair[0].parsed.slug != pair[1].slug):
        first = current.setdefault(document.pk, file)
        if first.parsed.slug != file.parsed.slug:
            message = (
                f'"{file.parsed.slug}" is an old address of "{document}", which is {first.path} now. Delete the file that is out of date.'
            )
            yield FileProblem(file.path, Problem(file.parsed.key_lines.get("slug", 1), "slug-taken", message))


def create_documents(files: Sequence[DocumentFile], now: datetime) -> list[Document]:
    """Creates documents with their first revisions, in a constant number of statements for up to 200 of them, and one for
    each text with pictures."""
    documents = []
    for file in files:
        state = Document.State.DRAFT if file.is_draft else Document.State.PUBLISHED
        document = Document(kind=file.kind.name, source=file.text, state=state, changed_at=now)
        document.set_publish_at(now)
        document.derive(file.parsed)
        documents.append(document)
    Document.objects.bulk_create(documents, batch_size=200)
    Redirect.objects.delete_overridden()
    revisions = [Revision(document=document, number=1, source=document.source, made_at=now, note=IMPORT_NOTE) for document in documents]
    Revision.objects.bulk_create(revisions, batch_size=200)
    return documents


# Export


@dataclass(frozen=True)
class PlannedExport(Planned):
    """`outdated` is the file that the document had before its slug or its state changed."""

    document: Document
    outdated: Path | None


@dataclass(frozen=True)
class ExportPlan(SyncPlan):
    planned: Sequence[PlannedExport]

    def apply(self) -> None:
        """Writes the files, and none by half."""
        written = [planned for planned in self.planned if planned.action in {Action.NEW, Action.CHANGED}]
        write_atomically(self.contents(written))
        for planned in written:
            if planned.outdated:
                (self.root / planned.outdated).unlink()
        if is_content_dir(self.root):
            mark_synced((planned.document, planned.document.source) for planned in self.planned)

    def contents(self, written: Sequence[PlannedExport]) -> Iterator[tuple[Path, bytes]]:
        """Yields the files of documents, and before them those of the images that they show."""
        for picture in Picture.objects.used_in("\n".join(planned.document.source for planned in written)).iterator(chunk_size=10):
            yield self.root / IMAGES_FOLDER / picture.file_name, bytes(picture.content)
        for planned in written:
            yield self.root / planned.path, planned.document.source.encode()


def export_folder(root: Path, policy: ConflictPolicy, *, dry_run: bool) -> ExportPlan:
    """Compares the documents with their files, writes the files unless there are conflicts, and returns what was planned.

    Raises `FileRefusedError` if a document's file can't be read, and `OSError` if one can't be written.
    """
    documents = Document.objects.defer("anchors", "fingerprints").prefetch_related("redirects").order_by("kind", "slug")
    plan = ExportPlan(root, [plan_export(document, root, policy) for document in documents])
    if not (dry_run or plan.has_conflicts):
        plan.apply()
    return plan


def plan_export(document: Document, root: Path, policy: ConflictPolicy) -> PlannedExport:
    path = file_path(document, document.slug, document.state)
    current, text = find_file(document, root) or (None, "")
    ours = normalized_digest(text) if current else None
    action = choose_action(normalized_digest(document.source), ours, usable_synced_digest(document, root), policy)
    if current is None or current == path:
        return PlannedExport(path, action, document, None)
    if action in {Action.SAME, Action.CHANGED}:
        return PlannedExport(path, Action.CHANGED, document, current)
    return PlannedExport(current, action, document, None)


def find_file(document: Document, root: Path) -> tuple[Path, str] | None:
    """Returns the path and the text of a document's file, which may be at a former slug or in the folder for another state."""
    slugs = [document.slug, *(old.slug for old in document.redirects.all())]
    for path in [file_path(document, slug, state) for slug in slugs for state in (document.state, other_state(document))]:
        if os.path.lexists(root / path):
            text = existing_text(path, root)
            if path.stem == document.slug or is_text_of(document, text, document.parse(text)):
                return path, text
    return None


def other_state(document: Document) -> str:
    return Document.State.PUBLISHED if document.state == Document.State.DRAFT else Document.State.DRAFT


def file_path(document: Document, slug: str, state: str) -> Path:
    folder = Path(document.kind_spec.folder)
    return (DRAFTS_FOLDER / folder if state == Document.State.DRAFT else folder) / f"{slug}.md"


def write_atomically(contents: Iterable[tuple[Path, bytes]]) -> None:
    """Writes files, and none by half: they get their names when the last one has been written."""
    unfinished: dict[Path, Path] = {}
    try:
        for path, content in contents:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished[path] = path.with_name(f".{path.name}.unfinished")  # hidden, so that no import reads it if the export is killed
            unfinished[path].write_bytes(content)
        for path, written in unfinished.items():
            written.replace(path)
    finally:
        with suppress(OSError):
            for written in unfinished.values():
                written.unlink(missing_ok=True)
