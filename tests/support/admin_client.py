"""The admin's forms for documents, filled in and posted as a browser does."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse

from documents.models import Document
from tests.support.waiting import wait_until


class FormFields(HTMLParser):
    """The values that a page's form would post if nobody changed it."""

    def __init__(self, html: str, form: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.textarea = self.select = ""
        self.feed(html.partition(f'id="{form}"')[2].partition("</form>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        name = attributes.get("name", "")
        if tag == "input" and name and attributes.get("type") != "submit":
            self.values[name] = attributes.get("value", "")
        if tag == "textarea":
            self.textarea, self.values[name] = name, ""
        if tag == "select":
            self.select = name
        if tag == "option" and "selected" in attributes:
            self.values[self.select] = attributes["value"]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            text = self.values[self.textarea].replace("\r\n", "\n").removeprefix("\n")
            self.values[self.textarea] = text.replace("\n", "\r\n")
            self.textarea = ""


class AdminClient:
    """A logged-in user at the admin's pages of one model, named as in the admin's URL names: "guides_guide"."""

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
        return FormFields(self.page("change", document.pk, query=query) if document else self.page("add"), self.form_id).values

    def send(self, values: dict[str, str], document: Document | None = None, query: str = "") -> "SaveResponse":
        address = reverse(f"admin:{self.model}_change", args=[document.pk]) if document else reverse(f"admin:{self.model}_add")
        return SaveResponse(self.client.post(address + query, {**values, "_save": "Save"}), self.form_id)

    def save(self, document: Document | None = None, **changes: str) -> "SaveResponse":
        """Opens the form, changes some fields, and saves it."""
        return self.send({**self.form(document), **changes}, document)


class SaveResponse:
    """The response to a saved form, with its messages and the errors of its fields."""

    def __init__(self, response: Any, form_id: str) -> None:
        self.status = response.status_code
        self.saved = response.status_code == 302
        self.html = unescape(response.content.decode())
        self.fields = FormFields(response.content.decode(), form_id).values
        self.messages = [str(message) for message in get_messages(response.wsgi_request)]
        form = {} if self.saved or response.context is None else response.context["adminform"].form.errors
        self.errors = {field: list(messages) for field, messages in form.items()}


def log_in(name: str, *groups: str, model: str, permissions: Iterable[str] = (), staff: bool = True) -> AdminClient:
    """Creates a user with these groups, and permissions by their codenames, and logs them in."""
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=groups))
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return AdminClient(user, model)


def run_and_disconnect(function: Callable[..., Any], *args: Any) -> Any:
    """Calls the function in another thread, whose connection to the database nobody else would close."""
    try:
        return function(*args)
    finally:
        connection.close()


def wait_until_blocked(future: Future[Any]) -> None:
    """Waits until the other thread waits for a lock that this one holds, or is done."""
    with connection.cursor() as cursor:
        wait_until(lambda: future.done() or has_blocked_connection(cursor))


def has_blocked_connection(cursor: CursorWrapper) -> bool:
    """Whether another connection waits for a lock."""
    cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
    return bool(cursor.rowcount)
