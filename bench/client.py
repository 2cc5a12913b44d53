"""Sends requests over connections that stay open as long as the server likes, and reads each answer whole."""

import re
import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from time import perf_counter

AT_ONCE = 8  # connections, each with one request on its way
HEAD_END = b"\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
NOT_MODIFIED = 304
BITE = 2**18  # bytes


class WrongAnswerError(Exception):
    """A server answered something else than what is measured."""


def drive(port: int, requests: Iterator[bytes], number: int, status: int) -> float:
    """Sends the next `number` of the requests, and tells how many seconds it took until all were answered."""
    left = islice(requests, number)
    begun = perf_counter()
    with ExitStack() as opened:
        poll = opened.enter_context(selectors.DefaultSelector())
        for request in islice(left, AT_ONCE):
            line = Line(port, status, poll)
            opened.callback(line.close)
            line.send(request)
        while poll.get_map():
            for key, _ in poll.select():
                line = key.data
                if line.has_answered():
                    line.go_on(next(left, None))
    return perf_counter() - begun


class Line:
    """A connection, and what has come in of the answer that is awaited."""

    def __init__(self, port: int, status: int, poll: selectors.BaseSelector) -> None:
        self.port, self.status, self.poll = port, status, poll
        self.got = bytearray()
        self.is_last = False  # the server closes after this answer
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.poll.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        if self.socket.fileno() >= 0:
            self.poll.unregister(self.socket)
            self.socket.close()

    def send(self, request: bytes) -> None:
        self.socket.sendall(request)

    def go_on(self, request: bytes | None) -> None:
        if request is None or self.is_last:
            self.close()
        if request is not None:
            if self.is_last:
                self.open()
            self.send(request)

    def has_answered(self) -> bool:
        """Reads what there is; true when the answer is whole."""
        bite = self.socket.recv(BITE)
        if not bite:
            raise WrongAnswerError("The server closed a connection without an answer.")
        self.got += bite
        head_end = self.got.find(HEAD_END)
        if head_end < 0 or len(self.got) < head_end + len(HEAD_END) + self.length(bytes(self.got[:head_end])):
            return False
        self.is_last = LAST.search(self.got, 0, head_end) is not None
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
