"""One HTTP/1.1 exchange on a socket, bounded by one deadline and one cap, whatever the other side does.

A socket's time-out counts from byte to byte, so that a server which drips can hold a call for ever. Here each wait is given
only what is left of the whole call. Parsing is the standard library's (http.client); the cap counts decoded bytes.
"""

from __future__ import annotations

import io
import socket
import time
import zlib
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from ipaddress import ip_address
from threading import Thread
from typing import Any

from adapters.contract import BadAnswer, TimedOut, Unavailable

_PIECE = 65_536
_UNWANTED = str.maketrans("", "", "\r\n\0")


def connect(host: str, port: int, deadline: float) -> socket.socket:
    """A connected TCP socket. Each of the host's addresses gets an equal share of the time that is left."""
    found = _addresses(host, port, deadline)
    failure: OSError = OSError("no address")
    for position, (family, kind, protocol, _, place) in enumerate(found):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(_left(deadline) / (len(found) - position))
            sock.connect(place)
            sock.settimeout(_left(deadline))
            return sock
        except OSError as error:
            failure = error
            sock.close()
        except BaseException:
            sock.close()
            raise
    raise failure


def _addresses(host: str, port: int, deadline: float) -> list[Any]:
    """The host's addresses. A name is looked up in a thread of its own: the system's resolver knows no deadline."""
    try:
        ip_address(host)
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except ValueError:
        pass
    answer: list[Any] = []

    def look_up() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            answer.append(error)

    thread = Thread(target=look_up, name=f"name of {host}", daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if not answer:
        raise TimedOut(f"the name {host} was not resolved in time")
    if isinstance(answer[0], OSError):
        raise answer[0]
    return list(answer[0])


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def request_bytes(method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes out, in one piece. Line breaks in a value, which would start another header, are taken out."""
    lines = [f"{method} {target} HTTP/1.1"]
    lines += [f"{name}: {value.translate(_UNWANTED)}" for name, value in headers.items()]
    if body or method != "GET":
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + body


class _Incoming(io.RawIOBase):
    """What a socket receives, each wait bounded by the deadline. Stands in for the socket where HTTPResponse wants one."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self.began = False

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, _PIECE)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._deadline))
        count = self._sock.recv_into(buffer)
        self.began = self.began or count > 0
        return count


class Answer:
    """The answer to a request that was sent on ``sock``: ``status`` and ``headers`` at once, the body by ``read``.

    Raises TimedOut (``timed_out`` before the first byte, ``too_slow`` after it), Unavailable (closed without an answer: then
    ``Stale``), BadAnswer (``unreadable``, ``incomplete``, ``too_large``).
    """

    def __init__(self, sock: socket.socket, method: str, deadline: float) -> None:
        self._incoming = _Incoming(sock, deadline)
        self._response = HTTPResponse(self._incoming, method=method)  # type: ignore[arg-type]
        self._whole = False
        with _Translated(self._incoming, self._response):
            self._response.begin()
        self.status = self._response.status
        self.headers: dict[str, str] = {}
        for name, value in self._response.headers.items():
            key = name.lower()
            self.headers[key] = f"{self.headers[key]}, {value}" if key in self.headers else value

    @property
    def will_close(self) -> bool:
        """Whether the connection can't be used again: the server says so, or the body was not read to its end."""
        return bool(self._response.will_close) or not self._whole

    def read(self, max_bytes: int) -> bytes:
        """The body, decoded. Raises BadAnswer ``too_large`` before more than ``max_bytes`` of it are held."""
        pieces: list[bytes] = []
        size = 0
        with _Translated(self._incoming, self._response):
            for piece in self._decoded(max_bytes):
                size += len(piece)
                if size > max_bytes:
                    raise BadAnswer(f"more than {max_bytes} bytes", key="too_large")
                pieces.append(piece)
        self._whole = True
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _raw(self) -> Iterator[bytes]:
        response = self._response
        while piece := response.read(_PIECE):
            yield piece
        if response.length:
            raise BadAnswer(f"{response.length} bytes of the answer are missing", key="incomplete")
        response.close()

    def _decoded(self, max_bytes: int) -> Iterator[bytes]:
        coding = self.headers.get("content-encoding", "identity").strip().lower()
        if coding in ("", "identity"):
            yield from self._raw()
        elif coding in ("gzip", "x-gzip", "deflate"):
            yield from self._inflated(max_bytes)
        else:
            raise BadAnswer(f"content-encoding {coding[:20]!r} was not asked for")

    def _inflated(self, max_bytes: int) -> Iterator[bytes]:
        """The body unpacked, in pieces that stay small however much a few bytes unpack to."""
        inflate = None
        for packed in self._raw():
            while packed:
                if inflate is None or inflate.eof:
                    inflate = zlib.decompressobj(_window(packed))
                yield inflate.decompress(packed, min(max_bytes + 1, _PIECE))
                packed = inflate.unconsumed_tail or inflate.unused_data  # noqa: PLW2901 - what is left of it
        if inflate is not None and not inflate.eof:
            raise BadAnswer("the packed answer breaks off", key="incomplete")


def _window(packed: bytes) -> int:
    """zlib's window bits for gzip, zlib and (as some servers mean by "deflate") bare deflate data."""
    return 31 if packed[:1] == b"\x1f" else 15 if packed[:1] == b"\x78" else -15


class Stale(Unavailable):
    """The connection was closed before anything of an answer came; on one that was used before, worth another try."""


class _Translated:
    """Turns what sockets, http.client and zlib raise into the contract's errors, and gives up the answer then."""

    def __init__(self, incoming: _Incoming, response: HTTPResponse) -> None:
        self._incoming = incoming
        self._response = response

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        began = self._incoming.began
        if error is None:
            return
        # One that is left open closes itself when it is collected, which fails where its parts were collected before it.
        self._response.close()
        if isinstance(error, TimeoutError):
            raise TimedOut("the answer did not end in time" if began else "", key="too_slow" if began else "timed_out") from None
        if isinstance(error, RemoteDisconnected | OSError) and not began:
            raise Stale("the connection was closed without an answer") from None
        if isinstance(error, IncompleteRead | OSError):
            raise BadAnswer("the connection was closed within the answer", key="incomplete") from None
        if isinstance(error, HTTPException | ValueError):
            raise BadAnswer(f"not HTTP as it should be ({type(error).__name__})") from None
        if isinstance(error, zlib.error):
            raise BadAnswer("the packed answer can't be unpacked") from None
