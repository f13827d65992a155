"""Asterisk's packets are read however they come, and those of one extension's calls become events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.telephony.ami import LONGEST_LINE, ExtensionCalls, NoManager, Packet, Packets
from models.telephony import CallEvent
from tests.fakes.asterisk import ANSWERED, CALLED, ENDED, RECORDED

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def read(text: str) -> list[Packet]:
    return list(Packets().feed(text.replace("\n", "\r\n").encode()))


def told(text: str, extension: str = "101") -> list[CallEvent]:
    calls = ExtensionCalls(extension)
    return [event for packet in read(text) if (event := calls.hear(packet, AT)) is not None]


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded session is not here")
@pytest.mark.parametrize("chunk", [1, 13, 100_000])
def test_a_recorded_session_is_read_to_the_end(chunk: int) -> None:
    data, packets, found = RECORDED.read_bytes(), Packets(), []
    for start in range(0, len(data), chunk):
        found += packets.feed(data[start : start + chunk])
    assert sum("Event" in packet for packet in found) == data.count(b"\nEvent: ")
    assert sum("Response" in packet for packet in found) == data.count(b"\nResponse: ")
    calls = ExtensionCalls("101")
    events = [event for packet in found if (event := calls.hear(packet, AT)) is not None]
    assert [(event.kind, event.number) for event in events] == [("ringing", "0612345678"), ("answered", ""), ("hung_up", "")]
    assert len({event.call for event in events}) == 1
    assert calls.open == frozenset()
    others = ExtensionCalls("102")
    assert not any(others.hear(packet, AT) for packet in found)


def test_a_call_from_ring_to_hang_up() -> None:
    call = {"call": "17", "number": "3125550142", "extension": "101"}
    assert told((CALLED + ANSWERED + ANSWERED + ENDED + ENDED).format(**call)) == [
        CallEvent("ringing", "17.1", AT, "3125550142"),
        CallEvent("answered", "17.1", AT),
        CallEvent("hung_up", "17.1", AT),
    ]
    assert told((CALLED + ANSWERED).format(**call), "10") == []
    assert len(told(CALLED.format(**call), "")) == 1, "without an extension every call is heard"


def test_one_that_another_takes_is_over_here() -> None:
    text = (CALLED + ANSWERED.replace("ANSWER", "CANCEL")).format(call="17", number="1", extension="101")
    assert [event.kind for event in told(text)] == ["ringing", "hung_up"]


def test_a_call_that_goes_out_tells_whom_it_reaches() -> None:
    text = """Event: DialBegin
Channel: PJSIP/101-0000000a
Exten: 93125550199
DestChannel: PJSIP/trunk-0000000b
DestUniqueid: 9.1
DialString: 93125550199@trunk

"""
    assert told(text) == [CallEvent("ringing", "9.1", AT, "93125550199", "out")]


def test_what_ended_while_nobody_listened_is_known_from_the_channels() -> None:
    calls = ExtensionCalls("101")
    for number in ("1", "2"):
        for packet in read(CALLED.format(call=number, number="5", extension="101")):
            calls.hear(packet, AT)
    assert calls.still(["2.1", "x"], AT) == [CallEvent("hung_up", "1.1", AT)]
    assert calls.open == {"2.1"}


@pytest.mark.parametrize("data", [b"x" * (LONGEST_LINE + 1), b"a: b\n" * 2000, b"a: " + b"x" * (LONGEST_LINE + 1) + b"\n"])
def test_what_never_ends_is_given_up(data: bytes) -> None:
    with pytest.raises(NoManager):
        list(Packets().feed(data))


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_are_read_alike_in_one_piece_and_in_many(pieces: list[bytes]) -> None:
    whole, parts = Packets(), Packets()
    assert list(whole.feed(b"".join(pieces))) == [packet for piece in pieces for packet in parts.feed(piece)]
