"""What an error of the database means: is the database away for a while, or is something wrong with our side? Pure: no Django.

Python's classes don't say: an OperationalError is a cut connection as well as a deadlock or a full disk, and a server that may only be
read raises an InternalError. So the SQLSTATE decides (Postgres, Appendix A, "PostgreSQL Error Codes").
"""

import psycopg

# Trying again later helps, as nothing is wrong with what was asked.
AWAY = {
    "25006",  # read_only_sql_transaction: a standby, or a server that was switched to read only
    "25P03",  # idle_in_transaction_session_timeout
    "25P04",  # transaction_timeout
    "40001",  # serialization_failure: on a standby, a conflict with what the first server does
    "53300",  # too_many_connections
    "55P03",  # lock_not_available: lock_timeout passed
    "57014",  # query_canceled: statement_timeout passed
}
AWAY_CLASSES = ("08", "57P")  # connection exceptions; shutdown, crash, starting up, database dropped, idle session


def cause_of(error: BaseException | None) -> psycopg.Error | None:
    """The error of the database library behind one of Django's, or the error itself where it is the library's own."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__
    return error


def sqlstate_of(error: BaseException | None) -> str | None:
    cause = cause_of(error)
    return cause.sqlstate if cause else None


def is_away(error: BaseException) -> bool:
    """Whether the database can't be reached, or can't be written to, or has no time: the same may work later."""
    state = sqlstate_of(error)
    if state is None:  # the connection broke, or there was none: the server itself says nothing then
        return isinstance(cause_of(error), psycopg.OperationalError)
    return state in AWAY or state.startswith(AWAY_CLASSES)
