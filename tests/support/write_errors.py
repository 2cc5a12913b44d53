"""A table on which every write fails with a given error, and the form fields that a page then offers to send again."""

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
    """Lets writes to `table` fail with the SQLSTATE `state`."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FAIL.format(table=table, state=state, event=event))
        yield
        transaction.set_rollback(True)


def hidden_fields_of(response: HttpResponse) -> dict[str, str]:
    return hidden_fields(response.content.decode())


def hidden_fields(page: str) -> dict[str, str]:
    """Returns the hidden fields of a page by their names."""
    return {unescape(name): unescape(value) for name, value in FIELD.findall(page)}
