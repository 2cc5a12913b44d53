"""Requests as bytes, as a browser behind a proxy of ours sends them, and answers taken apart."""

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
# What a server adds to each answer by itself.
BY_SERVERS = {"server", "date", "connection", "transfer-encoding"}


@dataclass(frozen=True)
class Answer:
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next(value for known, value in self.headers if known.lower() == name.lower())

    def recorded(self) -> dict[str, object]:
        """As tests/bench/targets/bare.py reads it."""
        headers = [pair for pair in self.headers if pair[0].lower() not in BY_SERVERS]
        return {"status": self.status, "headers": headers, "body": b64encode(self.body).decode()}


def ask(port: int, path: str, **headers: str) -> Answer:
    asking = HTTPConnection(HOST, port, timeout=60)
    try:
        asking.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "identity", "X-Forwarded-For": HOST, **headers})
        answer = asking.getresponse()
        return Answer(f"{answer.status} {answer.reason}", answer.getheaders(), answer.read())
    finally:
        asking.close()


def get(path: str, coding: str = "identity", **headers: str) -> bytes:
    sent = {**BROWSER, "Accept-Encoding": coding, "X-Forwarded-For": HOST, **headers}
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{lines(sent)}\r\n".encode()


def post(path: str, form: dict[str, str], address: str) -> bytes:
    body = urlencode(form).encode()
    sent = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body)), "X-Forwarded-For": address}
    return f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\n{lines(sent)}\r\n".encode() + body


def lines(headers: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def addresses() -> Iterator[str]:
    """A new one for each visitor."""
    return (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in count(1))
