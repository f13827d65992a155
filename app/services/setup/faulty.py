"""A server on this machine that answers every question wrongly: what a department's adapter makes of that is part of its report."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
_STALLED = 3.0
"""Seconds for which a fault that hangs keeps its connection."""

Sends = Callable[[socket.socket, threading.Event], None]


def _whole(status: bytes, kind: bytes, body: bytes, *headers: bytes) -> Sends:
    lines = b"".join(header + b"\r\n" for header in headers)
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n" % (status, kind, len(body), lines)
    answer = head + body
    return lambda connection, over: connection.sendall(answer)


def _hangs(before: bytes) -> Sends:
    def send(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(before)
        over.wait(_STALLED)

    return send


def _drips(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(_HEAD % (b"application/json", 10_000))
    while not over.wait(0.05):
        connection.sendall(b" ")


def _floods(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
    chunk = b'"' + b"x" * 65_000 + b'",'
    for _ in range(4000):
        if over.is_set():
            return
        connection.sendall(chunk)


FAULTS: dict[str, tuple[Sends, frozenset[str]]] = {
    # What goes wrong: how, and the faults (models.outcomes.FAULT_WORDS) that a kind may call it.
    "hangs before the first byte": (_hangs(b""), frozenset({"timed_out"})),
    "hangs within the headers": (_hangs(b"HTTP/1.1 200 OK\r\nContent-"), frozenset({"timed_out", "too_slow"})),
    "drips": (_drips, frozenset({"too_slow", "timed_out"})),
    "breaks off half-way": (
        lambda connection, over: connection.sendall(_HEAD % (b"application/json", 500) + b'{"items": [{"id": 1'),
        frozenset({"incomplete"}),
    ),
    "answers a web page": (
        _whole(b"200 OK", b"text/html", b"<html><body>Maintenance</body></html>"),
        frozenset({"not_data", "unreadable", "mapping"}),
    ),
    "answers no data": (_whole(b"200 OK", b"application/json", b"{ this is none"), frozenset({"unreadable", "incomplete", "not_data"})),
    "fails of its own": (_whole(b"500 Internal Server Error", b"text/plain", b"Traceback: secret"), frozenset({"server_error"})),
    "is too busy": (
        _whole(b"429 Too Many Requests", b"application/json", b"{}", b"Retry-After: 30"),
        frozenset({"rate_limited"}),
    ),
    "refuses the credential": (_whole(b"401 Unauthorized", b"application/json", b"{}"), frozenset({"sign_in_needed"})),
    "forbids": (_whole(b"403 Forbidden", b"application/json", b"{}"), frozenset({"forbidden", "sign_in_needed"})),
    "answers too much": (_floods, frozenset({"too_large", "too_slow", "unreadable"})),
    "answers a bomb": (
        _whole(b"200 OK", b"application/json", gzip.compress(b"[" + b" " * 60_000_000), b"Content-Encoding: gzip"),
        frozenset({"too_large"}),
    ),
    "leads to another host": (
        _whole(b"302 Found", b"text/plain", b"", b"Location: http://203.0.113.1/elsewhere"),
        frozenset({"not_data"}),
    ),
}


class FaultyServer:
    """Answers each connection with ``fault`` (a key of FAULTS), whatever was asked."""

    def __init__(self) -> None:
        self.fault = next(iter(FAULTS))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=32)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="faulty server", daemon=True)
        self._workers: list[threading.Thread] = []
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """End every answer that still goes on."""
        self._over.set()
        with socket.socket() as wake:  # accept() does not notice that its socket is closed
            wake.connect_ex(("127.0.0.1", self.port))
        self._thread.join(5)
        self._listener.close()
        for worker in self._workers:
            worker.join(5)

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._over.is_set():
                connection.close()
                return
            worker = threading.Thread(target=self._answer, args=(connection, FAULTS[self.fault][0]), daemon=True)
            self._workers.append(worker)
            worker.start()

    def _answer(self, connection: socket.socket, send: Sends) -> None:
        with connection:
            connection.settimeout(_STALLED)
            try:
                received = b""
                while b"\r\n\r\n" not in received:
                    part = connection.recv(65_536)
                    if not part:
                        return
                    received += part
                send(connection, self._over)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(65_536)
            except OSError:
                return  # whoever asked has had enough


@contextmanager
def faulty_server() -> Iterator[FaultyServer]:
    """One that runs until the block is left."""
    server = FaultyServer()
    try:
        yield server
    finally:
        server.close()
