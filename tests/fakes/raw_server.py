"""A server of bare sockets: answers with the very bytes that it is told, as slowly as it is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

Behaviour = Callable[[socket.socket], None]


class RawServer:
    """A context manager; ``behave(connection)`` is called for each connection once the request was read. Ends with the test.

    ``until`` is what ends a request; nothing: ``behave`` reads it. ``place`` is a socket that is bound already.
    """

    def __init__(self, behave: Behaviour, until: bytes = b"\r\n\r\n", place: socket.socket | None = None) -> None:
        self._behave = behave
        self._until = until
        self._place = place
        self.requests: list[bytes] = []
        self.ended = threading.Event()

    def __enter__(self) -> RawServer:
        self._listener = self._place or socket.create_server(("127.0.0.1", 0))
        self._listener.listen()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self._thread.join(5)

    def stop(self) -> None:
        """Take no further connection."""
        self.ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while self._until not in head and (more := connection.recv(65536)):
                head += more
            self.requests.append(head)
            self._behave(connection)

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than the test."""
        self.ended.wait(seconds)


def answer(body: bytes, *, status: str = "200 OK", kind: str = "application/json", length: int | None = None, more: str = "") -> bytes:
    """An HTTP answer that closes the connection; ``length`` may lie."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}"
    if length != -1:
        head += f"Content-Length: {len(body) if length is None else length}\r\n"
    return head.encode() + b"\r\n" + body
