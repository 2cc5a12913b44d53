"""Tells an outage of the database from an error of ours. Pure: no Django.

Python's classes don't: an OperationalError is a lost connection as well as a deadlock or a full disk, and a read-only server raises an
InternalError. So the SQLSTATE decides (Postgres, Appendix A, "PostgreSQL Error Codes").
"""

import psycopg

# The same statement may work later.
OUTAGE_STATES = {
    "25006",  # read_only_sql_transaction: a standby, or a server that was switched to read only
    "25P03",  # idle_in_transaction_session_timeout
    "25P04",  # transaction_timeout
    "40001",  # serialization_failure: on a standby, a conflict with the primary
    "53300",  # too_many_connections
    "55P03",  # lock_not_available: lock_timeout passed
    "57014",  # query_canceled: statement_timeout passed
}
OUTAGE_PREFIXES = ("08", "57P")  # connection exceptions; shutdown, crash, starting up, database dropped, idle session


def psycopg_error(error: BaseException | None) -> psycopg.Error | None:
    """Returns the psycopg error behind one of Django's, or the error if it is psycopg's; None for any other."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__
    return error


def sqlstate_of(error: BaseException | None) -> str | None:
    cause = psycopg_error(error)
    return cause.sqlstate if cause else None


def is_outage(error: BaseException) -> bool:
    """Whether the database can't be reached or written to, or has no time, so that the same may work later."""
    state = sqlstate_of(error)
    if state is None:  # the connection was lost, or there was none: the server reports nothing then
        return isinstance(psycopg_error(error), psycopg.OperationalError)
    return state in OUTAGE_STATES or state.startswith(OUTAGE_PREFIXES)
