"""The scenarios that are measured, and their targets."""

import json
from collections.abc import Callable
from time import perf_counter

from tests.bench import nginx, result_requests
from tests.bench.databases import Size
from tests.bench.findings import Finding, at_least, at_most
from tests.bench.harness import CODINGS, GUIDE, Harness
from tests.bench.http_messages import Response, fetch, get_request
from tests.bench.measuring import Workload
from tests.bench.processes import resident_bytes
from tests.bench.servers import Server, gunicorn

SLUG = GUIDE.split("/")[2]
STARTS = 15  # of which the fastest counts
TABLE = "CREATE TABLE bench_page (slug text PRIMARY KEY, title text NOT NULL, html text NOT NULL)"
ROW = "INSERT INTO bench_page VALUES (%s, %s, %s)"
DJANGO = "django.core.wsgi:get_wsgi_application()"


def cached_page(harness: Harness) -> list[Finding]:
    """A page from the page cache, compared with a server that only answers from memory."""
    findings = []
    for coding in CODINGS:
        ours, theirs = harness.measure(
            harness.site_workload(f"cached page, {coding}", get_request(GUIDE, coding)),
            harness.workload(f"bare gunicorn, {coding}", bare(harness, coding, harness.page[coding]), get_request(GUIDE, coding)),
        )
        findings.append(at_least(0.95, f"cached guide page beside bare gunicorn, {coding}", ours, theirs))
    conditional = get_request(GUIDE, **{"If-None-Match": harness.etag})
    ours, theirs, whole = harness.measure(
        harness.site_workload("cached page, 304", conditional, 304),
        harness.workload("bare gunicorn, 304", bare(harness, "304", harness.unchanged), conditional, 304),
        harness.site_workload("cached page, 200", get_request(GUIDE)),
    )
    findings.append(at_least(0.95, "its 304 beside a bare 304", ours, theirs))
    findings.append(at_most(1.0, "its 304 beside its 200", ours, whole))
    return findings


def bare(harness: Harness, name: str, response: Response) -> Server:
    """Starts a server that has this one response in memory. It gets the same request bytes as the site."""
    file = harness.folder / f"{name}.json"
    file.write_text(json.dumps({GUIDE: response.recorded()}))
    return harness.start("tests.bench.targets.bare:application", RESPONSES=str(file))


def uncached_page(harness: Harness) -> list[Finding]:
    """A page that is not cached, compared with HTML from one row, and with a view that renders Markdown on each request."""
    harness.databases.ask(harness.smallest, TABLE)
    harness.databases.ask(harness.smallest, ROW, SLUG, "A guide", main_of(harness.page["identity"].body.decode()))
    from_row = harness.start(DJANGO, DJANGO_SETTINGS_MODULE="tests.bench.targets.settings")
    first_draft = harness.start(DJANGO, DJANGO_SETTINGS_MODULE="tests.bench.targets.first_draft")
    cached, miss, row, naive = harness.measure(
        harness.site_workload("cached page", get_request(GUIDE)),
        harness.site_workload("guide page on a miss", get_request(GUIDE), server=harness.uncached[harness.smallest]),
        harness.workload("HTML from one row", from_row, get_request(f"/bench/row/{SLUG}/"), 200, harness.databases.postgres),
        harness.workload("naive view", first_draft, get_request(f"/bench/naive/{SLUG}/"), 200, harness.databases.postgres),
    )
    return [
        at_least(70, "cached guide page beside the naive view", cached, naive),
        at_most(1.5, "guide page on a miss beside HTML from one row", miss, row),
    ]


def main_of(page: str) -> str:
    return page[page.index(">", page.index("<main")) + 1 : page.index("</main>")]


def behind_nginx(harness: Harness) -> list[Finding]:
    """The site behind ops/nginx.conf, compared with nginx and the page as a file."""
    if not nginx.is_installed():
        harness.skipped.append("nginx's cache beside nginx from disk: there is no nginx")
        return []
    on_disk = {f"/{coding}": page for coding, page in harness.page.items()}
    behind = harness.site.process, harness.databases.postgres
    proxy, disk = harness.stack.enter_context(nginx.run_in_front_of(harness.site, harness.folder, on_disk))
    findings = []
    for coding in CODINGS:
        ours, theirs = harness.measure(
            harness.workload(f"nginx's cache, {coding}", proxy, get_request(GUIDE, coding), 200, *behind),
            harness.workload(f"nginx from disk, {coding}", disk, get_request(f"/{coding}", coding)),
        )
        findings.append(at_least(0.7, f"nginx's cache beside nginx from disk, {coding}", ours, theirs))
    return findings


def submission(harness: Harness) -> list[Finding]:
    """A submitted quiz, compared with a server that only runs the INSERT."""
    insert = harness.start("tests.bench.targets.insert:application")
    forms = result_requests.submissions(harness.site.port)
    ours, theirs = harness.measure(
        harness.site_workload("submission", forms, 303),
        harness.workload("bare INSERT", insert, forms, 303, harness.databases.postgres),
    )
    return [
        Finding("quiz submission", ours.cost * 1000, 1.2, unit="ms", detail=str(ours)),
        at_least(0.4, "quiz submission beside the INSERT alone", ours, theirs),
    ]


def uncached_guide(harness: Harness, size: Size) -> Workload:
    return harness.site_workload(f"guide page on a miss, {size}", get_request(GUIDE), server=harness.uncached[size])


def result_page(harness: Harness, size: Size) -> Workload:
    return harness.site_workload(f"result page, {size}", result_requests.results(size.results), server=harness.sites[size])


# Workloads that must not cost more in a larger database.
GROWING: dict[str, Callable[[Harness, Size], Workload]] = {"guide page on a miss": uncached_guide, "result page": result_page}


def growth(harness: Harness) -> list[Finding]:
    """The same pages in the smallest and the largest database."""
    findings = []
    for name, workload in GROWING.items():
        few, *_, many = harness.measure(*(workload(harness, size) for size in harness.sizes))
        findings.append(at_most(1.1, f"{name}, from least to most", many, few))
    return findings


def startup(harness: Harness) -> list[Finding]:
    """Seconds from the start to the first page, and the memory of a worker after the other scenarios."""
    seconds = min(start_seconds(harness) for _ in range(STARTS))
    resident = max(resident_bytes(worker) for worker in harness.site.workers) / 2**20
    return [Finding("start to the first page", seconds, 0.6, unit="s"), Finding("resident a worker", resident, 75, unit="MB")]


def start_seconds(harness: Harness) -> float:
    start = perf_counter()
    with gunicorn("config.wsgi", {"DATABASE_URL": harness.databases.database(harness.smallest)}) as server:
        fetch(server.port, GUIDE)
        return perf_counter() - start


SCENARIOS = {scenario.__name__: scenario for scenario in (cached_page, uncached_page, behind_nginx, submission, growth, startup)}
