"""Wrapping up: what was done in a call, and the note drafted from it, the same each time for the same call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.services.blanks import Wording
from models.changes import ADDRESS_PARTS, Change, ChangeKind, Delivery, DeliveryState
from models.contacts import Inquiry
from models.summary import Done, DoneState
from models.verification import Verification

_STATES: dict[DeliveryState, DoneState] = {
    "waiting": "waiting",
    "sending": "waiting",
    "unknown": "waiting",
    "done": "done",
    "conflict": "person",
    "person": "person",
    "refused": "refused",
}
"""What is undone was not done."""
_WORDS: dict[DoneState, str] = {
    "done": "done",
    "waiting": "waiting",
    "person": "with a colleague",
    "refused": "refused",
    "resolved": "resolved",
    "handed_over": "handed over",
    "call_back": "call back",
    "": "",
}
_LONGEST = 80
"""Letters of a value that a note repeats."""


def done_in(changes: Iterable[Change], kinds: Mapping[str, ChangeKind], titles: Mapping[str, str], wording: Wording) -> tuple[Done, ...]:
    """What was changed, department by department. ``titles`` are departments' by id, ``kinds`` the declared ones by id."""
    found = []
    for change in changes:
        agreed = _agreed(change, kinds.get(change.kind), wording)
        for each in change.deliveries:
            if each.state in _STATES:
                found.append(_delivered(change, each, titles.get(each.department, each.department), agreed))
    return tuple(found)


def talked_about(inquiries: Iterable[Inquiry], titles: Mapping[str, str]) -> tuple[Done, ...]:
    """The inquiries, with how each ended."""
    return tuple(Done(each.subject, titles.get(each.department, ""), each.outcome) for each in inquiries if each.subject)


def draft(
    inquiries: Sequence[Done], verification: Verification, done: Sequence[Done], said: Sequence[str], sent: Sequence[str] = ()
) -> str:
    """The note: what was asked, how it was made sure who called, what was done, told and sent."""
    lines = ["; ".join(_told(each) for each in inquiries)]
    if met := verification.met():
        lines.append(f"Verified by {', '.join(met)}")
    if verification.mandate is not None:
        lines.append(f"Called for them: {verification.mandate.name}, {verification.mandate.ground}")
    whats = dict.fromkeys((each.what, each.detail) for each in done)
    for what, detail in whats:
        parts = [each for each in done if (each.what, each.detail) == (what, detail)]
        lines.append(": ".join(filter(None, (what, detail, _by_state(parts)))))
    if said:
        lines.append(f"Told: {'; '.join(said)}")
    if sent:
        lines.append(f"Summary sent by {', '.join(sent)}")
    return "\n".join(f"{line}." for line in lines if line)


def merged(note: str, before: str, drafted: str) -> str:
    """The note with the draft in it. What the agent typed stays as it is: an older draft that stands there unchanged is replaced."""
    if drafted and drafted in note:
        return note
    if before and before in note:
        return note.replace(before, drafted, 1)
    return f"{note.rstrip()}\n{drafted}" if note.strip() else drafted


def _told(inquiry: Done) -> str:
    return ": ".join(filter(None, (inquiry.what, _WORDS[inquiry.state])))


def _by_state(parts: Iterable[Done]) -> str:
    """``Revenue (A-12) and Permits done; Courts waiting``."""
    by_state: dict[DoneState, list[str]] = {}
    for each in parts:
        by_state.setdefault(each.state, []).append(f"{each.department} ({each.reference})" if each.reference else each.department)
    return "; ".join(f"{', '.join(names)} {_WORDS[state]}" for state, names in by_state.items())


def _delivered(change: Change, delivery: Delivery, title: str, agreed: str) -> Done:
    receipt = delivery.receipt
    reference, link = (receipt.reference, receipt.link) if receipt is not None else ("", "")
    return Done(change.title, title, _STATES[delivery.state], reference, link, agreed)


def _agreed(change: Change, kind: ChangeKind | None, wording: Wording) -> str:
    """The values that may stand in a note: those of the form's open fields, as staff read them."""
    told = []
    for field in kind.fields if kind is not None else ():
        value = change.values.get(field.name, "").strip()
        if not value or field.sensitivity != "open" or field.type in ("file", "lines") or field.name in ADDRESS_PARTS:
            continue
        if field.type == "date":
            value = _day(value, wording)
        elif field.type == "choice":
            value = next((each.label for each in field.choices if each.value == value), value)
        told.append(f"{field.label.lower()} {value}" if field.type in ("date", "time", "yes_no", "number") else value)
    text = ", ".join(told)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _day(text: str, wording: Wording) -> str:
    try:
        return wording.day(date.fromisoformat(text))
    except ValueError:
        return text
