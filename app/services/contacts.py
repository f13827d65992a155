"""Contacts: what is being worked on survives a crash, sealed, and what is wrapped up is kept once.

An actor may have several drafts open, each known by its id. Calls must come in the order in which things were typed (one worker
thread), since a draft that is kept after its contact was saved would be found again at the next start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from app.services.credentials import KeyringUnavailable
from app.services.sealing import Sealer
from models.contacts import Contact, ContactDraft
from models.people import SubjectRef
from models.store.errors import StoreUnavailable

MOST_ABOUT = 200
"""Contacts that are read of one caller's history, the newest."""


class ContactRowsPort(Protocol):
    """Where contacts are kept. All raise StoreUnavailable."""

    def save(self, actor: str, draft: ContactDraft, ended: datetime) -> Contact: ...

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]: ...

    def about(self, members: Iterable[SubjectRef], since: datetime, limit: int) -> tuple[Contact, ...]: ...

    def drafts(self, actor: str) -> dict[str, bytes]: ...

    def keep_draft(self, actor: str, call: str, sealed: bytes, at: datetime) -> None: ...


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
        return self._rows.save(actor, draft, max(self._now(), draft.started, draft.hung_up or draft.started))

    def recent(self, actor: str, limit: int) -> tuple[Contact, ...]:
        """The actor's last contacts, the newest first."""
        return self._rows.recent(actor, limit)

    def about(self, members: Iterable[SubjectRef], since: datetime) -> tuple[Contact, ...]:
        """The contacts of all staff about any of these person records that ended since then, the newest first."""
        return self._rows.about(members, since, MOST_ABOUT)

    def drafts(self, actor: str) -> tuple[ContactDraft, ...]:
        """What the actor was working on when the desk last ran, the oldest first. Raises SealBroken where one can't be opened."""
        with _keyring():
            return tuple(_draft(call, self._sealer.unseal(sealed, actor)) for call, sealed in self._rows.drafts(actor).items())

    def keep_draft(self, actor: str, draft: ContactDraft) -> None:
        """Keep what was typed so far. On the disk when this returns."""
        with _keyring():
            # In ASCII: what was typed may hold half of a surrogate pair.
            sealed = self._sealer.seal(json.dumps(msgspec.to_builtins(draft)).encode(), actor)
        self._rows.keep_draft(actor, draft.id, sealed, self._now())


def _draft(call: str, plain: bytes) -> ContactDraft:
    fields: dict[str, Any] = json.loads(plain)
    if "reason" in fields:  # kept by a version whose contacts had one inquiry
        fields["inquiries"] = [{"subject": fields["reason"], "outcome": fields["outcome"]}]
    return msgspec.convert(fields | {"id": call}, ContactDraft)


@contextmanager
def _keyring() -> Iterator[None]:
    try:
        yield
    except KeyringUnavailable as error:  # it was locked or ended while we work
        raise StoreUnavailable("no_access", str(error)) from error
