"""The contacts that this site kept about a caller, of all its staff, as records that stand beside those of departments."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from models.contacts import HISTORY, Contact, ContactOutcome, Inquiry
from models.outcomes import Answered, Failed, Fault, NotPermitted, Outcome
from models.people import SubjectRef
from models.records import Field, Record, RecordRef, State
from models.store.errors import StoreUnavailable

REACHES_BACK = timedelta(days=3 * 366)

_ENDED: dict[ContactOutcome, tuple[str, State]] = {
    "resolved": ("Resolved", "closed"),
    "handed_over": ("Handed over", "waiting"),
    "call_back": ("Call back", "open"),
    "": ("", ""),
}


class ContactsAbout(Protocol):
    """Contacts about any of these person records, awaited."""

    async def about(self, members: tuple[SubjectRef, ...], since: datetime) -> tuple[Contact, ...]: ...


class History:
    """``titles`` are the departments' by id; ``permitted`` says whether whoever asks may look into one of them."""

    def __init__(
        self, contacts: ContactsAbout, titles: dict[str, str], permitted: Callable[[str], bool], allowed: Callable[[], bool]
    ) -> None:
        """``allowed``: whether whoever asks may see contacts at all, for the purpose of now."""
        self._contacts = contacts
        self._titles = titles
        self._permitted = permitted
        self._allowed = allowed

    async def read(self, members: tuple[SubjectRef, ...]) -> Outcome:
        """The newest first; never raises."""
        if not self._allowed():
            return NotPermitted()
        began = time.monotonic()
        try:
            contacts = await self._contacts.about(members, datetime.now(UTC) - REACHES_BACK)
        except StoreUnavailable as error:
            return Failed(Fault("no_connection", str(error)), 1000 * (time.monotonic() - began))
        now = datetime.now(UTC)
        return Answered(records=tuple(self._record(each, members, now) for each in contacts), ms=1000 * (time.monotonic() - began))

    def _record(self, contact: Contact, members: tuple[SubjectRef, ...], now: datetime) -> Record:
        """What concerned a department that may not be asked is left out, and with it the note, which may tell of it."""
        seen = [each for each in contact.inquiries if not each.department or self._permitted(each.department)]
        whole = len(seen) == len(contact.inquiries)
        status, state = _ENDED[contact.outcome]
        several = [Field(f"Inquiry {number}", self._told(each)) for number, each in enumerate(seen, 1) if len(seen) > 1 or each.department]
        note = contact.note if whole else "Not shown: it may tell of a department that your role, for this purpose, may not look into."
        return Record(
            RecordRef(HISTORY, str(contact.id)),
            "contact",
            " · ".join(each.subject for each in seen if each.subject) or "Contact",
            now,
            status=status,
            state=state,
            opened=contact.started.astimezone().date(),
            subject=next((ref for ref in contact.members if ref in members), None),
            fields=(
                *((Field("Note", note),) if note else ()),
                *several,
                Field("By", contact.actor),
                Field("Channel", contact.channel.replace("email", "e-mail")),
                Field("Took", _minutes(contact.handle_time)),
            ),
        )

    def _told(self, inquiry: Inquiry) -> str:
        department = self._titles.get(inquiry.department, inquiry.department)
        return " · ".join(part for part in (inquiry.subject, department, _ENDED[inquiry.outcome][0].lower()) if part)


def _minutes(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02} min"
