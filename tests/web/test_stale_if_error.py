"""During an outage of the database a process returns its last results."""

import pytest
from django.db import Error, connection, transaction

from web.stale_if_error import stale_if_error

OUTAGE, DEADLOCK = "57014", "40P01"


@pytest.fixture
def look(db):
    @stale_if_error
    def look(subject, state):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN IF '{state}' <> '' THEN RAISE EXCEPTION SQLSTATE '{state or OUTAGE}'; END IF; END $$")
            return subject.upper()

    return look


def test_the_last_result_is_returned_during_an_outage(look):
    assert [look("this", state) for state in ("", OUTAGE, OUTAGE, "")] == ["THIS"] * 4


def test_without_a_last_result_the_error_is_raised(look):
    look("this", "")
    with pytest.raises(Error):
        look("that", OUTAGE)


def test_an_error_that_is_no_outage_is_raised(look):
    look("this", "")
    with pytest.raises(Error):
        look("this", DEADLOCK)


def test_start_and_end_of_an_outage_are_logged_once(look, caplog):
    for state in ("", OUTAGE, OUTAGE, "", ""):
        look("this", state)
    start, end = (record.getMessage() for record in caplog.records)
    assert start.endswith("failing from now on.")
    assert end.endswith("working again.")
