"""One call, visit or message, from its start to its wrap-up."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from models.people import SubjectRef
from models.verification import Verification

ContactOutcome = Literal["resolved", "handed_over", "call_back", ""]
OUTCOMES: tuple[ContactOutcome, ...] = ("resolved", "handed_over", "call_back")


class ContactDraft(msgspec.Struct, frozen=True):
    """A contact that is being worked on: kept at every pause in typing, so that a crash loses nothing."""

    started: datetime
    reason: str = ""
    outcome: ContactOutcome = ""
    note: str = ""
    query: str = ""
    caller_name: str = ""
    members: tuple[SubjectRef, ...] = ()
    verification: Verification = Verification()
    """How it was made sure who calls, without any answer."""


class Contact(msgspec.Struct, frozen=True):
    """A wrapped-up contact. Times are UTC."""

    id: int
    actor: str
    started: datetime
    ended: datetime
    reason: str
    outcome: ContactOutcome
    note: str
    caller_name: str = ""
    members: tuple[SubjectRef, ...] = ()
    verification: Verification = Verification()
