"""nginx with ops/nginx.conf in front of the site, and in the same nginx a static file."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.http_messages import Response
from tests.bench.servers import SERVER_CPU, Server, free_port, pin, wait_for_port

CONFIGURATION = Path(__file__).parent.parent.parent / "ops/nginx.conf"
BODY_HEADERS = {"content-length", "last-modified", "etag", "date", "server", "connection", "content-type"}


class ChangedConfigurationError(Exception):
    """ops/nginx.conf lacks a line that the benchmark replaces."""


def is_installed() -> bool:
    return shutil.which("nginx") is not None


@contextmanager
def run_in_front_of(site: Server, folder: Path, on_disk: dict[str, Response]) -> Iterator[tuple[Server, Server]]:
    """Runs nginx. Yields the proxy, and the same process serving the bodies in `on_disk` from files at another port."""
    port, disk_port = free_port(), free_port()
    text = adapt(CONFIGURATION.read_text(), folder, site.port, port)
    text = text.rstrip().removesuffix("}") + static_server_block(folder, disk_port, on_disk) + "}\n"
    file = folder / "nginx.conf"
    file.write_text(text)
    process = subprocess.Popen(["nginx", "-c", file, "-p", folder, "-e", folder / "error.log", "-g", "daemon off;"])
    pin(SERVER_CPU, process.pid)
    try:
        wait_for_port(port)
        yield Server(port, process.pid), Server(disk_port, process.pid)
    finally:
        process.terminate()
        process.wait()


def adapt(text: str, folder: Path, site_port: int, port: int) -> str:
    """Returns the configuration with the ports and folders of this run, one worker, and no TLS."""
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


def static_server_block(folder: Path, port: int, responses: dict[str, Response]) -> str:
    """Writes the bodies into files. Returns a server block that sends them with the same headers."""
    locations = []
    for path, response in responses.items():
        (folder / "disk").mkdir(exist_ok=True)
        (folder / "disk" / path.strip("/")).write_bytes(response.body)
        headers = [(name, value) for name, value in response.headers if name.lower() not in BODY_HEADERS]
        added = " ".join(f'add_header {name} "{value}";' for name, value in headers)
        locations.append(f"location = {path} {{ {added} }}")
    return f"server {{ listen 127.0.0.1:{port}; root {folder}/disk; default_type 'text/html; charset=utf-8'; {' '.join(locations)} }}\n"
