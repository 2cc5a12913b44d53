"""The cast of the editors' side, and the admin's pages as a browser fills and sends them."""

from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guides.models import KIND, Guide
from tests.builders import guide_text


class Fields(HTMLParser):
    """What a page's main form would send if nobody touched it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.area = self.select = ""
        self.feed(html.partition('id="guide_form"')[2].partition("</form>")[0])

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
    """Somebody at the admin."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)

    def page(self, name: str, *args: object, query: str = "") -> str:
        return self.client.get(reverse(f"admin:guides_guide_{name}", args=args) + query).content.decode()

    def form(self, guide: Guide | None = None, query: str = "") -> dict[str, str]:
        return Fields(self.page("change", guide.pk, query=query) if guide else self.page("add")).values

    def send(self, values: dict[str, str], guide: Guide | None = None, query: str = "") -> "Answer":
        address = reverse("admin:guides_guide_change", args=[guide.pk]) if guide else reverse("admin:guides_guide_add")
        return Answer(self.client.post(address + query, {**values, "_save": "Save"}))

    def save(self, guide: Guide | None = None, **changes: str) -> "Answer":
        """Opens the form, changes some fields, and presses Save."""
        return self.send({**self.form(guide), **changes}, guide)


class Answer:
    """What came of pressing Save."""

    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.saved = response.status_code == 302
        self.html = unescape(response.content.decode())
        self.fields = Fields(response.content.decode()).values
        self.messages = [str(message) for message in get_messages(response.wsgi_request)]
        form = {} if self.saved or response.context is None else response.context["adminform"].form.errors
        self.errors = {field: list(said) for field, said in form.items()}


def person(name: str, *groups: str, staff: bool = True) -> Desk:
    user = User.objects.create_user(name.lower(), first_name=name, is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=groups))
    return Desk(user)


@pytest.fixture
def ines(db: None) -> Desk:
    """Ines edits, and may publish."""
    return person("Ines", "Editors")


@pytest.fixture
def rui(db: None) -> Desk:
    """Rui writes drafts."""
    return person("Rui", "Writers")


@pytest.fixture
def onlooker(db: None) -> Desk:
    """Works here and may look at guides."""
    desk = person("Olga")
    desk.user.user_permissions.add(Permission.objects.get(codename="view_guide"))
    return desk


@pytest.fixture
def stranger(db: None) -> Desk:
    """Has an account, and no business here."""
    return person("Simon", staff=False)


@pytest.fixture
def owner(db: None) -> Desk:
    """Runs the site."""
    return Desk(User.objects.create_superuser("owner"))


@pytest.fixture
def guide(db: None) -> Callable[..., Guide]:
    """Makes a guide, published unless said otherwise."""

    def make(slug: str = "waiting", state: str = Guide.State.PUBLISHED, text: str = "") -> Guide:
        made = Guide(kind=KIND, state=state)
        made.rewrite(
            text or guide_text(slug),
            by=None,
            now=timezone.now(),
            note="Imported from its file",
        )
        return made

    return make
