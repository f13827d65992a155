"""A loopback webhook that telephone systems post their calls to, served by waitress in a thread of its own.

It answers this machine only, and no web page that is open on it: whatever names an origin, as browsers do, is refused.
"""

from __future__ import annotations

import hmac
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from app.services.telephony.cti import BadEvent, Fields, event_of, fields_of_form, fields_of_json
from models.telephony import CallEvent

HOST = "127.0.0.1"
PATH = "/cti"
MOST_BYTES = 16_384
"""Of one post; a call is told in some 200."""
_LOCAL = {"127.0.0.1", "localhost"}


class NoPort(Exception):
    """Nothing can be heard there; the text says why."""


class Webhook:
    """``hear(event)`` is called in its thread and says whether there was room for the event; ``mine`` as in ``cti.event_of``."""

    def __init__(self, port: int, hear: Callable[[CallEvent], bool], secret: str = "", mine: frozenset[str] = frozenset()) -> None:
        """Listens at once, on ``port`` of the loopback (0: any that is free). Raises NoPort."""
        import waitress  # with its 15 ms, only where there is a webhook

        # What is malformed is answered; it would be logged with the name of whoever sent it.
        logging.getLogger("waitress").setLevel(logging.CRITICAL)
        self._hear = hear
        self._path = f"{PATH}/{secret}" if secret else PATH
        self._mine = mine
        try:
            listening = socket.create_server((HOST, port))
        except OSError as error:
            raise NoPort(f"Calls can't be told to port {port}: {error.strerror}. Another program, or another desk, has it.") from None
        self.port = int(listening.getsockname()[1])
        self._server: Any = waitress.create_server(
            self._answer,
            sockets=[listening],
            threads=1,
            ident=None,
            connection_limit=100,
            channel_timeout=10,
            cleanup_interval=5,
            recv_bytes=4 * MOST_BYTES,  # what is too long is read before it is refused, so that the refusal arrives
            max_request_body_size=MOST_BYTES,
            max_request_header_size=MOST_BYTES,
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._server.run, name="telephony webhook", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hear nothing more."""
        server = self._server
        server.trigger.pull_trigger(lambda: server.asyncore.close_all(server._map, ignore_all=True))  # in its own thread
        self._thread.join(2)
        server.task_dispatcher.shutdown()

    def _answer(self, environ: Mapping[str, Any], start: Callable[[str, list[tuple[str, str]]], Any]) -> Iterable[bytes]:
        status, words = self._outcome(environ)
        body = b"{}" if not words else b'{"error":"%s"}' % words.encode()
        start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
        return [body]

    def _outcome(self, environ: Mapping[str, Any]) -> tuple[str, str]:
        host = environ.get("HTTP_HOST", HOST).rpartition(":")[0] or environ.get("HTTP_HOST", HOST)
        if environ.get("REMOTE_ADDR") != HOST or "HTTP_ORIGIN" in environ or host not in _LOCAL:
            return "403 Forbidden", "only telephone systems on this machine may tell calls"
        if not hmac.compare_digest(environ.get("PATH_INFO", "").encode("latin-1", "replace"), self._path.encode()):
            return "404 Not Found", "there is nothing here"
        if environ.get("REQUEST_METHOD") != "POST":
            return "405 Method Not Allowed", "post the event"
        try:
            event = event_of(_fields(environ), datetime.now(UTC), self._mine)
        except BadEvent as error:
            return "422 Unprocessable Content", str(error)
        if event is not None and not self._hear(event):
            return "503 Service Unavailable", "too many calls are told at once"
        return "200 OK", ""


def _fields(environ: Mapping[str, Any]) -> Fields:
    body = environ["wsgi.input"].read(MOST_BYTES + 1)
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().casefold()
    if kind == "application/json":
        return fields_of_json(body)
    if kind in ("", "application/x-www-form-urlencoded"):
        return fields_of_form(body.decode("utf-8", "replace"))
    raise BadEvent("the event must be a form or JSON")
