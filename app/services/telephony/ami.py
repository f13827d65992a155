"""Asterisk's manager interface: packets of lines are read, and those of one extension's calls become events.

Source: https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/ (packets of ``Key: Value`` lines, ended by an
empty one; DialBegin, DialEnd, BridgeEnter, Hangup with Uniqueid, and the same with Dest for the side that is called).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from models.telephony import CallEvent

Packet = dict[str, str]

LONGEST_LINE = 8192
MOST_LINES = 500
"""Of one packet: what is longer is no manager interface."""
MOST_LEGS = 500
"""Calls of the extension that are followed at a time."""
_CHANNEL = re.compile(r"[^/]+/(?P<name>[^@;]+?)(?:@[^;]*?)?-[0-9a-f]+(?:;\d)?")


class NoManager(Exception):
    """What was read is not of a manager interface."""


class Packets:
    """Bytes, as they come, into packets. A key that comes twice keeps its last value."""

    def __init__(self) -> None:
        self._rest = b""
        self._packet: Packet = {}
        self._lines = 0

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now. Raises NoManager."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise NoManager("a line is too long")
        for raw in lines:
            line = raw.rstrip(b"\r").decode("utf-8", "replace")
            if not line:
                packet, self._packet, self._lines = self._packet, {}, 0
                if packet:
                    yield packet
                continue
            self._lines += 1
            if self._lines > MOST_LINES or len(line) > LONGEST_LINE:
                raise NoManager("a packet is too long")
            key, colon, value = line.partition(":")
            if colon:  # the greeting has none
                self._packet[key.strip()] = value.strip()


class ExtensionCalls:
    """Follows the calls of one extension; without one, every call that is dialled by another."""

    def __init__(self, extension: str = "") -> None:
        self._extension = extension
        self._legs: dict[str, Literal["ringing", "answered"]] = {}

    @property
    def open(self) -> frozenset[str]:
        """The calls that have not ended, by the Uniqueid of their leg."""
        return frozenset(self._legs)

    def hear(self, packet: Packet, at: datetime) -> CallEvent | None:
        """What the packet says of the extension's calls, if anything."""
        event = packet.get("Event")
        if event == "DialBegin":
            return self._dialled(packet, at)
        if event == "DialEnd":
            leg = packet.get("DestUniqueid", "")
            return self._answered(leg, at) if packet.get("DialStatus") == "ANSWER" else self._ended(leg, at)
        if event == "BridgeEnter":
            return self._answered(packet.get("Uniqueid", ""), at)
        if event == "Hangup":
            return self._ended(packet.get("Uniqueid", ""), at)
        return None

    def still(self, legs: Iterable[str], at: datetime) -> list[CallEvent]:
        """These legs are there, as a list of all channels says after a connection was lost: the others have ended."""
        known = set(legs)
        return [event for leg in list(self._legs) if leg not in known and (event := self._ended(leg, at)) is not None]

    def _dialled(self, packet: Packet, at: datetime) -> CallEvent | None:
        leg, caller, called = packet.get("DestUniqueid", ""), _name(packet.get("Channel", "")), _name(packet.get("DestChannel", ""))
        if not leg or not caller or leg in self._legs or len(self._legs) >= MOST_LEGS:
            return None
        if self._extension and self._extension not in (caller, called):
            return None
        self._legs[leg] = "ringing"
        if self._extension and self._extension == caller:
            return CallEvent("ringing", leg, at, packet.get("Exten", "") or packet.get("DialString", ""), "out")
        return CallEvent("ringing", leg, at, packet.get("CallerIDNum", ""))

    def _answered(self, leg: str, at: datetime) -> CallEvent | None:
        if self._legs.get(leg) != "ringing":
            return None
        self._legs[leg] = "answered"
        return CallEvent("answered", leg, at)

    def _ended(self, leg: str, at: datetime) -> CallEvent | None:
        return CallEvent("hung_up", leg, at) if self._legs.pop(leg, None) is not None else None


def _name(channel: str) -> str:
    """The device of a channel: ``101`` of ``PJSIP/101-0000000a`` and of ``Local/101@agents-00000001;1``."""
    found = _CHANNEL.fullmatch(channel)
    return found["name"] if found is not None else ""
