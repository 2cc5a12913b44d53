"""Requests as the bytes that a browser sends through our proxy, and parsed responses."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlencode

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
}
HOST = "127.0.0.1"
# Headers that the server adds to each response.
SERVER_HEADERS = {"server", "date", "connection", "transfer-encoding"}


@dataclass(frozen=True)
class Response:
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next(value for known, value in self.headers if known.lower() == name.lower())

    def recorded(self) -> dict[str, object]:
        """Returns the response as JSON for tests/bench/targets/bare.py."""
        headers = [pair for pair in self.headers if pair[0].lower() not in SERVER_HEADERS]
        return {"status": self.status, "headers": headers, "body": b64encode(self.body).decode()}


def fetch(port: int, path: str, **headers: str) -> Response:
    connection = HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "identity", "X-Forwarded-For": HOST, **headers})
        response = connection.getresponse()
        return Response(f"{response.status} {response.reason}", response.getheaders(), response.read())
    finally:
        connection.close()


def get_request(path: str, coding: str = "identity", **headers: str) -> bytes:
    sent = {**BROWSER, "Accept-Encoding": coding, "X-Forwarded-For": HOST, **headers}
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{header_lines(sent)}\r\n".encode()


def post_request(path: str, form: dict[str, str], address: str) -> bytes:
    body = urlencode(form).encode()
    sent = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), "X-Forwarded-For": address}
    return f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\n{header_lines(sent)}\r\n".encode() + body


def header_lines(headers: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def visitor_addresses() -> Iterator[str]:
    """Yields a new IP address for each visitor."""
    return (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in count(1))
