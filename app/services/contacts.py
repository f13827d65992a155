"""Contacts: what is being worked on survives a crash, and what is wrapped up is kept once.

One draft is open per actor: two desks of one actor overwrite each other's. Calls must come in the order in which things
were typed (one worker thread), since a draft that is kept after its contact was saved would be found again at the next start.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from models.contacts import Contact, ContactDraft


class ContactRowsPort(Protocol):
    """Where contacts are kept. All raise StoreUnavailable."""

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact: ...

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]: ...

    def draft(self, actor: str) -> ContactDraft | None: ...

    def keep_draft(self, actor: str, draft: ContactDraft, at: datetime) -> None: ...

    def discard_draft(self, actor: str) -> None: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Contacts:
    """Every method blocks and raises StoreUnavailable. ``now`` returns the time in UTC."""

    def __init__(self, rows: ContactRowsPort, now: Callable[[], datetime] = _utc_now) -> None:
        self._rows = rows
        self._now = now

    def save(self, draft: ContactDraft, actor: str) -> Contact:
        """Wrap the contact up, and with it the draft: both or neither. On the disk when this returns."""
        # The computer's clock may have been set back during the call.
        return self._rows.save(actor, draft, max(self._now(), draft.started))

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        """The actor's last contacts, the newest first."""
        return self._rows.recent(actor, limit)

    def draft(self, actor: str) -> ContactDraft | None:
        """What the actor was working on when the desk last ran; None when everything was wrapped up."""
        return self._rows.draft(actor)

    def keep_draft(self, actor: str, draft: ContactDraft) -> None:
        """Keep what was typed so far. On the disk when this returns."""
        self._rows.keep_draft(actor, draft, self._now())

    def discard_draft(self, actor: str) -> None:
        """Forget what the actor was working on."""
        self._rows.discard_draft(actor)
