"""How an HTTP server misbehaves whatever it serves: slow, endless, cut short, packed to burst, busy, elsewhere."""

from __future__ import annotations

import gzip
import socket
from contextlib import suppress

from tests.fakes.raw_server import RawServer, answer
from tests.faults.matrix import HANGS, Behaviour

GIGABYTES = 10_000_000_000
ZIP = "Content-Encoding: gzip\r\n"
BOMB = gzip.compress(b" " * 100_000_000)
PAGE = b"<!DOCTYPE html><html>Maintenance</html>"


def drips(head: bytes, body: bytes) -> Behaviour:
    """Sends ``head`` at once and ``body`` a byte every 50 ms, for at most ten seconds."""

    def behave(server: RawServer, connection: socket.socket) -> None:
        connection.sendall(head)
        for byte in body[:200]:
            if server.ended.is_set():
                return
            connection.sendall(bytes([byte]))
            server.wait(0.05)

    return behave


def hangs(head: bytes) -> Behaviour:
    def behave(server: RawServer, connection: socket.socket) -> None:
        connection.sendall(head)
        server.wait(HANGS)

    return behave


def floods(head: bytes, piece: bytes) -> Behaviour:
    """Sends ``piece`` without end."""

    def behave(server: RawServer, connection: socket.socket) -> None:
        connection.settimeout(HANGS)
        with suppress(OSError):
            connection.sendall(head)
            while not server.ended.is_set():
                connection.sendall(piece)

    return behave


RESET = b"\1\0\0\0\0\0\0\0"


def resets(server: RawServer, connection: socket.socket) -> None:
    """Closes with a reset after half an answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[")
    server.wait(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def everywhere(body: bytes, kind: str) -> dict[str, tuple[object, ...]]:
    """What every kind over HTTP is put to; ``body`` is a good answer of the content type ``kind``."""
    ok = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n".encode()
    half = body[: len(body) // 2]
    away, later = "Location: https://elsewhere.example/\r\n", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n"
    return {
        "hangs in mid-body": (hangs(ok + b"Content-Length: %d\r\n\r\n" % len(body) + half), "too_slow"),
        "nothing at all, and hangs up": (b"", "no_connection"),
        "half an answer, with a length": (answer(half, kind=kind, length=len(body)), "incomplete"),
        "half an answer, without a length": (answer(half, kind=kind, length=-1), "incomplete"),
        "half a gzip file": (answer(gzip.compress(body)[:40], kind=kind, more=ZIP), "incomplete"),
        "10 GB, as it says": (floods(ok + b"Content-Length: %d\r\n\r\n" % GIGABYTES, b" " * 65_536), "too_large"),
        "10 GB in chunks": (floods(ok + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n"), "too_large"),
        "a gzip bomb": (answer(BOMB, kind=kind, more=ZIP), "too_large"),
        "a web page": (answer(PAGE, kind="text/html"), "not_data"),
        "a character set that nobody knows": (answer(body, kind=f"{kind.partition(';')[0]}; charset=klingon"), "charset"),
        "a redirect to another host": (answer(b"", status="302 Found", more=away), "not_data", "another host"),
        "a redirect to itself, for ever": (answer(b"", status="302 Found", more="Location: ?\r\n"), "not_data", "redirects"),
        "401 in mid-search": (answer(b"", kind=kind, status="401 Unauthorized"), "sign_in_needed"),
        "429 with a date": (
            answer(b"", kind=kind, status="429 Many", more=later),
            "rate_limited",
        ),
        "502 from a gateway": (answer(PAGE, status="502 Bad Gateway", kind="text/html"), "server_error"),
        "503 with Retry-After": (answer(b"", kind=kind, status="503 Busy", more="Retry-After: 30\r\n"), "rate_limited"),
    }
