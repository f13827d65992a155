"""The keyring of a demo city: the running city keeps it in memory and hands it out over loopback; it is gone with the city.

So the processes that work on one city share its keys as those of one user share the keyring of the operating system.
"""

from __future__ import annotations

import json
from time import monotonic

from adapters.contract import CallContext
from adapters.transport import HttpRequest, HttpResponse, Transport

_SECONDS = 10.0
_MOST = 100_000
"""Bytes of an answer that are read."""


class DemoKeyring:
    """``address`` is on this machine. Raises DepartmentError when the city no longer runs, at the making too."""

    def __init__(self, address: str, transport: Transport) -> None:
        self._address = address
        self._transport = transport
        self._known: dict[str, str] = {}
        self._read()

    def get_password(self, service: str, username: str) -> str | None:
        if username not in self._known:
            self._read()
        return self._known.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        order = json.dumps({"name": username, "secret": password}).encode()
        self._send(HttpRequest("POST", self._address, {"Content-Type": "application/json"}, order))
        self._known[username] = password

    def _read(self) -> None:
        self._known = dict(json.loads(self._send(HttpRequest("GET", self._address)).body))

    def _send(self, request: HttpRequest) -> HttpResponse:
        return self._transport.send(request, CallContext(monotonic() + _SECONDS), max_bytes=_MOST)
