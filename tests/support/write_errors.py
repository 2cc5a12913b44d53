"""A table that answers every write with an error of our choice, as the real server would put it, and what a page gives back then."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from django.db import connection, transaction
from django.http import HttpResponse

FAIL = """
CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION SQLSTATE '{state}'; END $$;
CREATE TRIGGER fail BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fail();
"""
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@contextmanager
def failing_writes(table: str, state: str, event: str = "INSERT OR UPDATE OR DELETE") -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FAIL.format(table=table, state=state, event=event))
        yield
        transaction.set_rollback(True)


def given_back(response: HttpResponse) -> dict[str, str]:
    return fields_given_back(response.content.decode())


def fields_given_back(page: str) -> dict[str, str]:
    """The fields that a page holds to be sent again."""
    return {unescape(name): unescape(value) for name, value in FIELD.findall(page)}
