"""Passing a call on: to be called back at a time that was promised, or to somebody who goes on where it stopped and asks nothing twice.

The call as it was (who, what about, what was said, how sure it is who calls) comes sealed with the work item. Its changes are
found by the call's id.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec

from app.services.break_glass import WorkKeeper
from app.services.session import Session
from models.contacts import ContactDraft
from models.verification import Verification
from models.work import CALL_BACKS, HANDED_OVER, WorkItem

HOLDS = timedelta(minutes=30)
"""How long it counts, in a call that is handed over, how the caller was verified: they are on the line. Later they are asked anew."""
ROLE = "role:"
"""Stands before a role's name in ``WorkItem.whom``; else it is an actor's."""


class Seals(Protocol):
    """Encrypts what comes with an item, awaited. Raise StoreUnavailable."""

    async def seal(self, plain: bytes) -> bytes: ...

    async def unseal(self, sealed: bytes) -> bytes: ...


class Taken(msgspec.Struct, frozen=True):
    """A call that somebody goes on with; ``draft`` has no id where it is another contact.

    ``verified`` is how sure it is who calls: not at all where they are called back, or where it was handed over long ago.
    """

    draft: ContactDraft
    item: WorkItem
    verified: Verification = Verification()


def _now() -> datetime:
    return datetime.now(UTC)


class PassingOn:
    """All raise StoreUnavailable."""

    def __init__(self, work: WorkKeeper, seals: Seals, session: Session, now: Callable[[], datetime] = _now) -> None:
        self._work = work
        self._seals = seals
        self._session = session
        self._now = now

    async def call_back(self, draft: ContactDraft, due: datetime, whom: str, title: str, detail: str) -> WorkItem:
        """Somebody calls back at that time. ``detail`` is what they should know, for everybody who sees the queue."""
        return await self._work.add(CALL_BACKS, title, detail, due=due, whom=whom, sealed=await self._sealed(draft))

    async def hand_over(self, draft: ContactDraft, whom: str, title: str, message: str) -> WorkItem:
        """Somebody else goes on with the call."""
        return await self._work.add(HANDED_OVER, title, message, whom=whom, sealed=await self._sealed(draft))

    async def waiting(self) -> tuple[WorkItem, ...]:
        """What waits for whoever works here, and what they passed on that nobody has taken; what is due first stands first."""
        mine = (self._session.actor, f"{ROLE}{self._session.role}")
        return await self._work.waiting((CALL_BACKS, HANDED_OVER), mine)

    async def take(self, item: WorkItem) -> Taken | None:
        """Go on with a call; None when somebody else was first. Raises SealBroken, and the item waits on."""
        kept = json.loads(await self._seals.unseal(item.sealed))
        draft = msgspec.convert(kept, ContactDraft)
        if not await self._work.finish(item.id, f"taken by {self._session.actor}", own=True):
            return None
        now = self._now()
        if item.queue == HANDED_OVER and now - item.made <= HOLDS:
            note = "\n".join(filter(None, (draft.note, item.detail)))
            return Taken(msgspec.structs.replace(draft, started=now, note=note), item, draft.verification)
        # Another contact about the same, whose caller is verified anew.
        asked = tuple(msgspec.structs.replace(each, outcome="") for each in draft.inquiries)
        note = "\n".join(filter(None, (item.detail, draft.note)))
        again = ContactDraft(now, asked, draft.current, note, draft.query, draft.caller_name, draft.members, number=draft.number)
        return Taken(again, item)

    async def _sealed(self, draft: ContactDraft) -> bytes:
        # In ASCII: what was typed may hold half of a surrogate pair.
        return await self._seals.seal(json.dumps(msgspec.to_builtins(draft)).encode())
