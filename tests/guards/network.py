"""Tests reach this machine only: a connection or a name beyond the loopback is refused and fails the test.

Names under ``.invalid``, ``.test`` and ``.example`` (RFC 2606) are refused as unknown without failing it: tests use them for
a department that can't be found. Sockets opened by C libraries are not seen.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

NOWHERE = ("invalid", "test", "example")

_escapes: list[str] = []


def stays_here(host: object) -> bool:
    """Whether a host name or address is this machine's loopback (or "any address", to listen on)."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_address(address: Any, family: int) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and not stays_here(address[0]):
        _escapes.append(f"connection to {address[0]}:{address[1]}")
        raise ConnectionRefusedError("tests stay on this machine")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_address(address, self.family)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_address(address, self.family)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if stays_here(host):
            return getaddrinfo(host, *args, **kwargs)
        if str(host).rstrip(".").rpartition(".")[2] not in NOWHERE:
            _escapes.append(f"look-up of {host}")
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


@pytest.fixture(autouse=True)
def _no_escape() -> Iterator[list[str]]:
    _escapes.clear()
    yield _escapes
    if _escapes:
        pytest.fail("left this machine: " + ", ".join(_escapes), pytrace=False)
