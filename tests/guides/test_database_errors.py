"""An editor's text comes back when the database can't save it."""

from html import unescape

import pytest
from django.db import connection, transaction

from tests.support.write_errors import failing_writes, hidden_fields_of
from web.middleware import MAX_FORM_BYTES


@pytest.mark.parametrize(("state", "status"), [("25006", 503), ("53100", 500)])
def test_a_text_that_can_not_be_saved_comes_back_whole_and_is_saved_when_it_is_sent_again(ines, guide, state, status):
    draft = guide(state="draft")
    form = ines.form(draft)
    written = 'All of "this" & more is kept.\r\n\r\n' + form["body"]
    with failing_writes("documents_document", state):
        response = ines.client.post(draft_address(draft), {**form, "body": written, "_save": "Save"})
    assert response.status_code == status
    assert hidden_fields_of(response) == {**form, "body": written, "_save": "Save"}
    assert ines.client.post(draft_address(draft), hidden_fields_of(response)).status_code == 302
    draft.refresh_from_db()
    assert 'All of "this" & more is kept.' in draft.source


def draft_address(draft):
    return f"/admin/guides/guide/{draft.pk}/change/"


def test_a_password_is_never_written_into_a_page(client, db):
    with failing_writes("throttle_tally", "25006"):
        response = client.post("/admin/login/", {"username": "ines", "password": "a secret of hers"})
    assert response.status_code == 503
    assert "secret of hers" not in unescape(response.content.decode())
    assert hidden_fields_of(response) == {}


def test_a_session_that_can_not_be_saved_is_answered_with_503(ines, client):
    ines.user.set_password("a secret of hers")
    ines.user.save()
    client.raise_request_exception = False
    with failing_writes("django_session", "25006", event="UPDATE"):
        response = client.post("/admin/login/", {"username": "ines", "password": "a secret of hers", "next": "/admin/"})
    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_a_large_body_is_not_read_while_its_sender_can_not_be_identified(ines, guide):
    draft = guide(state="draft")
    form = {**ines.form(draft), "body": "a" * MAX_FORM_BYTES}
    ines.client.raise_request_exception = False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE django_session RENAME TO elsewhere")
        response = ines.client.post(draft_address(draft), form)
        transaction.set_rollback(True)
    assert response.status_code == 500
    assert hidden_fields_of(response) == {}
