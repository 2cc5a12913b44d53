"""Sends requests over connections that stay open as long as the server likes, and reads each answer whole."""

import re
import selectors
import socket
from collections.abc import Iterator
from time import perf_counter
from typing import Self

AT_ONCE = 8  # connections, each with one request on its way
HEAD_END = b"\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
NOT_MODIFIED = 304
BITE = 2**18  # bytes


class WrongAnswerError(Exception):
    """A server answered something else than what is measured."""


class Client:
    """The connections, and what is asked over them. Each answer has to have the `status`."""

    def __init__(self, port: int, status: int) -> None:
        self.poll = selectors.DefaultSelector()
        self.lines = [Line(port, status, self.poll) for _ in range(AT_ONCE)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self.lines:
            line.close()
        self.poll.close()

    def drive(self, requests: Iterator[bytes]) -> float:
        """Sends the requests, which end, and tells how many seconds it took until all were answered."""
        begun, waiting = perf_counter(), 0
        for line, request in zip(self.lines, requests, strict=False):
            line.send(request)
            waiting += 1
        while waiting:
            for key, _ in self.poll.select():
                line = key.data
                if line.has_answered():
                    if request := next(requests, b""):
                        line.send(request)
                    else:
                        waiting -= 1
        return perf_counter() - begun


class Line:
    """A connection, and what has come in of the answer that is awaited."""

    def __init__(self, port: int, status: int, poll: selectors.BaseSelector) -> None:
        self.port, self.status, self.poll = port, status, poll
        self.got = bytearray()
        self.socket: socket.socket | None = None

    def opened(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.poll.register(opened, selectors.EVENT_READ, self)
        return opened

    def close(self) -> None:
        if self.socket:
            self.poll.unregister(self.socket)
            self.socket.close()
            self.socket = None

    def send(self, request: bytes) -> None:
        self.socket = self.socket or self.opened()
        self.socket.sendall(request)

    def has_answered(self) -> bool:
        """Reads what there is; true when the answer is whole."""
        bite = self.socket.recv(BITE) if self.socket else b""
        if not bite:
            raise WrongAnswerError("The server closed a connection without an answer.")
        self.got += bite
        head_end = self.got.find(HEAD_END)
        if head_end < 0 or len(self.got) < head_end + len(HEAD_END) + self.length(bytes(self.got[:head_end])):
            return False
        if LAST.search(self.got, 0, head_end):
            self.close()
        self.got.clear()
        return True

    def length(self, head: bytes) -> int:
        """Of the body, in bytes."""
        status, length = STATUS.match(head), LENGTH.search(head)
        if status is None or int(status[1]) != self.status:
            raise WrongAnswerError(f"Instead of {self.status} the server answered:\n{head.decode('latin-1')}")
        if self.status == NOT_MODIFIED:
            return 0
        if length is None:
            raise WrongAnswerError(f"The server does not say how long its answer is:\n{head.decode('latin-1')}")
        return int(length[1])
