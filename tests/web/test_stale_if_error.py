"""While the database is away a process answers what it found before, and the log says when that began and when it was over."""

import pytest
from django.db import Error, connection, transaction

from web.stale_if_error import remembering

AWAY, OURS = "57014", "40P01"


@pytest.fixture
def look(db):
    @remembering
    def look(subject, state):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN IF '{state}' <> '' THEN RAISE EXCEPTION SQLSTATE '{state or AWAY}'; END IF; END $$")
            return subject.upper()

    return look


def test_what_was_found_is_answered_while_the_database_is_away(look):
    assert [look("this", state) for state in ("", AWAY, AWAY, "")] == ["THIS"] * 4


def test_what_was_never_found_is_an_error(look):
    look("this", "")
    with pytest.raises(Error):
        look("that", AWAY)


def test_an_error_of_ours_is_never_hidden(look):
    look("this", "")
    with pytest.raises(Error):
        look("this", OURS)


def test_the_log_says_so_once_when_it_begins_and_once_when_it_is_over(look, caplog):
    for state in ("", AWAY, AWAY, "", ""):
        look("this", state)
    begun, over = (record.getMessage() for record in caplog.records)
    assert begun.endswith("failing from now on.")
    assert over.endswith("working again.")
