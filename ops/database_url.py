"""The address of the database in DATABASE_URL, read by Postgres's own rules (libpq, "Connection URIs"). Pure: no Django, no settings."""

from psycopg.conninfo import conninfo_to_dict, make_conninfo

# A host that disappears doesn't close its connections, and TCP would wait for it a quarter of an hour. With these a connection ends when
# what it sent is not acknowledged within 3 seconds, or when it was idle for 5 and two probes, 2 seconds apart, get no answer.
TIMEOUTS = {
    "connect_timeout": "2",  # seconds, for each host that the address names
    "tcp_user_timeout": "3000",  # milliseconds
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "2",
}


def with_timeouts(url: str, **defaults: str) -> str:
    """Adds `defaults` and TIMEOUTS to an address where it doesn't set them. Raises psycopg.ProgrammingError if it is no address."""
    return make_conninfo("", **{**TIMEOUTS, **defaults, **conninfo_to_dict(url)})
