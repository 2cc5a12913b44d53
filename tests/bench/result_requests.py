"""Requests for kept results, and forms to keep new ones."""

import random
import re
import secrets
from collections.abc import Iterator

from tests.bench.http_messages import fetch, get_request, post_request, visitor_addresses

KEY = "kept-by-the-benchmark-%s"  # the number of the result, in ten digits
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def results(number: int) -> Iterator[bytes]:
    """Yields requests for random results among `number`, in the same order in each run."""
    rng = random.Random(number)  # noqa: S311 (any will do)
    while True:
        yield get_request(f"/quiz/results/{KEY % str(rng.randrange(number)).zfill(10)}/")


def submissions(port: int) -> Iterator[bytes]:
    """Yields submitted forms, each with another key and from another address."""
    page = fetch(port, "/quiz/take/").body.decode()
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    items = dict.fromkeys(re.findall(r'name="([a-z-]+-\d)"', page))
    answers = {item: str(number % 7 + 1) for number, item in enumerate(items)}
    for address in visitor_addresses():
        form = {"key": secrets.token_urlsafe(32), "version": version, "relation": "friend", "keep": "yes", **answers}
        yield post_request("/quiz/take/", form, address)
