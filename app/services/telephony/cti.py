"""The public form in which Zammad's generic CTI is told of calls: newCall, answer and hangup, as form fields or JSON.

Source: https://docs.zammad.org/en/latest/api/generic-cti/index.html (event, from, to, direction, callId, user[], cause, answeringNumber).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from models.telephony import CallEvent

MOST_FIELDS = 50
LONGEST_FIELD = 200
"""Characters of a number or of a call's name."""
_KINDS: dict[str, Literal["ringing", "answered", "hung_up"]] = {"newcall": "ringing", "answer": "answered", "hangup": "hung_up"}

Fields = Mapping[str, list[str]]


class BadEvent(Exception):
    """What was told can't be read; the text says what is wrong, and repeats nothing of it."""


def fields_of_form(text: str) -> Fields:
    """The fields of a form or of a query. Raises BadEvent."""
    try:
        return {name.removesuffix("[]"): values for name, values in parse_qs(text, max_num_fields=MOST_FIELDS).items()}
    except ValueError:
        raise BadEvent("there are too many fields") from None


def fields_of_json(body: bytes) -> Fields:
    """The fields of one JSON object. Raises BadEvent."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise BadEvent("this is not JSON") from None
    if not isinstance(told, dict) or len(told) > MOST_FIELDS:
        raise BadEvent("this is not one JSON object of few fields")
    return {
        str(name).removesuffix("[]"): [str(each) for each in (value if isinstance(value, list) else [value])]
        for name, value in told.items()
    }


def event_of(fields: Fields, at: datetime, mine: frozenset[str] = frozenset()) -> CallEvent | None:
    """The event; None where it is of somebody else's call. ``mine``: extension and name of whoever works here; empty: every call is.

    Raises BadEvent.
    """
    kind = _KINDS.get(_one(fields, "event").casefold())
    if kind is None:
        raise BadEvent("event must be newCall, answer or hangup")
    call = _one(fields, "callId")
    if not call:
        raise BadEvent("callId is missing")
    direction: Literal["in", "out"] = "out" if _one(fields, "direction").casefold() == "out" else "in"
    theirs, ours = ("to", "from") if direction == "out" else ("from", "to")
    concerned = {*fields.get("user", ()), *fields.get(ours, ()), *fields.get("answeringNumber", ())}
    # A hang-up names nobody: who does not know the call ignores it.
    if mine and kind != "hung_up" and not {each.strip().casefold() for each in concerned} & {each.casefold() for each in mine}:
        return None
    return CallEvent(kind, call, at, _one(fields, theirs), direction)


def event_of_link(link: str, at: datetime) -> CallEvent:
    """``civicdesk://call?from=+13125550142``: the call is on the line, unless ``event`` says otherwise. Raises BadEvent."""
    parts = urlsplit(link) if len(link) <= 2000 and link.isprintable() else urlsplit("")
    if parts.scheme != "civicdesk" or (parts.netloc or parts.path.strip("/")) != "call":
        raise BadEvent("a link must look like civicdesk://call?from=+13125550142")
    fields = {"event": ["answer"]} | dict(fields_of_form(parts.query))
    if not fields.get("from"):
        raise BadEvent("the link says no number: civicdesk://call?from=+13125550142")
    fields.setdefault("callId", [f"link {fields['from'][0]}"])
    event = event_of(fields, at)
    assert event is not None
    return event


def _one(fields: Fields, name: str) -> str:
    values = fields.get(name) or [""]
    return values[0].strip()[:LONGEST_FIELD]
