"""Browsers work with the site behind ops/nginx.conf, with TLS at another port, and unknown hosts get no response."""

import os
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from http.client import HTTPException, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.bench.servers import free_port, wait_for_port
from tests.support.checkout import ROOT, Released, manage
from tests.support.gunicorn import FORM_HEADERS, Response, serve
from tests.support.quiz_taker import Taker

pytestmark = pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx and openssl")
NAME = "localhost"
PASSWORD = "a long and quiet evening"


def configured(folder: Path, port: int, site_port: int) -> str:
    text = (ROOT / "ops/nginx.conf").read_text()
    changes = {
        "user www-data;": f"user {'root' if os.geteuid() == 0 else 'nobody'};",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/error.log": f"{folder}/error.log",
        "/var/cache/nginx/safe-haven": f"{folder}/cache",
        "127.0.0.1:8000": f"127.0.0.1:{site_port}",
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "listen 443": f"listen 127.0.0.1:{port}",
        "/etc/letsencrypt/live/example.org": str(folder),
        "server_name example.org": f"server_name {NAME}",
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class Browser:
    """A browser that sends its origin and keeps cookies."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder, self.cookies, self.origin = port, folder, SimpleCookie(), f"https://{NAME}:{port}"

    def get(self, path: str, **headers: str) -> Response:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> Response:
        own = {"Origin": self.origin, "Referer": f"{self.origin}{path}", **FORM_HEADERS}
        return self.ask("POST", path, urlencode(form), {**own, **(headers or {})})

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Response:
        whatever = ssl._create_unverified_context()  # noqa: S323  # its certificate is its own word
        asking = HTTPSConnection(NAME, self.port, timeout=30, context=whatever)
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
        try:
            asking.request(method, path, body, {"Cookie": cookies, **headers})
            answer = asking.getresponse()
            for header in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(header)
            return Response(answer.status, answer.read(), dict(answer.headers))
        finally:
            asking.close()


@pytest.fixture(scope="module")
def visitor(released: Released, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    certificate = ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem", "-subj", f"/CN={NAME}", "-days", "1", "-nodes"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", *certificate], check=True, capture_output=True)
    names = {"ALLOWED_HOSTS": NAME, "SITE_URL": f"https://{NAME}:{port}"}
    with serve(released.folder, released.url, workers=1, PLAIN_HTTP="0", **names) as site:
        (folder / "nginx.conf").write_text(configured(folder, port, site.port))
        command = ["nginx", "-c", f"{folder}/nginx.conf", "-p", str(folder), "-e", f"{folder}/error.log", "-g", "daemon off;"]
        process = subprocess.Popen(command)
        try:
            wait_for_port(port)
            yield Browser(port, folder)
        finally:
            process.terminate()
            process.wait()


def test_a_result_is_kept_behind_a_port(visitor):
    taker = Taker(visitor)
    assert taker.send().location == taker.address
    assert visitor.get(taker.address).status_code == 200


def test_an_editor_logs_in_behind_a_port(visitor, released, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    manage(released.folder, released.url, "createsuperuser", "--no-input", "--username=ines", "--email=")
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.get("/admin/login/").content.decode())
    sent = visitor.post("/admin/login/?next=/admin/", {"csrfmiddlewaretoken": token, "username": "ines", "password": PASSWORD})
    assert (sent.status_code, sent.location) == (302, "/admin/")
    assert visitor.get("/admin/").status_code == 200


def test_a_form_from_another_port_is_cross_origin(visitor):
    form = {"key": Taker(visitor).key}
    assert visitor.post("/quiz/take/", form).status_code == 200
    assert visitor.post("/quiz/take/", form, {"Origin": f"https://{NAME}:1"}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", f"evil.{NAME}"])
def test_another_host_gets_no_response(visitor, host):
    with pytest.raises((HTTPException, OSError)):
        visitor.get("/", Host=host)


def test_a_page_is_cached_once_however_its_host_is_written(visitor):
    for host in (NAME, NAME.upper(), f"{NAME}:1", f"{NAME}:{visitor.port}"):
        assert visitor.get("/privacy/", Host=host).status_code == 200
    kept = [path.read_bytes() for path in (visitor.folder / "cache").rglob("*") if path.is_file()]
    assert [re.findall(rb"^KEY: (.*/privacy/.*?) *$", page, re.MULTILINE) for page in kept if b"/privacy/" in page[:1000]] == [
        [b"localhost/privacy/"]
    ]
