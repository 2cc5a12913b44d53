"""Instruments, as documents, and the results that visitors chose to keep."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b, sha256
from typing import ClassVar

from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Greatest

from documents.models import Document, DocumentQuerySet, Revision
from quiz.instrument.limits import MAX_KEY, MAX_SCORE, MIN_SCORE
from quiz.instrument.types import KIND, measurement_signature
from quiz.instrument.types import Instrument as ParsedInstrument
from quiz.instrument_cache import instrument_of
from quiz.submission import Submission
from web.prepared_statements import prepared_cursor
from web.stale_if_error import stale_if_error
from web.throttle.models import COUNT_SQL, Limit

REVISION_PK = re.compile(r"[0-9]{1,18}", re.ASCII)  # a primary key in a form
LOOKUP_LIFETIME = timedelta(seconds=1)
MIN_PUBLIC_COUNT = 50  # kept results; the count is public from this many
KEEP_LIMIT = Limit("results kept", max_count=300, seconds=3600)  # far more than a school or a clinic behind one address needs
# Counts the submission and keeps its result in one statement. A second submission for a key corrects the row without extending its
# lifetime; if the result had expired, it is a new one. A submission that arrived before the one in the row, or before the result was
# deleted, changes nothing.
KEEP_SQL = f"""
WITH counted AS ({COUNT_SQL}), written AS (
    INSERT INTO quiz_result AS kept (
        digest, earlier, revision_id, answers, relation, anxiety, avoidance, day, expires_on, arrival_number
    )
    SELECT
        %(digest)s, NULLIF(%(earlier)s::bytea, %(digest)s), %(revision)s, %(answers)s::jsonb, %(relation)s,
        %(anxiety)s, %(avoidance)s, %(day)s, %(expires_on)s, %(arrival_number)s
    FROM counted WHERE is_allowed AND quiz_not_deleted_since(%(digest)s, %(arrival_number)s)
    ON CONFLICT (digest) DO UPDATE SET
        revision_id = EXCLUDED.revision_id, answers = EXCLUDED.answers, relation = EXCLUDED.relation,
        anxiety = EXCLUDED.anxiety, avoidance = EXCLUDED.avoidance,
        day = CASE WHEN kept.expires_on > EXCLUDED.day THEN kept.day ELSE EXCLUDED.day END,
        expires_on = CASE WHEN kept.expires_on > EXCLUDED.day THEN kept.expires_on ELSE EXCLUDED.expires_on END,
        arrival_number = EXCLUDED.arrival_number
    WHERE kept.arrival_number <= EXCLUDED.arrival_number
)
SELECT is_allowed FROM counted
"""  # noqa: S608 (both parts are constants)
# Submissions for this key wait in `quiz_not_deleted_since` until the transaction ends. Migration 0004 defines both functions.
WAIT_FOR_SUBMISSIONS = "SELECT pg_advisory_xact_lock(quiz_lock_of(%s))"
NOTE_DELETION = """
INSERT INTO quiz_deletedresult AS noted (digest, arrival_number, forget_on) VALUES (%s, %s, %s)
ON CONFLICT (digest) DO UPDATE SET
    arrival_number = greatest(noted.arrival_number, EXCLUDED.arrival_number), forget_on = greatest(noted.forget_on, EXCLUDED.forget_on)
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
OFFSET_BITS = 62  # with the microseconds of the next 140,000 years a number stays below 2**63, where a bigint ends
OFFSET_PURPOSE = b"quiz arrival"  # makes the offset differ from any other digest of the key
DELETION_RECORD_LIFETIME = timedelta(days=2)  # from the start of the day; no statement waits for a day to be executed


class InstrumentManager(models.Manager["Instrument"]):
    last_revision: tuple[Revision | None, datetime] = (
        None,
        datetime.min.replace(tzinfo=UTC),
    )  # found last, and when

    def get_queryset(self) -> DocumentQuerySet[Instrument]:
        return DocumentQuerySet(self.model, using=self._db).filter(kind=KIND)

    def public_revisions(self, now: datetime) -> models.QuerySet[Revision]:
        """Every revision of a published instrument that visitors could see since it was published, the current one first."""
        later = Revision.objects.filter(document=OuterRef("document"), number__gt=OuterRef("number"))
        replaced_before = Exists(later.filter(made_at__lte=OuterRef("document__publish_at")))
        seen = Revision.objects.filter(~replaced_before, document__in=self.get_queryset().published(now))
        return seen.order_by("-document__publish_at", "-document", "-number")

    @stale_if_error
    def current_revision(self, now: datetime) -> Revision | None:
        """The text that visitors answer: the last revision of the instrument that was published last."""
        return self.public_revisions(now).first()

    def revision_for_form(self, named: str, now: datetime) -> Revision | None:
        """Returns the revision that a form was opened with, so that nobody's answers are scored as answers to other statements.

        `named` is what the form says. If visitors could never see such a revision, this is the current one; None if no quiz is published.
        Queries the database at most once in LOOKUP_LIFETIME while all forms name the same known revision, in one process.
        """
        revision_pk = int(named) if REVISION_PK.fullmatch(named) else 0
        found, found_at = self.last_revision
        if found is None or found.pk != revision_pk or not found_at <= now < found_at + LOOKUP_LIFETIME:
            found = self.find_revision(revision_pk, now)
            self.last_revision = found, now
        return found

    @stale_if_error
    def find_revision(self, revision_pk: int, now: datetime) -> Revision | None:
        current = self.current_revision(now)
        if current is None or current.pk == revision_pk:
            return current
        return self.public_revisions(now).filter(pk=revision_pk).first() or current


class Instrument(Document):
    objects: ClassVar[InstrumentManager] = InstrumentManager()  # type: ignore[assignment]  # a proxy sees fewer rows than its table

    class Meta:
        proxy = True
        verbose_name, verbose_name_plural = "quiz", "quizzes"
        permissions = [("publish_instrument", "Can publish quizzes, and change published ones")]


def key_digest(key: str) -> bytes:
    """Returns the SHA-256 of a key, which is stored in place of the key."""
    return sha256(key.encode()).digest()


def arrival_number(key: str, now: datetime) -> int:
    """Returns a number that grows with `now` for one key, on every host alike.

    It is the time in microseconds plus an offset of up to 146,000 years. The offset is a digest of the key, which is stored nowhere, so
    the number alone reveals no time. The difference between two numbers of one key is the time between them.
    """
    offset = int.from_bytes(blake2b(key.encode(), digest_size=8, person=OFFSET_PURPOSE).digest()) >> (64 - OFFSET_BITS)
    return offset + (now - EPOCH) // MICROSECOND


def year_after(day: date) -> date:
    """The same day of the next year; 28 February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class ResultManager(models.Manager["Result"]):
    def keep(self, submission: Submission, client: str, now: datetime, earlier_key: str = "") -> bool:
        """Keeps one row for a key, however often it is submitted. Returns False if `client`, an address, is over KEEP_LIMIT.

        `now` is when the submission arrived: one that arrived later for the same key prevails, and so does a later deletion.
        `earlier_key` is the key of a result to compare with. Raises ValueError if the submission has no scores.
        """
        if submission.scores is None:
            raise ValueError("a submission without scores can't be kept")
        today = now.date()
        row = {
            "digest": key_digest(submission.key),
            "earlier": key_digest(earlier_key) if earlier_key else None,
            "revision": submission.revision_pk,
            "answers": json.dumps(submission.answers),
            "relation": submission.relation,
            "anxiety": submission.scores.anxiety,
            "avoidance": submission.scores.avoidance,
            "day": today,
            "expires_on": year_after(today),
            "arrival_number": arrival_number(submission.key, now),
        }
        with prepared_cursor() as cursor:
            cursor.execute(KEEP_SQL, {**row, **KEEP_LIMIT.count_params(client, now)})
            allowed: bool = cursor.fetchone()[0]
        return allowed

    def delete_for_key(self, key: str, now: datetime) -> bool:
        """Deletes the result, even if submissions from before `now` are still on their way to the database.

        Returns False if the result still exists because it was submitted again after `now`.
        """
        digest, number = key_digest(key), arrival_number(key, now)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(WAIT_FOR_SUBMISSIONS, [digest])
                cursor.execute(NOTE_DELETION, [digest, number, now.date() + DELETION_RECORD_LIFETIME])
            self.filter(digest=digest, arrival_number__lte=number).delete()
        return not self.for_key(key, now.date()).exists()

    def for_key(self, key: str, today: date) -> models.QuerySet[Result]:
        """The result with this key, unless it has expired."""
        return self.unexpired(today).filter(digest=key_digest(key))

    def find(self, key: str, today: date) -> Result | None:
        """The result with this key and its revision; None for no key, and after the result expired or was deleted."""
        return self.for_key(key, today).select_related("revision").first() if key else None

    def renew(self, key: str, today: date) -> bool:
        """Keeps the result for a year from today. Returns False if there is none, even if it was deleted concurrently."""
        return self.for_key(key, today).update(expires_on=Greatest("expires_on", Value(year_after(today)))) > 0

    def find_earlier(self, result: Result, today: date) -> Result | None:
        """The result to compare this one with; None if there is none or it was deleted or has expired."""
        if result.earlier is None:
            return None
        return self.unexpired(today).filter(digest=result.earlier).select_related("revision").first()

    def public_count(self, today: date) -> int | None:
        """The number of results that were kept before today and have not expired; None if there are few.

        Grows once a day at most; a deletion lowers it at once.
        """
        number = self.unexpired(today).filter(day__lt=today).count()
        return number if number >= MIN_PUBLIC_COUNT else None

    def unexpired(self, today: date) -> models.QuerySet[Result]:
        return self.filter(expires_on__gt=today)

    def expired(self, today: date) -> models.QuerySet[Result]:
        return self.filter(expires_on__lte=today)

    def complete_results_for(self, quiz: ParsedInstrument, today: date) -> models.QuerySet[Result]:
        """Unexpired results that answer every statement of `quiz`, whichever revision with the same statements and scale they used."""
        revisions = Revision.objects.filter(document__kind=KIND, pk__in=self.values("revision"))
        wanted = measurement_signature(quiz)
        same = [revision.pk for revision in revisions if measurement_signature(instrument_of(revision)) == wanted]
        return self.unexpired(today).filter(revision__in=same, answers__has_keys=[item.key for item in quiz.items])


class Result(models.Model):
    """Answers that a taker chose to keep. The row identifies nobody: only the taker has the link to it."""

    digest = models.BinaryField()  # SHA-256 of the key in the link
    earlier = models.BinaryField(null=True)  # digest of the result to compare with, which may no longer exist
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")  # the text of the instrument that was answered
    answers = models.JSONField()  # by the items' keys
    relation = models.CharField(max_length=MAX_KEY)
    anxiety = models.FloatField()
    avoidance = models.FloatField()
    day = models.DateField()  # without the time, for privacy
    expires_on = models.DateField()
    arrival_number = models.BigIntegerField(db_default=0)  # of the last submission; 0 from a release without arrival numbers

    objects: ClassVar[ResultManager] = ResultManager()

    class Meta:
        indexes = [models.Index(fields=["expires_on"], include=["day"], name="result_lifetime")]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="result_digest_unique"),
            models.CheckConstraint(condition=Q(digest__length=32), name="result_digest_sha256"),
            models.CheckConstraint(
                condition=Q(earlier__isnull=True) | (Q(earlier__length=32) & ~Q(earlier=F("digest"))), name="result_earlier_is_another"
            ),
            models.CheckConstraint(condition=Q(expires_on__gt=F("day")), name="result_expires_after_its_day"),
            models.CheckConstraint(
                condition=Q(anxiety__range=(MIN_SCORE, MAX_SCORE), avoidance__range=(MIN_SCORE, MAX_SCORE)),
                name="result_scores_on_some_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"Result of {self.day}"


class DeletedResultManager(models.Manager["DeletedResult"]):
    def expired(self, today: date) -> models.QuerySet[DeletedResult]:
        return self.filter(forget_on__lte=today)


class DeletedResult(models.Model):
    """A record that a result was deleted, in case an earlier submission of it arrives late. Expires after one to two days."""

    digest = models.BinaryField(primary_key=True)
    arrival_number = models.BigIntegerField()
    forget_on = models.DateField()

    objects: ClassVar[DeletedResultManager] = DeletedResultManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(digest__length=32), name="deleted_result_digest_sha256")]

    def __str__(self) -> str:
        return f"Deletion noted until {self.forget_on}"
