"""What a department keeps about somebody: a bill, a permit, a request, a case, a loan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from models.people import Sensitivity, Shut, SubjectRef

State = Literal["open", "active", "waiting", "late", "closed", ""]
Attention = Literal["none", "soon", "late"]


class RecordRef(msgspec.Struct, frozen=True, gc=False, order=True):
    """The department's id in this site, and the record's key or reference number there."""

    department: str
    id: str


class Field(msgspec.Struct, frozen=True, gc=False):
    """One more fact of a record, as text for the screen. One that is not ``open`` is masked until somebody reveals it."""

    label: str
    value: str
    sensitivity: Sensitivity = "open"
    shut: Shut = ""
    """Set on what is shown only: ``value`` is then empty."""


class Media(msgspec.Struct, frozen=True, gc=False):
    """A document's content: where its department keeps it (``place`` is for its adapter alone) and what is told of it there."""

    place: str
    name: str
    type: str = ""
    """Its media type, as the department or its name tells; what it really is shows only its content."""
    size: int | None = None
    """Bytes."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One matter of one department, as read at ``read_at`` (UTC).

    ``status`` is the department's own word; ``state`` is what it means here and decides the colour. ``attention`` says
    whether somebody must act: ``late`` (past its promise or due day), ``soon`` (due within 14 days) or ``none``.
    ``subject`` is None where the department knows no person, such as an anonymous report.
    """

    ref: RecordRef
    kind: str
    title: str
    read_at: datetime
    status: str = ""
    state: State = ""
    attention: Attention = "none"
    opened: date | None = None
    due: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    subject: SubjectRef | None = None
    fields: tuple[Field, ...] = ()
    version: str = ""
    """What the department calls this state of the record (an ETag, a number): a change that names it overwrites no later one."""
    media: Media | None = None
    """The document itself, where the record is one."""


SOON_DAYS = 14


def attention_for(state: State, due: date | None, today: date) -> Attention:
    """Whether a record in this state with this due day needs somebody, seen from ``today``."""
    if state == "late":
        return "late"
    if due is None or state in ("closed", ""):
        return "none"
    days = (due - today).days
    if days < 0:
        return "late"
    return "soon" if days <= SOON_DAYS else "none"
