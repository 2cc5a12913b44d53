"""How often an address wrote in a stretch of time, counted in Postgres for all workers and hosts together.

No address is stored: a row is named by a keyed digest, whose key changes each day and is never stored either.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models
from django.http import HttpRequest

DIGEST = 16  # bytes
# A statement of its own for `Limit.allows`; what is written and counted at once begins with it, and saves a way to the database.
COUNT = """
INSERT INTO throttle_tally AS tally (ends_at, digest, number) VALUES (%(ends_at)s, %(who)s, 1)
ON CONFLICT (ends_at, digest) DO UPDATE SET number = tally.number + 1 RETURNING number <= %(most)s AS is_allowed
"""


class TallyManager(models.Manager["Tally"]):
    def over(self, now: datetime) -> models.QuerySet[Tally]:
        """Counts that no limit asks for any more."""
        return self.filter(ends_at__lte=now)


class Tally(models.Model):
    """A count. The table is unlogged: it is not worth a write to the journal, and is empty after a crash of the database.

    It has one index, because each write costs one more for every other. That begins with the time, for what is over to be found by it.
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
    """At most `most` times in each stretch of `seconds`, counted apart from other limits by its name."""

    name: str
    most: int
    seconds: int

    def allows(self, who: str, now: datetime) -> bool:
        """Whether `who`, an address or a name, may do it once more; this time is counted."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT, self.turn_of(who, now))
            allowed: bool = cursor.fetchone()[0]
        return allowed

    def turn_of(self, who: str, now: datetime) -> dict[str, Any]:
        """What COUNT has to be told of this time."""
        return {"who": self.digest(who, now), "ends_at": self.ends_at(now), "most": self.most}

    def ends_at(self, now: datetime) -> datetime:
        stretch = int(now.timestamp()) // self.seconds
        return datetime.fromtimestamp((stretch + 1) * self.seconds, UTC)

    def digest(self, who: str, now: datetime) -> bytes:
        return blake2b(f"{self.name} {who}".encode(), key=key_of(settings.SECRET_KEY, now.date()), digest_size=DIGEST).digest()


@lru_cache(maxsize=1)
def key_of(secret: str, day: date) -> bytes:
    return hmac.digest(secret.encode(), f"throttle {day}".encode(), "sha256")


def address_of(request: HttpRequest) -> str:
    """Who asks: the address, or of IPv6 the network of 64 bits that one customer has.

    Behind proxies of our own (settings.PROXIES, their number) the last of them says who asked the first; anything further
    left in X-Forwarded-For was written by the client, and says nothing. Where that names no address, the proxy's own counts, and
    without one either, all are one: never a client for each way to write nonsense.
    """
    direct = ip_of(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-settings.PROXIES :] if settings.PROXIES else [""]
    address = ip_of(forwarded[0]) or direct
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address.exploded[:19])
    return str(address or "")


def ip_of(node: str) -> IPv4Address | IPv6Address | None:
    """The address in a client's name as proxies write it (RFC 7239, 6): also in quotes, in brackets, and with a port; or None."""
    host = node.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return ip_address(host.partition("%")[0])  # the zone of an IPv6 address is its own machine's affair
    except ValueError:
        return None
