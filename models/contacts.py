"""One call, visit or message, from its start to its wrap-up, with the inquiries that it was about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from models.people import SubjectRef
from models.verification import Verification

ContactOutcome = Literal["resolved", "handed_over", "call_back", ""]
OUTCOMES: tuple[ContactOutcome, ...] = ("resolved", "handed_over", "call_back")

Channel = Literal["phone", "desk", "email", "letter"]
CHANNELS: tuple[Channel, ...] = ("phone", "desk", "email", "letter")

HISTORY = "contacts"
"""Where a department's id stands, for the contacts that this site keeps itself. No department may have this id."""


class Inquiry(msgspec.Struct, frozen=True):
    """One thing that the contact is about. ``department`` is an id, empty where it concerns none in particular."""

    subject: str = ""
    outcome: ContactOutcome = ""
    department: str = ""

    def blank(self) -> bool:
        """Whether nothing was said of it yet."""
        return not self.subject and not self.outcome


class ContactDraft(msgspec.Struct, frozen=True):
    """A contact that is being worked on: kept at every pause in typing, so that a crash loses nothing.

    ``id`` names it among the open contacts of one actor. ``current`` is the index of the inquiry at hand.
    """

    started: datetime
    inquiries: tuple[Inquiry, ...] = (Inquiry(),)
    current: int = 0
    note: str = ""
    query: str = ""
    caller_name: str = ""
    members: tuple[SubjectRef, ...] = ()
    verification: Verification = Verification()
    """How it was made sure who calls, without any answer."""
    id: str = ""
    channel: Channel = "phone"
    number: str = ""
    """The caller's, as the telephone system told it."""
    phone_call: str = ""
    """The telephone system's own name for the call."""
    hung_up: datetime | None = None
    anonymous: bool = False
    """It was said that nobody's file belongs to it, whoever was looked at."""
    tab: str = ""
    """The department whose tab was open; empty for all."""
    forms: dict[str, dict[str, str]] = {}
    """What was typed into forms and not sent (app.viewmodels.change)."""
    active: bool = True
    """It was the one on the screen; the others were parked."""


class Contact(msgspec.Struct, frozen=True):
    """A wrapped-up contact. Times are UTC; ``hung_up`` is None where no telephone system told it."""

    id: int
    actor: str
    started: datetime
    ended: datetime
    inquiries: tuple[Inquiry, ...]
    note: str
    caller_name: str = ""
    members: tuple[SubjectRef, ...] = ()
    verification: Verification = Verification()
    channel: Channel = "phone"
    number: str = ""
    hung_up: datetime | None = None

    @property
    def anonymous(self) -> bool:
        """Whether it belongs to nobody's file."""
        return not self.members

    @property
    def outcome(self) -> ContactOutcome:
        """Of all inquiries together: resolved when each of them is, else the first that is not."""
        return next((each.outcome for each in self.inquiries if each.outcome != "resolved"), "resolved")

    @property
    def handle_time(self) -> timedelta:
        """From its start until it was wrapped up."""
        return self.ended - self.started

    @property
    def after_call_time(self) -> timedelta:
        """From the hang-up until it was wrapped up; none where no hang-up was told."""
        return self.ended - self.hung_up if self.hung_up is not None else timedelta()
