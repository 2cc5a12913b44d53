"""Instruments in the table of documents, and the results that visitors chose to keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.urls import reverse

from documents.content import references
from documents.models import Document, DocumentQuerySet, Revision, digest_of
from guides.models import Guide
from guides.parts import ADDRESS, mentioned, step_titles
from quiz import instrument
from quiz.figures import questions
from quiz.scoring import Point

KIND = "quiz"
models.BinaryField.register_lookup(Length)


class InstrumentManager(models.Manager["Instrument"]):
    def get_queryset(self) -> DocumentQuerySet[Instrument]:
        return DocumentQuerySet(self.model, using=self._db).filter(kind=KIND)

    def current(self, now: datetime) -> Revision | None:
        """The text that visitors answer: the last revision of the instrument that was published last."""
        published = self.get_queryset().published(now)
        return Revision.objects.filter(document__in=published).order_by("-document__publish_at", "-document", "-number").first()


class Instrument(Document):
    objects: ClassVar[InstrumentManager] = InstrumentManager()  # type: ignore[assignment]  # a proxy sees fewer rows than its table

    class Meta:
        proxy = True


def read(source: str, now: datetime) -> tuple[instrument.Instrument, dict[str, str]]:
    """An instrument's text, with links only to what readers may see at `now`, and the titles of the steps that it names."""
    guides = Guide.objects.published(now).filter(slug__in=mentioned(source)).values_list("slug", "source")
    addresses = {ADDRESS.format(slug): text for slug, text in guides}
    hidden = {ADDRESS.format(slug) for slug in mentioned(source)} - set(addresses)
    titles = {f"{address}#{anchor}": title for address, text in addresses.items() for anchor, title in step_titles(text).items()}
    return instrument.read(source, references(), hidden), titles


def year_after(day: date) -> date:
    """The same day of the next year; the last of February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class ResultManager(models.Manager["Result"]):
    def keep(self, key: str, version: Revision, answers: Mapping[str, int], relation: str, point: Point, today: date) -> None:
        """One row for a key, however often it is sent: what is sent again corrects the row, and does not lengthen its life."""
        row = Result(
            digest=digest_of(key),
            revision=version,
            answers=dict(answers),
            relation=relation,
            anxiety=point.anxiety,
            avoidance=point.avoidance,
            day=today,
            expires_on=year_after(today),
        )
        corrected = ["revision", "answers", "relation", "anxiety", "avoidance"]
        self.bulk_create([row], update_conflicts=True, unique_fields=["digest"], update_fields=corrected)

    def under(self, key: str, today: date) -> models.QuerySet[Result]:
        """The one result that a key opens, or none."""
        return self.filter(digest=digest_of(key), expires_on__gt=today)

    def renew(self, key: str, today: date) -> bool:
        """Gives the result another year. False where there is none, be it deleted this very moment."""
        return self.under(key, today).update(expires_on=year_after(today)) > 0

    def expired(self, today: date) -> models.QuerySet[Result]:
        return self.filter(expires_on__lte=today)

    def comparable(self, asked: instrument.Instrument, today: date) -> models.QuerySet[Result]:
        """Results whose takers answered every one of these very statements, whatever the version of the text around them."""
        texts = Revision.objects.filter(document__kind=KIND, pk__in=self.values("revision"))
        same = [text.pk for text in texts if questions(instrument.read(text.source, references())) == questions(asked)]
        return self.filter(revision__in=same, expires_on__gt=today, answers__has_keys=[item.key for item in asked.items])


class Result(models.Model):
    """Answers that somebody chose to keep. Nothing in the row tells who: its link is the only way to it, and is not stored."""

    digest = models.BinaryField()  # SHA-256 of the key in the link
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")  # the instrument's text as it was then
    answers = models.JSONField()  # item's key -> answer
    relation = models.CharField(max_length=40)
    anxiety = models.FloatField()
    avoidance = models.FloatField()
    day = models.DateField()  # and no finer
    expires_on = models.DateField()

    objects: ClassVar[ResultManager] = ResultManager()

    class Meta:
        indexes = [models.Index(fields=["expires_on"], name="result_expires_on")]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="result_digest_unique"),
            models.CheckConstraint(condition=Q(digest__length=32), name="result_digest_sha256"),
            models.CheckConstraint(condition=Q(expires_on__gt=F("day")), name="result_expires_after_its_day"),
            models.CheckConstraint(
                condition=Q(anxiety__range=(-100, 200), avoidance__range=(-100, 200)), name="result_scores_on_some_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"Result of {self.day}"


class Addresses:
    """A kept result with the addresses that only its key can name."""

    def __init__(self, result: Result, key: str, origin: str) -> None:
        self.day, self.expires_on = result.day, result.expires_on
        self.link = origin + reverse("quiz:result", args=[key])
        self.deletion = reverse("quiz:deletion", args=[key])
        self.renewal = reverse("quiz:renewal", args=[key])
        self.answers_json = reverse("quiz:answers", args=[key])
