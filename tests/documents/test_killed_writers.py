"""Processes that write texts are killed: an import is stored as a whole or not at all, and an acknowledged save is not lost.

SAVES=60 script/test tests/documents/test_killed_writers.py is the long form.
"""

import os
import re
import signal
import subprocess
import sys
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from documents.text.source import parse_source
from tests.support.builders import guide_text
from tests.support.crashing_postgres import Database, database, folder
from tests.support.gunicorn import FORM_HEADERS, MAX_ATTEMPTS, Site, serve
from tests.support.waiting import wait_until

__all__ = ["database", "folder"]  # fixtures
GUIDES = 40
SAVES = int(os.environ.get("SAVES", "6"))
PASSWORD = "a long and quiet evening"
NAME = "killed"  # of our connections, for Postgres
AT_WORK = f"SELECT query FROM pg_stat_activity WHERE application_name = '{NAME}' AND state <> 'idle'"  # noqa: S608 (our own)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the workers to kill are looked up in Linux's /proc"),
    pytest.mark.timeout(120 + 10 * SAVES),
]


def manage(folder, database: Database, *command: str, **settings: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "DATABASE_URL": f"{database.url}&application_name={NAME}", "PLAIN_HTTP": "1", **settings}
    return subprocess.Popen([sys.executable, "manage.py", *command], cwd=folder, env=env, stdout=subprocess.DEVNULL)


def wait_for_statements(database: Database, importing: subprocess.Popen[bytes], number: int) -> None:
    """Waits until the import was seen at `number` different statements, or has ended."""
    seen: set[str] = set()

    def seen_or_over() -> bool:
        seen.update(query for (query,) in database.ask(AT_WORK))
        return len(seen) >= number or importing.poll() is not None

    wait_until(seen_or_over)


@pytest.mark.parametrize("statements", [1, 3, 6])
def test_a_killed_import_leaves_all_or_nothing_and_the_next_one_completes_it(folder, database, statements):
    for number in range(GUIDES):
        slug = f"waiting-{number}"
        (folder / f"content/guides/{slug}.md").write_text(guide_text(slug, title=f"How to wait for answer {number}"))
    before = database.ask("SELECT count(*) FROM documents_document")[0][0]
    killed = manage(folder, database, "import_content")
    wait_for_statements(database, killed, statements)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert database.ask("SELECT count(*) FROM documents_document")[0][0] in {before, before + GUIDES}
    assert manage(folder, database, "import_content").wait() == 0
    assert database.ask("SELECT count(*) FROM documents_document")[0][0] == before + GUIDES
    assert database.ask("SELECT count(*) FROM documents_revision")[0][0] == before + GUIDES


class Editor:
    """Somebody who edits a guide in the admin, and tries again when the site does not answer."""

    def __init__(self, site: Site, guide: int) -> None:
        self.site, self.cookies, self.lost = site, SimpleCookie(), 0
        self.page = f"/admin/guides/guide/{guide}/change/"

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        asking = HTTPConnection("127.0.0.1", self.site.port, timeout=30)
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
        try:
            asking.request(method, path, urlencode(form) if form else None, {"Cookie": cookies, **FORM_HEADERS})
            answer = asking.getresponse()
            for header in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(header)
            return answer.status, answer.read().decode()
        finally:
            asking.close()

    def request_until_answered(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Repeats a request until its response is not a server error."""
        for _ in range(MAX_ATTEMPTS):
            try:
                status, page = self.ask(method, path, form)
            except (OSError, HTTPException):
                status = 500
            if status < 500:
                return status, page
            self.lost += 1
        raise AssertionError(f"{MAX_ATTEMPTS} times no answer to {method} {path}")

    def log_in(self) -> None:
        _, page = self.request_until_answered("GET", "/admin/login/")
        form = {"csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"), "username": "ines", "password": PASSWORD}
        assert self.request_until_answered("POST", "/admin/login/", form)[0] == 302

    def save(self, text: str) -> None:
        """Saves until it is acknowledged. If somebody saved meanwhile, looks whether that was this save, unacknowledged."""
        values, body = parse_source(text).values(), parse_source(text).body
        for _ in range(MAX_ATTEMPTS):
            _, page = self.request_until_answered("GET", self.page)
            if body.strip().splitlines()[-1] in page:
                return
            lists = {"authors": "", "related": ""}
            plain = {key: str(values.get(key, "")) for key in ("title", "slug", "summary", "style", "reviewed", "next_review")}
            known = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "base_revision", "publish_at_0", "publish_at_1")}
            form = {**plain, **lists, **known, "state": "published", "body": body}
            try:
                status, answer = self.ask("POST", self.page, form)
            except (OSError, HTTPException):
                self.lost += 1
                continue
            if status == 302:
                return
            assert status >= 500 or "saved this guide" in answer, answer
        raise AssertionError(f"{MAX_ATTEMPTS} times not saved")


def hidden(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)[0])


def test_every_acknowledged_save_is_exactly_one_revision(folder, database):
    slug = "waiting"
    (folder / "content/guides/waiting.md").write_text(guide_text(slug))
    assert manage(folder, database, "import_content").wait() == 0
    creating = manage(folder, database, "createsuperuser", "--noinput", "--username=ines", "--email=", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    assert creating.wait() == 0
    [(guide,)] = database.ask("SELECT id FROM documents_document WHERE slug = 'waiting'")
    texts = [guide_text(slug) + f"\nThe lamp was lit {number + 1} times over.\n" for number in range(SAVES)]
    with serve(folder, database.url, workers=2) as site:
        editor = Editor(site, guide)
        editor.log_in()
        troubles = [site.kill_worker, database.crash_and_restart, database.disconnect_clients]
        for number, text in enumerate(texts):
            editor.save(text)
            troubles[number % 3]()
    kept = [
        source for (source,) in database.ask("SELECT source FROM documents_revision WHERE source LIKE '%slug: waiting%' ORDER BY number")
    ]
    lamps = [re.findall(r"The lamp was lit (\d+) times", source) for source in kept]
    assert lamps == [[], *([str(number + 1)] for number in range(SAVES))]
