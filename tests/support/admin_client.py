"""The admin's pages of texts as a browser fills and sends them, for tests of whatever kind of text."""

from collections.abc import Callable
from concurrent.futures import Future
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse

from documents.models import Document
from tests.support.waiting import wait_until


class Fields(HTMLParser):
    """What a page's main form would send if nobody touched it."""

    def __init__(self, html: str, form: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area = self.select = ""
        self.feed(html.partition(f'id="{form}"')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name and found.get("type") != "submit":
            self.values[name] = found.get("value", "")
        if tag == "textarea":
            self.area, self.values[name] = name, ""
        if tag == "select":
            self.select = name
        if tag == "option" and "selected" in found:
            self.values[self.select] = found["value"]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            text = self.values[self.area].replace("\r\n", "\n").removeprefix("\n")
            self.values[self.area] = text.replace("\n", "\r\n")
            self.area = ""


class Desk:
    """Somebody at the admin's pages of one model, such as "guides_guide"."""

    def __init__(self, user: User, model: str) -> None:
        self.user, self.model = user, model
        self.client = Client()
        self.client.force_login(user)

    def page(self, name: str, *args: object, query: str = "") -> str:
        return self.client.get(reverse(f"admin:{self.model}_{name}", args=args) + query).content.decode()

    @property
    def form_id(self) -> str:
        return self.model.partition("_")[2] + "_form"

    def form(self, document: Document | None = None, query: str = "") -> dict[str, str]:
        return Fields(self.page("change", document.pk, query=query) if document else self.page("add"), self.form_id).values

    def send(self, values: dict[str, str], document: Document | None = None, query: str = "") -> "Answer":
        address = reverse(f"admin:{self.model}_change", args=[document.pk]) if document else reverse(f"admin:{self.model}_add")
        return Answer(self.client.post(address + query, {**values, "_save": "Save"}), self.form_id)

    def save(self, document: Document | None = None, **changes: str) -> "Answer":
        """Opens the form, changes some fields, and presses Save."""
        return self.send({**self.form(document), **changes}, document)


class Answer:
    """What came of pressing Save."""

    def __init__(self, response: Any, form_id: str) -> None:
        self.status = response.status_code
        self.saved = response.status_code == 302
        self.html = unescape(response.content.decode())
        self.fields = Fields(response.content.decode(), form_id).values
        self.messages = [str(message) for message in get_messages(response.wsgi_request)]
        form = {} if self.saved or response.context is None else response.context["adminform"].form.errors
        self.errors = {field: list(said) for field, said in form.items()}


def person(name: str, *groups: str, model: str, staff: bool = True) -> Desk:
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=groups))
    return Desk(user, model)


def and_disconnect(act: Callable[..., Any], *args: Any) -> Any:
    """For another thread, whose connection nobody else would close."""
    try:
        return act(*args)
    finally:
        connection.close()


def wait_for_the_lock_of(answer: Future[Any]) -> None:
    """Until what another thread does waits for us, or is done."""
    with connection.cursor() as cursor:
        wait_until(lambda: answer.done() or waits_for_a_lock(cursor))


def waits_for_a_lock(cursor: CursorWrapper) -> bool:
    """Whether any other connection does."""
    cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
    return bool(cursor.rowcount)
