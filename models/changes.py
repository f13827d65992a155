"""What is to be written: a change of one person's data or an action on a matter, and its delivery to each department it concerns.

A kind of change declares a form: ``address`` (which many departments take) as well as ``payment_plan`` (one department's own
action). A ``Change`` is one filled form; each department that it concerns has one ``Delivery``, with a key of its own under which
the department takes it once, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec

from models.people import Sensitivity, SubjectRef
from models.records import RecordRef, State
from models.verification import Level

FieldType = Literal["text", "lines", "date", "time", "address", "phone", "email", "number", "choice", "several", "yes_no", "told", "file"]
"""What departments are given: of a ``date`` 2026-12-01, of a ``time`` 15:30, of a ``phone`` E.164 where it can be, of a ``number``
1234.5, of ``yes_no`` yes or no, of a ``choice`` its value, of ``several`` choices a line each. ``told`` is text to read, with nothing to
fill in. ``lines`` is text of several lines. ``address`` fills the values street, number, unit, post_code, city and, whole, its own name.
``file`` is a file's path on this computer, whose content is sent as media."""
ADDRESS_PARTS = ("street", "number", "unit", "post_code", "city")
"""The values that an ``address`` field fills, beside the whole address under the field's own name. A form has one such field at most."""


class FieldChoice(msgspec.Struct, frozen=True):
    """One choice of a field: what the department is told, and what staff read."""

    value: str
    label: str


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to fill in. ``name`` is what templates call its value."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\Z", description='a name such as "move_date"')]
    label: Annotated[str, msgspec.Meta(min_length=1)]
    type: FieldType = "text"
    required: bool = True
    choices: tuple[FieldChoice, ...] = ()
    default: str = ""
    """A value to begin with; ``today`` is this day's date."""
    help: str = ""
    longest: Annotated[int, msgspec.Meta(ge=1)] = 4000
    """Letters that the department takes."""
    sensitivity: Sensitivity = "open"
    """What kind of value it is: one that a department has now is shown only to whom such values are open."""


class ChangeKind(msgspec.Struct, frozen=True, kw_only=True):
    """A declared kind of change. The fields stand in the order of the dialog."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*\Z", description='a name such as "address"')]
    title: Annotated[str, msgspec.Meta(min_length=1)]
    short: str = ""
    """What its button says, where the title is long for one."""
    fields: tuple[FormField, ...] = ()
    level: Level = "verified"
    """From which level of verification on it may be made."""
    roles: tuple[str, ...] = ()
    """Those who may make it; none: all who may ask a department that takes it."""
    reasons: tuple[str, ...] = ()
    """Reasons of a call for which it is offered first."""


class Offer(msgspec.Struct, frozen=True):
    """Something that can be done now: a kind of change, of many departments or of one; on a matter where ``records`` names its kinds."""

    kind: ChangeKind
    departments: tuple[str, ...]
    records: tuple[str, ...] = ()
    """Kinds of records on which it is offered; none: on the person."""
    states: tuple[State, ...] = ()
    """States of such a record for which it is offered; none: all."""
    anonymous: bool = False
    """It needs no person: it is offered with nobody opened, too."""


class Writing(msgspec.Struct, frozen=True):
    """One department's part of a change, as its adapter is given it.

    ``before`` and ``version`` are what the department had when staff decided; an adapter overwrites no other version.
    """

    kind: str
    key: str
    """The idempotency key: the same for every attempt of one delivery, and of no other."""
    values: dict[str, str]
    """By field name; an empty text means that there is none (any more)."""
    subject: SubjectRef | None = None
    record: RecordRef | None = None
    before: dict[str, str] = {}
    version: str = ""
    media: bytes = b""
    """The content of a ``file`` field."""
    pending: str = ""
    """The token of a receipt (``Receipt.pending``) whose reference is asked for now, by ``settled``."""


class Current(msgspec.Struct, frozen=True):
    """What a department has now, by field name, as far as it keeps the field; ``version`` is what it calls this state."""

    values: dict[str, str]
    version: str = ""


class Receipt(msgspec.Struct, frozen=True):
    """A department took a change. ``reference`` is its number for it; ``link`` where the caller can follow it."""

    reference: str = ""
    note: str = ""
    """More that the department said, in its own words: shown as plain text."""
    link: str = ""
    pending: str = ""
    """A token for which the department tells the reference later (Open311)."""


DeliveryState = Literal["waiting", "sending", "unknown", "done", "conflict", "refused", "person", "undone"]
"""``waiting``: kept, to be sent (again) at ``next_try``. ``sending``: claimed by a worker that is asking the department now. ``unknown``:
sent, and it is not known whether it was taken. ``done``: taken, with its receipt. ``conflict``: the department's data changed
meanwhile. ``refused``: not taken, and sending it again would not help. ``person``: a person has to decide or do it (a work item says
what). ``undone``: taken back."""
DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
SETTLED: tuple[DeliveryState, ...] = ("done", "refused", "person", "undone")
"""States that change no more by themselves."""

Hinder = Literal["", "proof", "not permitted", "level", "locked", "no answer", "not found", "same"]
"""Why a department does not simply take a change: it wants a proof (then a caseworker gets a task), the role or the purpose may not
write there, the caller must be verified first, the matter is locked there, the department does not answer (it is kept and sent
later), nothing is known there of this person, or it has these values already."""


class Proposal(msgspec.Struct, frozen=True):
    """What a change would do in one department, before it is made."""

    department: str
    subject: SubjectRef | None = None
    record: RecordRef | None = None
    current: Current | None = None
    """None: not read (yet), or not to be seen; ``hinder`` says why."""
    reading: bool = False
    hinder: Hinder = ""
    detail: str = ""
    """More about the hindrance: which proof, which level."""
    chosen: bool = True


class Delivery(msgspec.Struct, frozen=True):
    """One department's part of a change, and how far it is."""

    id: int
    change: int
    department: str
    key: str
    state: DeliveryState
    since: datetime
    """When it came into this state (UTC)."""
    subject: SubjectRef | None = None
    record: RecordRef | None = None
    before: Current | None = None
    attempts: int = 0
    next_try: datetime | None = None
    fault: str = ""
    """Why it is not done: a key of models.outcomes.FAULT_WORDS, or a Hinder."""
    detail: str = ""
    receipt: Receipt | None = None
    theirs: Current | None = None
    """What the department has instead (``conflict``)."""
    task: int | None = None
    """The work item of a person who has to do something."""
    can_undo: bool = False
    undoing: bool = False
    """It was made, and is being taken back."""


class Change(msgspec.Struct, frozen=True):
    """One filled form, with its deliveries in the order of the departments' titles."""

    id: int
    kind: str
    title: str
    values: dict[str, str]
    made: datetime
    made_by: str
    role: str
    purpose: str
    caller_name: str = ""
    call: str = ""
    """The open call in which it was made; it belongs to that contact."""
    deliveries: tuple[Delivery, ...] = ()


def has_already(current: Current, values: Mapping[str, str]) -> bool:
    """Whether a department has what a change would give it, in all those of its fields that it keeps; spaces don't count."""
    kept = current.values.keys() & values.keys()
    return bool(kept) and all(current.values[name].split() == values[name].split() for name in kept)
