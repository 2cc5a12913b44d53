"""Rate limits, counted in Postgres for all workers and hosts together.

No address is stored: the row has a keyed digest of it. The key of the digest changes each day and isn't stored either.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models

DIGEST_SIZE = 16  # bytes
# `Limit.count_and_check` executes it alone. A statement that also writes can begin with it as a CTE, which saves a round trip.
COUNT_SQL = """
INSERT INTO throttle_tally AS tally (ends_at, digest, number) VALUES (%(ends_at)s, %(who)s, 1)
ON CONFLICT (ends_at, digest) DO UPDATE SET number = tally.number + 1 RETURNING number <= %(max_count)s AS is_allowed
"""


class TallyManager(models.Manager["Tally"]):
    def expired(self, now: datetime) -> models.QuerySet[Tally]:
        """Counts whose time is over."""
        return self.filter(ends_at__lte=now)


class Tally(models.Model):
    """The count of one address, account or device in one period of a limit.

    The table is unlogged: it isn't worth a write to the WAL, and is empty after a crash of the database. Its primary key is its only
    index, because every other would cost each submission a write. It begins with the time, so that it finds expired counts too.
    """

    pk = models.CompositePrimaryKey("ends_at", "digest")
    ends_at = models.DateTimeField()
    digest = models.BinaryField()
    number = models.PositiveIntegerField()

    objects: ClassVar[TallyManager] = TallyManager()

    def __str__(self) -> str:
        return f"{self.number} until {self.ends_at}"


@dataclass(frozen=True)
class Limit:
    """At most `max_count` actions in each period of `seconds`. Its name separates its counts from those of other limits."""

    name: str
    max_count: int
    seconds: int

    def count_and_check(self, who: str, now: datetime) -> bool:
        """Counts an action of `who`, an address, an account or a device, and returns whether it is within the limit."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT_SQL, self.count_params(who, now))
            allowed: bool = cursor.fetchone()[0]
        return allowed

    def count_params(self, who: str, now: datetime) -> dict[str, Any]:
        """Parameters for COUNT_SQL."""
        return {"who": self.digest(who, now), "ends_at": self.ends_at(now), "max_count": self.max_count}

    def ends_at(self, now: datetime) -> datetime:
        period = int(now.timestamp()) // self.seconds
        return datetime.fromtimestamp((period + 1) * self.seconds, UTC)

    def digest(self, who: str, now: datetime) -> bytes:
        return blake2b(f"{self.name} {who}".encode(), key=digest_key(settings.SECRET_KEY, now.date()), digest_size=DIGEST_SIZE).digest()


@lru_cache(maxsize=1)
def digest_key(secret: str, day: date) -> bytes:
    return hmac.digest(secret.encode(), f"throttle {day}".encode(), "sha256")
