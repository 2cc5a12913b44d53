"""Requests for kept results, and forms to keep new ones."""

import random
import re
import secrets
from collections.abc import Iterator

from tests.bench.page import addresses, ask, get, post

KEY = "kept-by-the-benchmark-%s"  # the number of the result, of ten digits
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def results(number: int) -> Iterator[bytes]:
    """Results all over the table, in an order that is the same each time."""
    chance = random.Random(number)  # noqa: S311 (any will do)
    while True:
        yield get(f"/quiz/results/{KEY % str(chance.randrange(number)).zfill(10)}/")


def submissions(port: int) -> Iterator[bytes]:
    """Forms filled in by people who each have a key and an address of their own."""
    page = ask(port, "/quiz/take/").body.decode()
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    items = dict.fromkeys(re.findall(r'name="([a-z-]+-\d)"', page))
    answers = {item: str(number % 7 + 1) for number, item in enumerate(items)}
    for address in addresses():
        form = {"key": secrets.token_urlsafe(32), "version": version, "relation": "friend", "keep": "yes", **answers}
        yield post("/quiz/take/", form, address)
