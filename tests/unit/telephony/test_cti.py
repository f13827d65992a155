"""What telephone systems and links say of a call is read, or refused with a word that repeats nothing of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.telephony.cti import BadEvent, event_of, event_of_link, fields_of_form, fields_of_json
from app.services.telephony.numbers import holders, readable
from models.people import Caller
from models.telephony import CallEvent

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
RING = "event=newCall&from=%2B13125550142&to=14010&direction=in&callId=c-1&user[]=101&user[]=102"


def test_the_public_form_as_fields_and_as_json() -> None:
    expected = CallEvent("ringing", "c-1", AT, "+13125550142")
    assert event_of(fields_of_form(RING), AT) == expected
    told = b'{"event": "newCall", "from": "+13125550142", "to": 14010, "direction": "in", "callId": "c-1", "user": ["101"]}'
    assert event_of(fields_of_json(told), AT) == expected
    out = fields_of_form("event=answer&from=101&to=3125550199&direction=out&callId=c-2&answeringNumber=3125550199")
    assert event_of(out, AT) == CallEvent("answered", "c-2", AT, "3125550199", "out")
    assert event_of(fields_of_form("event=hangup&callId=c-2&cause=busy"), AT) == CallEvent("hung_up", "c-2", AT)


@pytest.mark.parametrize(
    ("told", "mine"),
    [
        (RING, True),
        (RING.replace("user[]=101&", ""), False),
        ("event=newCall&from=1&to=101&callId=1", True),
        ("event=newCall&from=101&to=1&callId=1&direction=out", True),
        ("event=newCall&from=101&to=1&callId=1", False),
        ("event=answer&from=1&to=14010&callId=1&answeringNumber=101", True),
        ("event=newCall&from=1&to=14010&callId=1&user=AReyes", True),
        ("event=hangup&callId=1", True),
    ],
)
def test_a_desk_hears_of_its_own_calls(told: str, mine: bool) -> None:
    assert (event_of(fields_of_form(told), AT, frozenset({"101", "areyes"})) is not None) == mine


@pytest.mark.parametrize(
    ("told", "words"),
    [("", "event must be"), ("event=explode&callId=1", "event must be"), ("event=newCall&from=1", "callId is missing")],
)
def test_what_is_missing_is_said(told: str, words: str) -> None:
    with pytest.raises(BadEvent, match=words):
        event_of(fields_of_form(told), AT)


@given(st.binary(max_size=400))
def test_no_body_is_worse_than_refused(body: bytes) -> None:
    for read in (fields_of_json, lambda each: fields_of_form(each.decode("utf-8", "replace"))):
        with suppress(BadEvent):
            event = event_of(read(body), AT)
            assert event is None or event.call


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[1]", b"{", b"\xff", b'{"callId": {"a": 1}}', b"9" * 6000])
def test_json_that_is_none(body: bytes) -> None:
    with pytest.raises(BadEvent):
        event_of(fields_of_json(body), AT)


def test_links_are_read_and_others_refused() -> None:
    link = event_of_link("civicdesk://call?from=%2B1%20312%20555-0142", AT)
    assert (link.kind, link.number, link.direction) == ("answered", "+1 312 555-0142", "in")
    assert event_of_link("civicdesk://call?from=1&callId=7&event=hangup", AT) == CallEvent("hung_up", "7", AT, "1")
    wrong = [
        "",
        "https://call?from=1",
        "civicdesk://call",
        "civicdesk://delete?from=1",
        "civicdesk://call?from=" + "1" * 3000,
        "civicdesk://call?from=1\n2",
    ]
    for each in wrong:
        with pytest.raises(BadEvent):
            event_of_link(each, AT)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("+13125550142", "(312) 555-0142"),
        ("3125550142", "(312) 555-0142"),
        ("sip:+13125550142@pbx.springvale.example;user=phone", "(312) 555-0142"),
        ("+31 6 12345678", "+31 6 12345678"),
        ("101", "101"),
        ("<unknown>", ""),
        ("Anonymous", ""),
        ("sip:anonymous@anonymous.invalid", ""),
        ("", ""),
        ("<b>1</b>" * 50, "1" * 40),
    ],
)
def test_numbers_are_written_as_staff_write_them(told: str, shown: str) -> None:
    assert readable(told, "US") == shown


def test_who_has_a_number_is_known_however_it_is_written() -> None:
    def caller(*phones: str) -> Caller:
        return Caller("k", "X", None, (), phones, (), "single", (), ())

    ann, bo, cy = caller("+1 312-555-0111"), caller("773 555 0100", "3125550111"), caller("0111")
    assert holders((ann, bo, cy), "(312) 555-0111") == (ann, bo)
    assert holders((ann, bo, cy), "0111") == ()
