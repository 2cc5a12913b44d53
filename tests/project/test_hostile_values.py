"""Every view answers any value that an owner, logged in to the admin, may send, and never fails."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from documents.models import Document
from tests.support.quiz_taker import Taker
from tests.support.routes import every_route
from tests.support.sampling import sample
from web.content_type import URLENCODED

# As an address spells them: a NUL, a lone surrogate, numbers that no column holds, digits that are none, dates that never are, halves.
VALUES = [
    "%00",
    "%ED%A0%80",
    "9" * 30,
    "9" * 4400,
    "-1",
    "0",
    "%C2%B2",
    "%D9%A3",
    "nan",
    "1e999",
    "2026-99-99",
    "",
    "a" * 300,
    "%2500",
    "[]",
    "'\"",
]
# What Django's admin, its lists and its forms read, and our own pages.
NAMES = """
    p o e q all _to_field _popup _changelist_filters next post action _selected_action index app_label model_name field_name term
    select_across _save _continue form-TOTAL_FORMS form-0-id revision document steps as anxiety avoidance relation fill key version
    keep content image alt title slug body reviewed publish_at_0 publish_at_1 state scale__from correlation username password
    password1 old_password groups user_permissions last_login_0 usable_password
"""
LOOKUPS = """
    p o e q all _to_field _popup state__exact state__in state__isnull style id__exact id__in pk__in id__gt publish_at__gte
    publish_at__year is_staff__exact groups__id__exact groups__in title__regex source__contains revisions__number
    no_such_field__exact
"""
HEADERS = {
    "Cookie": "sessionid=; csrftoken=\xff; messages=[[; device=::; =; a",
    "If-Modified-Since": "Tue, 99 Foo 99999 99:99:99 GMT",
    "If-None-Match": 'W/"',
    "Range": "bytes=9-1,-",
    "Accept-Encoding": ";q=,*;q=x,gzip;q=\xb2",
    "Accept-Language": "a" * 600,
    "Referer": "http://[",
    "X-CSRFToken": "\xff",
    "X-Forwarded-For": '"[',
}
LIST = re.compile(r"admin/(?!quiz/result/|password_change/)\w+/\w+/")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
Sent = tuple[str, str, str]  # method, address, form


@pytest.fixture
def owner(library) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("ines"))
    return client


@pytest.fixture
def meant(owner) -> dict[str, object]:
    """Values of an address's parameters under which there is something."""
    taker = Taker(owner)
    taker.send()
    ids = dict(Document.objects.values_list("slug", "pk"))
    names = {"slug": "anxious", "key": taker.key, "digest": "0" * 64, "app_label": "auth", "url": "nowhere"}
    return {**names, "number": 1, "id": User.objects.get().pk, "content_type_id": 1, "object_id": ids["anxious"], "quiz": max(ids.values())}


def filled(route: str, values: dict[str, Any]) -> str:
    if "quiz/instrument" in route:
        values = {"object_id": values["quiz"], **values}
    return "/" + PARAMETER.sub(lambda found: str(values[found[1]]), route)


def requests(route: str, meant: dict[str, object]) -> Iterator[Sent]:
    route = re.sub(r"\^?\(\?P<(\w+)>.*?\)\$?", r"<\1>", route).removesuffix("$")
    own = filled(route, meant)
    yield from ((method, own, "") for method in ("get", "head", "options", "put", "delete", "post"))
    for value in VALUES:
        for name in PARAMETER.findall(route):
            path = filled(route, {**meant, name: value})
            yield from (("get", path, ""), ("post", path, "a=b"))
        everything = "&".join(f"{name}={value}" for name in NAMES.split())
        yield from (("get", f"{own}?{everything}"[:4000], ""), ("post", own, everything))
        yield "post", f"{own}?revision={value}&document={value}&next={value}", everything
        if LIST.fullmatch(route):
            yield from (("get", f"{own}?{name}={value}", "") for name in LOOKUPS.split())
            yield "post", own, f"action=delete_selected&_selected_action={value}&post=yes"


@pytest.mark.parametrize("route", [route for route, _ in every_route()])
@pytest.mark.no_cover
def test_no_view_fails_at_any_value(owner, meant, route):
    answers = [(sent, ask(owner, *sent)) for sent in sample(requests(route, meant))]
    failed = [f"{method} {path[:150]} {form[:60]}: {said}" for (method, path, form), said in answers if said]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("route", [route for route, _ in every_route()])
@pytest.mark.no_cover
def test_no_view_fails_at_any_header(owner, meant, route):
    [(_, own, _), *_] = requests(route, meant)
    visitor = Client(raise_request_exception=False)
    for name, value in sample(HEADERS.items()):
        for client in (owner, visitor):
            assert not ask(client, "get", own, "", {name: value}), name
            assert not ask(client, "post", own, "a=b", {name: value}), name


def ask(client: Client, method: str, path: str, form: str, headers: dict[str, str] | None = None) -> str:
    """Nothing, or what went wrong. What a request changes is taken back."""
    kind = {"content_type": URLENCODED} if form else {}
    with transaction.atomic():
        answer: Any = getattr(client, method)(path, form or None, headers=headers, **kind)
        transaction.set_rollback(True)
    if answer.status_code >= 500:
        return f"{answer.status_code} {(answer.exc_info or ['', ''])[1]!r}"
    is_kept = answer.status_code >= 300 and answer.status_code != 304 and "no-store" not in answer.headers["Cache-Control"]
    return f"{answer.status_code} may be kept" if is_kept else ""
