"""The demo city's mail server: takes what the desk sends, on 127.0.0.1 only, and lays it down as a file; nothing goes any further.

It speaks as much of SMTP (RFC 5321) as one message needs. An address that begins with ``refused`` is refused, for whoever wants
to see that.
"""

from __future__ import annotations

import socketserver
import threading
from pathlib import Path

_MOST = 1_000_000
"""Bytes of a message."""
_LINE = 2_000


class DemoMail:
    """Runs from its making until ``close``. Messages lie in ``folder``, which is made with the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept = 0
        mail = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 30

            def handle(self) -> None:
                mail._talk(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever hangs up in mid-sentence is no error."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="mail", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, line: socketserver.StreamRequestHandler) -> None:
        def say(text: str) -> None:
            line.wfile.write(f"{text}\r\n".encode())

        say("220 springvale.example")
        while (heard := line.rfile.readline(_LINE)).strip():
            words = heard.decode("utf-8", "replace").strip()
            command = words[:4].upper()
            if command == "EHLO":
                say("250-springvale.example\r\n250-SMTPUTF8\r\n250 8BITMIME")
            elif command == "RCPT" and "<refused" in words.lower():
                say("550 5.1.1 No mailbox of this name")
            elif command == "DATA":
                say("354 Go on")
                say("250 2.0.0 Kept" if self._keep(line) else "552 5.3.4 Too long")
            elif command == "QUIT":
                say("221 Goodbye")
                return
            else:
                say("250 OK")

    def _keep(self, line: socketserver.StreamRequestHandler) -> bool:
        """Reads a message up to the line with a single dot, and lays it down."""
        parts: list[bytes] = []
        size = 0
        while (heard := line.rfile.readline(_LINE)) not in (b".\r\n", b""):
            size += len(heard)
            if size <= _MOST:
                parts.append(heard.removeprefix(b".") if heard.startswith(b"..") else heard)
        if size > _MOST:
            return False
        with self._lock:
            self._kept += 1
            self._folder.mkdir(exist_ok=True)
            (self._folder / f"{self._kept:04}.eml").write_bytes(b"".join(parts))
        return True
