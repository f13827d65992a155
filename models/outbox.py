"""How deliveries lie in the outbox: as they are put in, as a worker takes them out, and what came of a try."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from models.changes import Change, Current, Delivery, DeliveryState, Receipt
from models.people import SubjectRef
from models.records import RecordRef

LONGEST_WAIT = 300.0
"""Seconds beyond which nothing is put off."""

Intent = Literal["apply", "undo"]
"""What is to be done in the department: the change, or taking it back."""


class Task(msgspec.Struct, frozen=True):
    """A work item that is put into a queue together with the state that needs it."""

    queue: str
    title: str
    detail: str


class NewDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as it is put in. One that is not ``waiting`` is never sent."""

    department: str
    key: str
    subject: SubjectRef | None = None
    record: RecordRef | None = None
    before: Current | None = None
    state: DeliveryState = "waiting"
    fault: str = ""
    detail: str = ""
    task: Task | None = None


class NewChange(msgspec.Struct, frozen=True, kw_only=True):
    """A filled form as it is put in. ``token`` is the form's own: the same form twice is one change."""

    token: str
    kind: str
    title: str
    values: dict[str, str]
    made_by: str
    role: str
    purpose: str
    caller_name: str = ""
    call: str = ""
    media: bytes = b""
    deliveries: tuple[NewDelivery, ...] = ()


class Slots(NamedTuple):
    """How many deliveries of a department may be claimed now, and for how many seconds."""

    free: int
    lease: float


class Claim(msgspec.Struct, frozen=True):
    """A delivery that this worker alone may send while its lease lasts: then it is another's, with a higher ``fence``."""

    delivery: Delivery
    change: Change
    fence: int
    media: bytes = b""
    unsure: bool = False
    """It may have been made already: the department is asked first."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a claim. Written only while its fence is the row's: a worker that was too late changes nothing."""

    delivery: int
    fence: int
    state: DeliveryState
    fault: str = ""
    detail: str = ""
    wait: float | None = None
    """Seconds until it is due again; None: it waits for nobody but a person."""
    receipt: Receipt | None = None
    """None: as it was."""
    before: Current | None = None
    """None: as it was."""
    theirs: Current | None = None
    can_undo: bool = False
    task: Task | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decided of a delivery that is in one of the states ``of``."""

    delivery: int
    of: tuple[DeliveryState, ...]
    state: DeliveryState
    intent: Intent | None = None
    """None: as it was."""
    key: str = ""
    """Empty: as it was."""
    before: Current | None = None
    """What the department had when this was decided; None: as it was."""
    fault: str = ""
    detail: str = ""
    can_undo: bool = False


class Event(msgspec.Struct, frozen=True):
    """One entry of a delivery's history: since ``at`` (UTC) in this state; ``times`` it was tried there with the same end."""

    at: datetime
    state: DeliveryState
    fault: str = ""
    detail: str = ""
    times: int = 1
