"""What the benchmark measures, guarded without a clock: queries are counted, and the functions that are called for a page.

script/bench measures how long it all takes; this finds in any run of the tests what would make it take many times as long.
"""

import gc

import pytest
from django.http import HttpRequest

from tests.support.quiz_taker import Taker

GUIDE = "/guides/anxious/"
# The most that each public page may ask of the database when it is made; in between it is served from memory.
QUERIES = {
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


@pytest.mark.parametrize(("path", "most"), QUERIES.items())
def test_a_page_asks_the_database_few_questions(library, client, django_assert_max_num_queries, path, most):
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_the_form_asks_one_question_and_what_is_sent_two(library, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        taker = Taker(client)
    with django_assert_max_num_queries(2):
        assert taker.send().status_code == 303
    with django_assert_max_num_queries(2):
        assert client.get(taker.address).status_code == 200


def test_a_kept_page_costs_next_to_nothing(site):
    made = site.calls(GUIDE)
    assert site.status == "200 OK"
    site.calls(GUIDE)
    assert site.calls(GUIDE) < made / 50


def test_a_guide_made_anew_costs_hardly_more_than_a_page_without_a_text(site):
    for path in (GUIDE, "/about/"):
        site.calls(path)  # reads what is read once: templates, works cited
    assert site.calls_of_a_miss(GUIDE) < site.calls_of_a_miss("/about/") * 2


def test_a_page_that_a_browser_has_already_costs_no_more_than_the_page(site):
    site.calls(GUIDE)
    whole = site.calls(GUIDE)
    same = {"HTTP_IF_NONE_MATCH": site.headers["ETag"]}
    site.calls(GUIDE, **same)
    assert site.status == "304 Not Modified"
    assert site.calls(GUIDE, **same) <= whole + 5


def test_a_guide_costs_the_same_among_a_thousand(site, add_guides, django_assert_max_num_queries):
    site.calls(GUIDE)  # reads what is read once: templates, works cited
    among_few = site.calls_of_a_miss(GUIDE)
    add_guides()
    with django_assert_max_num_queries(QUERIES[GUIDE]):
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
def test_a_page_leaves_nothing_behind_that_waits_to_be_collected(site, path):
    site.calls(path)
    gc.collect()
    before = {*requests_in_memory()}  # those that an earlier test keeps
    gc.disable()
    try:
        site.calls_of_a_miss(path)
        assert {*requests_in_memory()} == before
    finally:
        gc.enable()
