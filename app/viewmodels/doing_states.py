"""The immutable states of what is done for a caller: what can be done, a form with the departments it concerns, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from models.changes import DeliveryState, FormField, Hinder
from models.people import Shut
from models.records import RecordRef
from models.verification import Level


class Doable(msgspec.Struct, frozen=True):
    """One thing that can be done now. ``about`` says with whom or on which matter."""

    key: str
    title: str
    about: str = ""
    short: str = ""
    """What its button says, where the title is long."""
    record: RecordRef | None = None


class Done(msgspec.Struct, frozen=True):
    """One change that was made in this call; ``open`` are the titles of departments that it is not settled in."""

    change: int
    title: str
    departments: int = 0
    open: tuple[str, ...] = ()
    attention: bool = False
    """Somebody has to look: a conflict, or it was refused."""


class DoingState(msgspec.Struct, frozen=True):
    """What can be done now, the likeliest first, and what was done in this call."""

    offers: tuple[Doable, ...] = ()
    done: tuple[Done, ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()
    """Titles of departments with how many deliveries are kept for each, of all calls."""
    macros: tuple[tuple[str, str], ...] = ()
    """Their names and keys."""
    problem: str = ""


class Passed(msgspec.Struct, frozen=True):
    """A call that was passed on: to be called back at ``due``, or to be gone on with."""

    item: int
    kind: Literal["call_back", "handed_over"]
    title: str
    detail: str
    made: datetime
    made_by: str
    due: datetime | None = None
    whom: str = ""


class PassingOnState(msgspec.Struct, frozen=True):
    """Calls that wait for whoever works here, and those they passed on that nobody has taken."""

    items: tuple[Passed, ...] = ()
    problem: str = ""


class FieldState(msgspec.Struct, frozen=True):
    """One field of the form: what was typed, how it is read, and what is wrong with it."""

    field: FormField
    text: str = ""
    value: str = ""
    """As departments are given it; empty while nothing is typed, or nothing that can be read."""
    problem: str = ""


class Difference(msgspec.Struct, frozen=True):
    """One field of a conflict: what is ours, and what the department has instead; ``shut`` where that may not be seen."""

    label: str
    ours: str
    theirs: str
    shut: Shut = ""


SILENT = "no answer"
"""Detail of a row whose department is not known to know the caller, as it did not answer when they were searched for."""


class ChangeRow(msgspec.Struct, frozen=True):
    """One department's part, before it is made and after. Nothing that may not be seen is part of it."""

    key: str
    department: str
    title: str
    colour: str
    chosen: bool = True
    can_choose: bool = True
    reading: bool = False
    now: str = ""
    """What the department has; empty where it has nothing, or it is not known or not to be seen."""
    now_shut: Shut = ""
    now_known: bool = False
    will: str = ""
    hinder: Hinder = ""
    detail: str = ""
    delivery: int = 0
    """0 until the change is made."""
    state: DeliveryState | Literal[""] = ""
    since: datetime | None = None
    attempts: int = 0
    next_try: datetime | None = None
    fault: str = ""
    receipt: str = ""
    note: str = ""
    link: str = ""
    """Where the caller can follow or pay it; https only."""
    opens: bool = False
    """The site allows links of this host to be opened here, not only copied."""
    pending: bool = False
    """The department tells its number later."""
    differences: tuple[Difference, ...] = ()
    can_undo: bool = False


Phase = Literal["closed", "form", "sending", "made"]


class ChangeState(msgspec.Struct, frozen=True):
    """The form that is open, or the change that was made of it."""

    phase: Phase = "closed"
    title: str = ""
    caller: str = ""
    """Name of whom it is about."""
    about: str = ""
    """The matter on which it is done, if it is one."""
    fields: tuple[FieldState, ...] = ()
    rows: tuple[ChangeRow, ...] = ()
    needs: Level | Literal[""] = ""
    """The level of verification that is lacking; empty when none is."""
    problem: str = ""
    own: bool = False
    """It concerns no department."""
    said: str = ""
    """What was done, of a form that concerns no department."""
    revision: int = 0
    """Grows when the fields were filled from outside: only then may what is typed be overwritten."""
