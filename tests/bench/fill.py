"""Fills the database of DATABASE_URL up to a number of guides and results: python -m tests.bench.fill GUIDES RESULTS."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from documents.models import Revision  # noqa: E402
from guides.models import Guide  # noqa: E402
from quiz.instrument_cache import instrument_of  # noqa: E402
from quiz.models import Instrument, Result, key_digest, year_after  # noqa: E402
from tests.bench.result_requests import KEY  # noqa: E402
from tests.support.builders import guide_text  # noqa: E402

BATCH_SIZE = 500  # guides in one statement
COPY_RESULTS = """
INSERT INTO quiz_result (digest, revision_id, answers, relation, anxiety, avoidance, day, expires_on)
SELECT sha256(format(%s, lpad(number::text, 10, '0'))::bytea), revision_id, answers, relation, anxiety, avoidance, day, expires_on
FROM (SELECT * FROM quiz_result LIMIT 1) AS first, generate_series(%s, %s) AS number
"""


def fill_guides(total: int) -> None:
    existing = Guide.objects.count()
    with ProcessPoolExecutor() as processes:
        for first in range(existing, total, BATCH_SIZE):
            insert(list(processes.map(filler_guide, range(first, min(first + BATCH_SIZE, total)), chunksize=50)))


def filler_guide(number: int) -> Guide:
    now = timezone.now()
    slug = f"filler-{number}"
    text = guide_text(slug, title=f"How to be guide {number}")
    guide = Guide(kind="guide", state="published", publish_at=now, changed_at=now, source=text)
    guide.derive(guide.parse(guide.source))
    return guide


@transaction.atomic
def insert(guides: list[Guide]) -> None:
    Guide.objects.bulk_create(guides)
    first = (Revision(document=guide, number=1, source=guide.source, made_at=guide.changed_at, note="Made") for guide in guides)
    Revision.objects.bulk_create(first)


def fill_results(total: int) -> None:
    existing = Result.objects.count()
    if not existing:
        insert_first_result()
        existing = 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPY_RESULTS, [KEY, existing, total - 1])


def insert_first_result() -> None:
    now = timezone.now()
    current = Instrument.objects.current_revision(now)
    if current is None:
        raise SystemExit("There is no quiz in the database: content/ was not imported.")
    answers = {item.key: number % 7 + 1 for number, item in enumerate(instrument_of(current).items)}
    today = now.date()
    row = {"answers": answers, "relation": "friend", "anxiety": 4.2, "avoidance": 3.1, "day": today, "expires_on": year_after(today)}
    Result.objects.create(digest=key_digest(KEY % ("0" * 10)), revision=current, **row)


def vacuum() -> None:
    """Leaves no maintenance that Postgres would do during a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
        cursor.execute("CHECKPOINT")


if __name__ == "__main__":
    guides, results = map(int, sys.argv[1:])
    fill_guides(guides)
    fill_results(results)
    vacuum()
