"""A client that sends requests over connections the server may keep open, and reads each response to its end."""

import re
import selectors
import socket
from collections.abc import Iterator
from time import perf_counter
from typing import Self

AT_ONCE = 8  # connections, each with one request at a time
HEAD_END = b"\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
NOT_MODIFIED = 304
RECEIVE_BYTES = 2**18


class WrongResponseError(Exception):
    """A server sent another response than the one to measure."""


class Client:
    """AT_ONCE connections to a port. Each response must have the `status`."""

    def __init__(self, port: int, status: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.connections = [Connection(port, status, self.selector) for _ in range(AT_ONCE)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self.connections:
            connection.close()
        self.selector.close()

    def drive(self, requests: Iterator[bytes]) -> float:
        """Sends the requests, which must end, and returns the seconds until all were answered."""
        start, pending = perf_counter(), 0
        for connection, request in zip(self.connections, requests, strict=False):
            connection.send(request)
            pending += 1
        while pending:
            for key, _ in self.selector.select():
                connection = key.data
                if connection.receive():
                    if request := next(requests, b""):
                        connection.send(request)
                    else:
                        pending -= 1
        return perf_counter() - start


class Connection:
    """A connection, and the bytes of the response received so far."""

    def __init__(self, port: int, status: int, selector: selectors.BaseSelector) -> None:
        self.port, self.status, self.selector = port, status, selector
        self.buffer = bytearray()
        self.socket: socket.socket | None = None

    def connect(self) -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(connected, selectors.EVENT_READ, self)
        return connected

    def close(self) -> None:
        if self.socket:
            self.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None

    def send(self, request: bytes) -> None:
        self.socket = self.socket or self.connect()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Reads the bytes that have come. Returns whether the response is complete."""
        received = self.socket.recv(RECEIVE_BYTES) if self.socket else b""
        if not received:
            raise WrongResponseError("The server closed a connection without a response.")
        self.buffer += received
        head_end = self.buffer.find(HEAD_END)
        if head_end < 0 or len(self.buffer) < head_end + len(HEAD_END) + self.content_length(bytes(self.buffer[:head_end])):
            return False
        if CLOSES.search(self.buffer, 0, head_end):
            self.close()
        self.buffer.clear()
        return True

    def content_length(self, head: bytes) -> int:
        """Bytes of the body."""
        status, length = STATUS.match(head), LENGTH.search(head)
        if status is None or int(status[1]) != self.status:
            raise WrongResponseError(f"Instead of {self.status} the server answered:\n{head.decode('latin-1')}")
        if self.status == NOT_MODIFIED:
            return 0
        if length is None:
            raise WrongResponseError(f"The server sends no Content-Length:\n{head.decode('latin-1')}")
        return int(length[1])
