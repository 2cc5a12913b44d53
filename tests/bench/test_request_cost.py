"""The cost of a request without a clock: queries, and calls of functions.

script/bench measures time. These tests find in every run a change that would multiply it.
"""

import gc

import pytest
from django.http import HttpRequest

from tests.support.quiz_taker import Taker

GUIDE = "/guides/anxious/"
# The most queries for each public page when it is rendered. Afterwards it is served from the page cache.
MAX_QUERIES = {
    "/": 1,
    "/guides/": 1,
    GUIDE: 1,
    "/quiz/": 3,
    "/help/": 0,
    "/about/": 0,
    "/privacy/": 0,
    "/robots.txt": 0,
    "/sitemap.xml": 2,
}


@pytest.mark.parametrize(("path", "most"), MAX_QUERIES.items())
def test_a_public_page_needs_few_queries(library, client, django_assert_max_num_queries, path, most):
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_the_form_needs_one_query_and_a_submission_two(library, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        taker = Taker(client)
    with django_assert_max_num_queries(2):
        assert taker.send().status_code == 303
    with django_assert_max_num_queries(2):
        assert client.get(taker.address).status_code == 200


def test_a_cached_page_costs_a_fiftieth_of_a_rendered_one(site):
    rendered = site.calls(GUIDE)
    assert site.status == "200 OK"
    site.calls(GUIDE)
    assert site.calls(GUIDE) < rendered / 50


def test_a_guide_costs_less_than_twice_a_page_without_a_document(site):
    for path in (GUIDE, "/about/"):
        site.calls(path)  # loads templates and references, which stay in memory
    assert site.calls_of_a_miss(GUIDE) < site.calls_of_a_miss("/about/") * 2


def test_a_conditional_request_costs_no_more_than_the_page(site):
    site.calls(GUIDE)
    whole = site.calls(GUIDE)
    same = {"HTTP_IF_NONE_MATCH": site.headers["ETag"]}
    site.calls(GUIDE, **same)
    assert site.status == "304 Not Modified"
    assert site.calls(GUIDE, **same) <= whole + 5


def test_a_guide_costs_the_same_among_a_thousand(site, add_guides, django_assert_max_num_queries):
    site.calls(GUIDE)  # loads templates and references, which stay in memory
    among_few = site.calls_of_a_miss(GUIDE)
    add_guides()
    with django_assert_max_num_queries(MAX_QUERIES[GUIDE]):
        among_many = site.calls_of_a_miss(GUIDE)
    assert among_many < among_few * 1.1


def test_a_result_costs_the_same_among_a_thousand_guides(site, client, add_guides):
    taker = Taker(client)
    taker.send()
    site.calls(taker.address)
    among_few = site.calls(taker.address)
    add_guides()
    assert site.calls(taker.address) < among_few * 1.1
    assert site.status == "200 OK"


def requests_in_memory() -> list[HttpRequest]:
    return [held for held in gc.get_objects() if isinstance(held, HttpRequest)]


@pytest.mark.parametrize("path", ["/", "/guides/", GUIDE, "/quiz/", "/quiz/take/", "/help/"])
def test_a_rendered_page_leaves_no_reference_cycle(site, path):
    site.calls(path)
    gc.collect()
    before = {*requests_in_memory()}  # those that an earlier test keeps
    gc.disable()
    try:
        site.calls_of_a_miss(path)
        assert {*requests_in_memory()} == before
    finally:
        gc.enable()
