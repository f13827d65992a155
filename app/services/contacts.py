"""Contacts: what is being worked on survives a crash, sealed, and what is wrapped up is kept once.

One draft is open per actor: two desks of one actor overwrite each other's. Calls must come in the order in which things
were typed (one worker thread), since a draft that is kept after its contact was saved would be found again at the next start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from app.services.credentials import KeyringUnavailable
from app.services.sealing import Sealer
from models.contacts import Contact, ContactDraft
from models.store.errors import StoreUnavailable


class ContactRowsPort(Protocol):
    """Where contacts are kept. All raise StoreUnavailable."""

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact: ...

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]: ...

    def draft(self, actor: str) -> bytes | None: ...

    def keep_draft(self, actor: str, sealed: bytes, at: datetime) -> None: ...

    def discard_draft(self, actor: str) -> None: ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Contacts:
    """Every method blocks and raises StoreUnavailable. ``now`` returns the time in UTC."""

    def __init__(self, rows: ContactRowsPort, sealer: Sealer, now: Callable[[], datetime] = _utc_now) -> None:
        self._rows = rows
        self._sealer = sealer
        self._now = now

    def save(self, draft: ContactDraft, actor: str) -> Contact:
        """Wrap the contact up, and with it the draft: both or neither. On the disk when this returns."""
        # The computer's clock may have been set back during the call.
        return self._rows.save(actor, draft, max(self._now(), draft.started))

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        """The actor's last contacts, the newest first."""
        return self._rows.recent(actor, limit)

    def draft(self, actor: str) -> ContactDraft | None:
        """What the actor was working on when the desk last ran; None when everything was wrapped up. Raises SealBroken."""
        sealed = self._rows.draft(actor)
        if sealed is None:
            return None
        with _keyring():
            return msgspec.convert(json.loads(self._sealer.unseal(sealed, actor)), ContactDraft)

    def keep_draft(self, actor: str, draft: ContactDraft) -> None:
        """Keep what was typed so far. On the disk when this returns."""
        with _keyring():
            # In ASCII: what was typed may hold half of a surrogate pair.
            sealed = self._sealer.seal(json.dumps(msgspec.to_builtins(draft)).encode(), actor)
        self._rows.keep_draft(actor, sealed, self._now())

    def discard_draft(self, actor: str) -> None:
        """Forget what the actor was working on."""
        self._rows.discard_draft(actor)


@contextmanager
def _keyring() -> Iterator[None]:
    try:
        yield
    except KeyringUnavailable as error:  # it was locked or ended while we work
        raise StoreUnavailable("no_access", str(error)) from error
