"""Numbers that put whatever is asked for one key in the order in which it arrived, and that tell nobody else the time. Pure."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
OFFSET_BITS = 62  # with the microseconds of the next 140,000 years a number stays below 2**63, where a bigint ends
PURPOSE = b"quiz arrival"  # keeps the offset apart from any other digest of the key


def arrival_number(key: str, now: datetime) -> int:
    """Grows with `now` for one key, on every host alike.

    It is the time in microseconds, moved by up to 146,000 years: how far, only the key says, and that is stored nowhere. Of two
    numbers of one key the difference is the time between them.
    """
    return offset(key) + (now - EPOCH) // MICROSECOND


def offset(key: str) -> int:
    digest = blake2b(key.encode(), digest_size=8, person=PURPOSE).digest()
    return int.from_bytes(digest) >> (64 - OFFSET_BITS)
