"""Faults of directories: each result code, and what is no LDAP."""

from __future__ import annotations

import socket
from pathlib import Path

from adapters.manifest import Manifest, load_manifest
from tests.fakes.raw_server import RawServer
from tests.faults.matrix import HANGS, Behaviour, http_cases
from tests.faults.test_ldap_answers import GOOD, MANIFEST, asked, done, entry


def _manifest(url: str, folder: Path) -> Manifest:
    file = folder / "faulty.toml"
    more = "deadline = 0.5\nldap = { start_tls = false }"
    file.write_text(MANIFEST.format(url=url.replace("http:", "ldap:"), more=more), encoding="utf-8")
    return load_manifest(file, folder)


def _well(server: RawServer, connection: socket.socket) -> None:
    number = asked(connection)
    connection.sendall(entry(number, "uid=1001,dc=x", GOOD) + done(number))


def _result(code: int) -> Behaviour:
    return lambda server, connection: connection.sendall(done(asked(connection), code, "Maria Gonzalez is odd"))


def _sends(data: bytes) -> Behaviour:
    return lambda server, connection: (asked(connection), connection.sendall(data))[1]


def _half(server: RawServer, connection: socket.socket) -> None:
    connection.sendall(entry(asked(connection), "uid=1001,dc=x", GOOD)[:-4])


def _endless(server: RawServer, connection: socket.socket) -> None:
    asked(connection)
    connection.sendall(b"\x30\x84\x7f\xff\xff\xff")
    while not server.ended.is_set():
        connection.sendall(b"\x00" * 65_536)


CASES = {
    "says nothing": (lambda server, connection: server.wait(HANGS), "timed_out"),
    "hangs up": (lambda server, connection: None, "incomplete"),
    "half an entry": (_half, "incomplete"),
    "a message of 2 GB": (_endless, "too_large"),
    "HTTP instead": (_sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "incomplete"),
    "result 1, its own error": (_result(1), "rejected"),
    "result 3, time is over": (_result(3), "too_slow"),
    "result 50, no right to search": (_result(50), "forbidden"),
    "result 51, busy": (_result(51), "rate_limited"),
    "result 52, not available": (_result(52), "server_error"),
}
MATRIX = http_cases("ldap", _manifest, _well, CASES, until=b"")
