"""A server that speaks Asterisk's manager interface: it signs in by challenge, and plays what a real Asterisk 22 said."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
from pathlib import Path

RECORDED = Path("/work/shared/data/ami-session-asterisk.txt")
"""A session of a real Asterisk: one call through a queue to extension 101, to its hang-up. Not everywhere there."""

CALLED = """Event: DialBegin
Channel: PJSIP/trunk-0000000a
CallerIDNum: {number}
Exten: 14010
Uniqueid: {call}.0
DestChannel: PJSIP/{extension}-0000000b
DestUniqueid: {call}.1
DialString: {extension}

"""
ANSWERED = """Event: DialEnd
DestUniqueid: {call}.1
DialStatus: ANSWER

"""
ENDED = """Event: Hangup
Channel: PJSIP/{extension}-0000000b
Uniqueid: {call}.1
Cause: 16

"""


class FakeAsterisk:
    """One connection at a time, in a thread. ``say`` sends to whoever is signed in; ``channels`` are told when they are asked for."""

    def __init__(self, secret: str = "right") -> None:
        self.secret = secret
        self.channels: list[str] = []
        self.signed_in = threading.Event()
        self.sign_ins: list[bool] = []
        self.pings = 0
        self.silent = False
        self._socket: socket.socket | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def say(self, text: str, chunk: int = 7) -> None:
        """In pieces of ``chunk`` bytes, as a network may bring them."""
        assert self._socket is not None
        data = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        for start in range(0, len(data), chunk):
            self._socket.sendall(data[start : start + chunk])

    def hang_up_on_us(self) -> None:
        """The connection is lost."""
        self.signed_in.clear()
        assert self._socket is not None
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what waits in accept wakes up
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._socket is not None:
            self._socket.close()
        self._thread.join(2)

    def _serve(self) -> None:
        while True:
            try:
                self._socket, _ = self._listener.accept()
            except OSError:
                return
            with self._socket as connection:
                try:
                    self._talk(connection)
                except OSError:
                    self.signed_in.clear()

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(b"Asterisk Call Manager/13.0.0\r\n")
        rest = b""
        while data := connection.recv(4096):
            *packets, rest = (rest + data).split(b"\r\n\r\n")
            for raw in packets:
                asked = dict(line.split(": ", 1) for line in raw.decode().split("\r\n"))
                if not self.silent:
                    connection.sendall(self._answer(asked).replace("\n", "\r\n").encode())
                if self.sign_ins and self.sign_ins[-1] and asked["Action"] == "Login":
                    self.signed_in.set()

    def _answer(self, asked: dict[str, str]) -> str:
        name, action = asked["ActionID"], asked["Action"]
        if action == "Challenge":
            return f"Response: Success\nActionID: {name}\nChallenge: 4711\n\n"
        if action == "Login":
            right = asked["Key"] == hashlib.md5(f"4711{self.secret}".encode()).hexdigest()
            self.sign_ins.append(right)
            words = "Response: Success" if right else "Response: Error"
            return f"{words}\nActionID: {name}\nMessage: told\n\n" + ("Event: FullyBooted\nStatus: Fully Booted\n\n" if right else "")
        if action == "Ping":
            self.pings += 1
            return f"Response: Success\nPing: Pong\nActionID: {name}\n\n"
        listed = "".join(f"Event: CoreShowChannel\nActionID: {name}\nUniqueid: {each}\n\n" for each in self.channels)
        return f"Response: Success\nActionID: {name}\nEventList: start\n\n{listed}Event: CoreShowChannelsComplete\nActionID: {name}\n\n"
