"""The connection to an Asterisk manager interface: signs in, listens, and comes back by itself when it was lost.

Beyond this machine it is spoken by TLS only. The secret is never sent in the clear: what is sent is an MD5 over the server's challenge,
as the interface defines it.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import random
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from adapters.contract import DepartmentError
from adapters.tls import Tls, make_context
from app.services.credentials import KeyringUnavailable
from app.services.telephony.ami import ExtensionCalls, NoManager, Packet, Packets
from models.telephony import CallEvent

log = logging.getLogger(__name__)

CONNECT_TAKES = 5.0
QUIET = 20.0
"""Seconds without a word after which the other side is asked whether it is still there, and given up after as many more."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries at most: 1, 2, 4 ... with up to a quarter by chance, so that not all desks come at once."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SignInRefused(Exception):
    """The interface does not take the name or the secret."""


class Manager:
    """``hear(event)`` and ``told(words)`` are called in its own thread; ``words`` say what hinders, empty when all is well again."""

    def __init__(
        self,
        address: str,
        user: str,
        secret: Callable[[], str | None],
        extension: str,
        hear: Callable[[CallEvent], object],
        told: Callable[[str], object],
        *,
        pause: float = 1.0,
        quiet: float = QUIET,
    ) -> None:
        """``address`` is ``host:port``; ``secret`` may block; ``pause`` seconds are waited before the second try."""
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._user = user
        self._secret = secret
        self._hear = hear
        self._told = told
        self._pause = pause
        self._quiet = quiet
        self._calls = ExtensionCalls(extension)
        self._socket: socket.socket | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asterisk manager", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Hear nothing more."""
        self._ended.set()
        if (connection := self._socket) is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(CONNECT_TAKES)

    def _run(self) -> None:
        failures, hindered = 0, ""
        while not self._ended.is_set():
            words = "The telephone system can't be reached: calls are not announced until it is back."
            try:
                with self._connected() as connection:
                    self._socket = connection
                    self._signed_in(connection)
                    failures, hindered = 0, self._say("", hindered)
                    self._listen(connection)
            except SignInRefused:
                words = "The telephone system refuses our sign-in: an administrator must renew it. Calls are not announced."
            except (KeyringUnavailable, DepartmentError) as error:
                words = f"Calls are not announced: {error}"
            except (OSError, NoManager, UnicodeError):
                pass
            except Exception:  # ours: it must not end the telephone for the day
                log.exception("the telephone system was not understood")
            finally:
                self._socket = None
            if self._ended.is_set():
                return
            hindered = self._say(words, hindered)
            wait = min(self._pause * 2.0**failures, LONGEST_PAUSE)
            failures += 1
            self._ended.wait(wait * (1 + random.random() / 4))  # noqa: S311 - chance, not secrecy

    def _say(self, words: str, before: str) -> str:
        """Once when something hinders, once when it is over."""
        if words != before:
            self._told(words)
        return words

    def _connected(self) -> socket.socket:
        connection = socket.create_connection((self._host, self._port), timeout=CONNECT_TAKES)
        if self._host in _LOOPBACK:
            return connection
        return make_context(Tls(), lambda name: None).wrap_socket(connection, server_hostname=self._host)

    def _signed_in(self, connection: socket.socket) -> None:
        """Raises SignInRefused."""
        self._packets = Packets()
        self._waiting: list[Packet] = []
        challenge = self._ask(connection, {"Action": "Challenge", "AuthType": "MD5", "ActionID": "challenge"})
        secret = self._secret()
        if secret is None or "Challenge" not in challenge:
            raise SignInRefused
        key = hashlib.md5(f"{challenge['Challenge']}{secret}".encode(), usedforsecurity=False).hexdigest()
        answer = self._ask(
            connection, {"Action": "Login", "AuthType": "MD5", "Username": self._user, "Key": key, "Events": "call", "ActionID": "login"}
        )
        if answer.get("Response") != "Success":
            raise SignInRefused

    def _ask(self, connection: socket.socket, action: Packet) -> Packet:
        """The response to an action; events that come before it are kept."""
        _send(connection, action)
        while True:
            for packet in self._read(connection):
                if packet.get("ActionID") == action["ActionID"] and "Response" in packet:
                    return packet
                self._waiting.append(packet)

    def _read(self, connection: socket.socket) -> list[Packet]:
        data = connection.recv(65_536)
        if not data:
            raise ConnectionError
        return list(self._packets.feed(data))

    def _listen(self, connection: socket.socket) -> None:
        """Until the connection is lost."""
        connection.settimeout(self._quiet)
        if self._calls.open:
            _send(connection, {"Action": "CoreShowChannels", "ActionID": "channels"})
        channels: set[str] = set()
        waiting, self._waiting = self._waiting, []
        for packet in waiting:
            self._take(packet, channels)
        asked = False
        while True:
            try:
                packets = self._read(connection)
            except TimeoutError:
                if asked:
                    raise
                _send(connection, {"Action": "Ping", "ActionID": "ping"})
                asked = True
                continue
            asked = False
            for packet in packets:
                self._take(packet, channels)

    def _take(self, packet: Packet, channels: set[str]) -> None:
        now = datetime.now(UTC)
        if packet.get("Event") == "CoreShowChannel":
            channels.add(packet.get("Uniqueid", ""))
        elif packet.get("Event") == "CoreShowChannelsComplete":
            for ended in self._calls.still(channels, now):
                self._hear(ended)
        elif (event := self._calls.hear(packet, now)) is not None:
            self._hear(event)


def _send(connection: socket.socket, action: Packet) -> None:
    connection.sendall("".join(f"{key}: {value}\r\n" for key, value in action.items()).encode() + b"\r\n")
