"""With a hundred thousand kept results, each one is found by an index, and no page needs more queries than with a few."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse

from quiz.models import Instrument, InstrumentManager, Result
from tests.support.quiz_taker import Taker

MANY = 100_000
FILL = """
INSERT INTO quiz_result (digest, revision_id, answers, relation, anxiety, avoidance, day, expires_on)
SELECT sha256(number::text::bytea), revision_id, answers, 'stranger', anxiety, avoidance, day - age, expires_on - age
FROM quiz_result, generate_series(2, %s) AS number, mod(number, 365) AS age
"""
Visit = Callable[[], HttpResponse]
Node = dict[str, Any]


@pytest.fixture
def kept_among_many(committed_library, client) -> Taker:
    """A taker whose result is one of a hundred thousand."""
    taker = Taker(client)
    taker.send()
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute("SET LOCAL synchronous_commit = on")  # VACUUM marks a page all-visible only if its rows are on disk
            cursor.execute(FILL, [MANY])
        cursor.execute("VACUUM ANALYZE quiz_result")
    return taker


@pytest.fixture
def visits(kept_among_many, db) -> dict[str, Visit]:
    """Every request for a kept result."""
    taker = kept_among_many
    client, address = taker.client, taker.address
    again = Taker(client, form=f"{address}again/")
    again.send()
    return {
        "kept": Taker(client).send,
        "sent again, corrected": lambda: taker.send(alarm_1=1),
        "looked at": lambda: client.get(address),
        "looked at beside an earlier one": lambda: client.get(again.address),
        "to be taken again": lambda: client.get(f"{address}again/"),
        "taken again and kept": again.send,
        "taken again and not kept": lambda: again.send(keep="no"),
        "renewed": lambda: client.post(f"{address}renewal/"),
        "to be deleted": lambda: client.get(f"{address}deletion/"),
        "deleted": lambda: client.post(f"{address}deletion/"),
        "handed out": lambda: client.get(f"{address}answers.json"),
    }


def queries_of(visit: Visit) -> list[str]:
    """The queries of a visit, with their parameters. The visit is rolled back."""
    queries: list[str] = []
    Instrument.objects.last_revision = InstrumentManager.last_revision  # one found within the last second is not looked up again

    def note(run: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        queries.append(connection.ops.compose_sql(sql, values))  # type: ignore[attr-defined]  # Postgres's operations have it
        return run(sql, values, many, context)

    with transaction.atomic(), connection.execute_wrapper(note):
        assert visit().status_code in {200, 303}
        transaction.set_rollback(True)
    return queries


def about_results(queries: list[str]) -> list[str]:
    return [query for query in queries if "quiz_result" in query]


def plan_nodes(query: str) -> Iterator[Node]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
        [([result],)] = cursor.fetchall()
    return nodes(result["Plan"])


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", []):
        yield from nodes(child)


def scans(query: str) -> list[Node]:
    """The nodes of a query's plan that scan the table of results."""
    return [node for node in plan_nodes(query) if node.get("Relation Name") == "quiz_result" and "Scan" in node["Node Type"]]


def test_every_request_finds_the_result_by_an_index(visits):
    for name, visit in visits.items():
        queries = about_results(queries_of(visit))
        assert queries, name
        for query in queries:
            for scan in scans(query):
                found = (scan.get("Index Name"), scan["Plan Rows"])
                assert found in {("result_digest_unique", 1), ("quiz_result_pkey", 1)}, f"{name}: {query}"


def test_no_request_needs_more_queries_than_with_a_few_results(visits):
    among_many = {name: len(queries_of(visit)) for name, visit in visits.items()}
    Result.objects.filter(relation="stranger").delete()
    assert {name: len(queries_of(visit)) for name, visit in visits.items()} == among_many


def test_the_public_count_uses_an_index_only_scan(kept_among_many, client, db):
    [query] = about_results(queries_of(lambda: client.get("/quiz/")))
    [scan] = scans(query)
    assert (scan["Node Type"], scan.get("Index Name")) == ("Index Only Scan", "result_lifetime")
