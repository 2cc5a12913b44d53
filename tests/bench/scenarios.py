"""What is measured, part by part, and the targets that each part has."""

import json
from collections.abc import Callable
from time import perf_counter

from tests.bench import nginx, result_requests
from tests.bench.databases import Size
from tests.bench.findings import Finding, at_least, at_most
from tests.bench.harness import CODINGS, GUIDE, Stage
from tests.bench.measuring import Work
from tests.bench.page import Answer, ask, get
from tests.bench.processes import resident
from tests.bench.servers import Server, gunicorn

SLUG = GUIDE.split("/")[2]
STARTS = 15  # of which the soonest counts
TABLE = "CREATE TABLE bench_page (slug text PRIMARY KEY, title text NOT NULL, html text NOT NULL)"
ROW = "INSERT INTO bench_page VALUES (%s, %s, %s)"
DJANGO = "django.core.wsgi:get_wsgi_application()"


def cached(stage: Stage) -> list[Finding]:
    """A page from memory, beside a server that does nothing but answer from memory."""
    found = []
    for coding in CODINGS:
        ours, theirs = stage.measure(
            stage.by_site(f"cached page, {coding}", get(GUIDE, coding)),
            stage.by(f"bare gunicorn, {coding}", bare(stage, coding, stage.page[coding]), get(GUIDE, coding)),
        )
        found.append(at_least(0.95, f"cached guide page beside bare gunicorn, {coding}", ours, theirs))
    asked_again = get(GUIDE, **{"If-None-Match": stage.etag})
    ours, theirs, whole = stage.measure(
        stage.by_site("cached page, 304", asked_again, 304),
        stage.by("bare gunicorn, 304", bare(stage, "304", stage.unchanged), asked_again, 304),
        stage.by_site("cached page, 200", get(GUIDE)),
    )
    found.append(at_least(0.95, "its 304 beside a bare 304", ours, theirs))
    found.append(at_most(1.0, "its 304 beside its 200", ours, whole))
    return found


def bare(stage: Stage, name: str, answer: Answer) -> Server:
    """Knows this one answer, for it shall be asked by the very bytes that the site is asked by."""
    file = stage.folder / f"{name}.json"
    file.write_text(json.dumps({GUIDE: answer.recorded()}))
    return stage.start("tests.bench.targets.bare:application", ANSWERS=str(file))


def made_otherwise(stage: Stage) -> list[Finding]:
    """The same page from HTML that lies ready in a row, and from its text as a first draft would make it."""
    stage.world.ask(stage.smallest, TABLE)
    stage.world.ask(stage.smallest, ROW, SLUG, "A guide", main_of(stage.page["identity"].body.decode()))
    from_row = stage.start(DJANGO, DJANGO_SETTINGS_MODULE="tests.bench.targets.settings")
    first_draft = stage.start(DJANGO, DJANGO_SETTINGS_MODULE="tests.bench.targets.first_draft")
    cached, miss, row, naive = stage.measure(
        stage.by_site("cached page", get(GUIDE)),
        stage.by_site("guide page on a miss", get(GUIDE), server=stage.uncached[stage.smallest]),
        stage.by("HTML from one row", from_row, get(f"/bench/row/{SLUG}/"), 200, stage.world.postgres),
        stage.by("naive view", first_draft, get(f"/bench/naive/{SLUG}/"), 200, stage.world.postgres),
    )
    return [
        at_least(70, "cached guide page beside the naive view", cached, naive),
        at_most(1.5, "guide page on a miss beside HTML from one row", miss, row),
    ]


def main_of(page: str) -> str:
    return page[page.index(">", page.index("<main")) + 1 : page.index("</main>")]


def behind_nginx(stage: Stage) -> list[Finding]:
    """The site behind ops/nginx.conf, beside nginx with the page as a file."""
    if not nginx.is_there():
        stage.skipped.append("nginx's cache beside nginx from disk: there is no nginx")
        return []
    on_disk = {f"/{coding}": page for coding, page in stage.page.items()}
    proxy, disk = stage.stack.enter_context(nginx.in_front_of(stage.site, stage.folder, on_disk))
    found = []
    for coding in CODINGS:
        ours, theirs = stage.measure(
            stage.by(f"nginx's cache, {coding}", proxy, get(GUIDE, coding), 200, stage.site.process, stage.world.postgres),
            stage.by(f"nginx from disk, {coding}", disk, get(f"/{coding}", coding)),
        )
        found.append(at_least(0.7, f"nginx's cache beside nginx from disk, {coding}", ours, theirs))
    return found


def submitted(stage: Stage) -> list[Finding]:
    """A result kept, beside a server that does nothing but the INSERT."""
    insert = stage.start("tests.bench.targets.insert:application")
    forms = result_requests.submissions(stage.site.port)
    ours, theirs = stage.measure(
        stage.by_site("submission", forms, 303),
        stage.by("bare INSERT", insert, forms, 303, stage.world.postgres),
    )
    return [
        Finding("quiz submission", ours.cost * 1000, 1.2, unit="ms", told=str(ours)),
        at_least(0.4, "quiz submission beside the INSERT alone", ours, theirs),
    ]


# What must not cost more because more is stored, in a database of some size.
GROWING: dict[str, Callable[[Stage, Size], Work]] = {
    "guide page on a miss": lambda stage, size: stage.by_site(f"guide page on a miss, {size}", get(GUIDE), server=stage.uncached[size]),
    "result page": lambda stage, size: stage.by_site(
        f"result page, {size}", result_requests.results(size.results), server=stage.sites[size]
    ),
}


def grown(stage: Stage) -> list[Finding]:
    """The same pages from the smallest to the largest database."""
    found = []
    for what, work in GROWING.items():
        few, *_, many = stage.measure(*(work(stage, size) for size in stage.sizes))
        found.append(at_most(1.1, f"{what}, from least to most", many, few))
    return found


def started(stage: Stage) -> list[Finding]:
    """How soon a worker answers, and how large one has become by all of the above."""
    took = min(start_of_one(stage) for _ in range(STARTS))
    size = max(resident(worker) for worker in stage.site.workers) / 2**20
    return [Finding("start to the first page", took, 0.6, unit="s"), Finding("resident a worker", size, 75, unit="MB")]


def start_of_one(stage: Stage) -> float:
    begun = perf_counter()
    with gunicorn("config.wsgi", {"DATABASE_URL": stage.world.database(stage.smallest)}) as server:
        ask(server.port, GUIDE)
        return perf_counter() - begun


PARTS = {part.__name__: part for part in (cached, made_otherwise, behind_nginx, submitted, grown, started)}
