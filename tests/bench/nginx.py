"""nginx as ops/nginx.conf sets it up, in front of the site, and in the same nginx a page that lies on the disk."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.page import Answer
from tests.bench.servers import OF_SERVERS, Server, free_port, keep_to, waited_for

CONFIGURATION = Path(__file__).parent.parent.parent / "ops/nginx.conf"
OF_A_BODY = {"content-length", "last-modified", "etag", "date", "server", "connection", "content-type"}


class ChangedConfigurationError(Exception):
    """ops/nginx.conf does not read as the benchmark expects."""


def is_there() -> bool:
    return shutil.which("nginx") is not None


@contextmanager
def in_front_of(site: Server, folder: Path, on_disk: dict[str, Answer]) -> Iterator[tuple[Server, Server]]:
    """The proxy, and the same process serving the given answers from the disk at another port."""
    port, disk_port = free_port(), free_port()
    text = adapted(CONFIGURATION.read_text(), folder, site.port, port)
    text = text.rstrip().removesuffix("}") + from_disk(folder, disk_port, on_disk) + "}\n"
    file = folder / "nginx.conf"
    file.write_text(text)
    process = subprocess.Popen(["nginx", "-c", file, "-p", folder, "-e", folder / "error.log", "-g", "daemon off;"])
    keep_to(OF_SERVERS, process.pid)
    try:
        waited_for(port)
        yield Server(port, process.pid), Server(disk_port, process.pid)
    finally:
        process.terminate()
        process.wait()


def adapted(text: str, folder: Path, site_port: int, port: int) -> str:
    """The configuration with ports and folders of this run, one worker, and no TLS."""
    changes = {
        "user www-data;": "user root;",
        "worker_processes auto;": "worker_processes 1;",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/error.log": f"{folder}/error.log",
        "/var/cache/nginx/safe-haven": f"{folder}/cache",
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{site_port};",
        "listen 80 default_server;": f"listen 127.0.0.1:{free_port()} default_server;",
        "listen 443 ssl http2 default_server;": "",
        "ssl_reject_handshake on;": "",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "ssl_certificate /": "# /",
        "ssl_certificate_key /": "# /",
        "ssl_protocols": "# ",
        "ssl_session_cache": "# ",
        "ssl_session_timeout": "# ",
    }
    for old, new in changes.items():
        if old not in text:
            raise ChangedConfigurationError(f"ops/nginx.conf has no {old!r} any more: change tests/bench/nginx.py along with it.")
        text = text.replace(old, new)
    return text


def from_disk(folder: Path, port: int, answers: dict[str, Answer]) -> str:
    """A server block for files that have these bodies, sent with the same headers."""
    locations = []
    for path, answer in answers.items():
        (folder / "disk").mkdir(exist_ok=True)
        (folder / "disk" / path.strip("/")).write_bytes(answer.body)
        headers = [(name, value) for name, value in answer.headers if name.lower() not in OF_A_BODY]
        added = " ".join(f'add_header {name} "{value}";' for name, value in headers)
        locations.append(f"location = {path} {{ {added} }}")
    return f"server {{ listen 127.0.0.1:{port}; root {folder}/disk; default_type 'text/html; charset=utf-8'; {' '.join(locations)} }}\n"
