"""The demo city's desk of its own: keeps and hands out its throwaway credentials, switches departments off and on, knows its streets.

Answers on 127.0.0.1 only, below a path that cannot be guessed.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, get_args

from resources.demo import geocoder
from resources.demo.processes import Trouble

_MOST = 10_000
"""Bytes of an order that are read."""
_ORDERS = {"switch": ("department", "on"), "credentials": ("name", "secret"), "trouble": ("department", "trouble")}
_EXAMPLES = {
    "switch": '{"department": "...", "on": true}',
    "credentials": '{"name": "...", "secret": "..."}',
    "trouble": '{"department": "...", "trouble": "lose_reply"} or "error_after": what becomes of the reply to its next change',
}


class Control:
    """Runs from its making until ``close``. ``switch`` raises KeyError for a department that there is not."""

    def __init__(
        self,
        credentials: Callable[[], Mapping[str, str]],
        keep: Callable[[str, str], None],
        switch: Callable[[str, bool], None],
        trouble: Callable[[str, Trouble], None],
        state: Callable[[], Mapping[str, bool]],
    ) -> None:
        self._token = secrets.token_urlsafe(24)
        control = self
        orders: dict[str, Callable[[str, Any], None]] = {"switch": switch, "credentials": keep, "trouble": trouble}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_GET(self) -> None:
                what = control._place(self.path)
                if what == "credentials":
                    self._answer(200, dict(credentials()))
                elif what == "state":
                    self._answer(200, dict(state()))
                elif what.startswith("geocoder?"):
                    self._answer(200, geocoder.answer(what.partition("?")[2]))
                else:
                    self._answer(404, {"error": "not found"})

            def do_POST(self) -> None:
                what = control._place(self.path)
                if what not in _ORDERS:
                    self._answer(404, {"error": "not found"})
                    return
                try:
                    order: dict[str, Any] = json.loads(self.rfile.read(min(_MOST, int(self.headers.get("Content-Length", 0)))))
                    name: Any
                    value: Any
                    name, value = (order[key] for key in _ORDERS[what])
                    if not isinstance(name, str) or type(value) is not (bool if what == "switch" else str):
                        raise TypeError
                    if what == "trouble" and value not in get_args(Trouble):
                        raise ValueError
                except (ValueError, KeyError, TypeError):
                    self._answer(400, {"error": f"send {_EXAMPLES[what]}"})
                    return
                try:
                    orders[what](name, value)
                except KeyError:
                    self._answer(404, {"error": "no such department"})
                except RuntimeError as error:
                    self._answer(503, {"error": str(error)})
                else:
                    self._answer(200, {} if what == "credentials" else dict(state()))

            def _answer(self, status: int, body: Mapping[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Cache-Control", "no-store")
                # An order's unread rest must not be taken for the next order.
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                """The path holds the token: nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="springvale-control", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{self._token}"

    def _place(self, path: str) -> str:
        """What stands behind the token; empty where the token is another."""
        _, _, rest = path.partition("/")
        token, _, what = rest.partition("/")
        return what if hmac.compare_digest(token.encode("utf-8", "replace"), self._token.encode()) else ""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
