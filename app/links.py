"""``civicdesk:`` links: handed to the desk that runs, which only its own user can reach; and registered with the desktop."""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_runtime_path
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.services.telephony.cti import BadEvent, event_of_link
from models.telephony import CallEvent

log = logging.getLogger(__name__)

LONGEST = 4096
"""Bytes of a link."""
TAKES_MS = 3000
_LONGEST_PATH = 100
"""Bytes of a socket's path; the systems take 103 to 107."""
SCHEME = "x-scheme-handler/civicdesk"
DESKTOP_FILE = """[Desktop Entry]
Type=Application
Name=CivicDesk
Exec={command} open %u
MimeType={scheme};
NoDisplay=true
Terminal=false
"""


def place(store_folder: Path) -> str:
    """Where the desk of a site listens: in the store's folder, which only its user can enter, or a name known to that user's desks."""
    path = store_folder / "desk.socket"
    if sys.platform != "win32" and len(str(path).encode()) <= _LONGEST_PATH:
        return str(path)
    name = f"civicdesk-{hashlib.sha256(str(store_folder).encode()).hexdigest()[:24]}"
    if sys.platform == "win32":
        return name
    folder = user_runtime_path("civicdesk", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder / name)


class Listening(QObject):
    """Hears links while the desk runs; ``hear(event)`` is called for each that can be read."""

    def __init__(self, where: str, hear: Callable[[CallEvent], None]) -> None:
        super().__init__()
        self._hear = hear
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(5)
        self._server.newConnection.connect(self._connected)
        if not self._server.listen(where):
            if _answers(where):
                return  # another desk of this site hears them
            QLocalServer.removeServer(where)  # one that was killed left it
            if not self._server.listen(where):
                log.warning("links can't be heard: %s", self._server.serverError().name)

    def close(self) -> None:
        """Hear no more of them."""
        self._server.close()

    def _connected(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(LONGEST)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= LONGEST:
                socket.abort()
            return
        link = bytes(socket.readLine().data()).decode("utf-8", "replace").strip()
        try:
            self._hear(event_of_link(link, datetime.now(UTC)))
            socket.write(b"heard\n")
        except BadEvent as error:
            socket.write(f"{error}\n".encode())
        socket.flush()
        socket.disconnectFromServer()


def hand_over(where: str, link: str) -> str | None:
    """Give a link to the desk that runs: what it answers, or None where none does."""
    socket = QLocalSocket()
    socket.connectToServer(where)
    if not socket.waitForConnected(TAKES_MS):
        return None
    socket.write(link.encode() + b"\n")
    socket.waitForBytesWritten(TAKES_MS)
    while not socket.canReadLine():
        if not socket.waitForReadyRead(TAKES_MS):
            return None
    return bytes(socket.readLine().data()).decode().strip()


def register(command: str, applications: Path) -> str:
    """Have the desktop of this user (freedesktop.org) open ``civicdesk:`` links with us; returns what was done, in words."""
    applications.mkdir(parents=True, exist_ok=True)
    file = applications / "civicdesk.desktop"
    file.write_text(DESKTOP_FILE.format(command=command, scheme=SCHEME), encoding="utf-8")
    tool = shutil.which("xdg-mime")
    if tool is None:
        return f"{file} was written. There is no xdg-mime here: make it the default of {SCHEME} in your desktop's settings."
    done = subprocess.run([tool, "default", file.name, SCHEME], capture_output=True, timeout=30, check=False)  # noqa: S603 - found by name
    return (
        f"{file} opens civicdesk: links now."
        if done.returncode == 0
        else f"{file} was written, but xdg-mime could not make it the default."
    )


def _answers(where: str) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(where)
    there = socket.waitForConnected(TAKES_MS)
    socket.abort()
    return there
