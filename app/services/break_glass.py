"""Break-glass: looking beyond the purpose in an emergency, for a stated reason and a while, and reviewed by a supervisor afterwards.

What a department itself forbids the role stays forbidden, and masked values stay masked until they are revealed one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from app.services.search import AuditTrail
from app.services.session import Session
from models.audit import AuditRow, Look
from models.people import Caller
from models.purposes import BREAK_GLASS, BreakGlassRules
from models.work import REVIEW, WorkItem


class WorkKeeper(Protocol):
    """The work items of the site, for the one who works here. All raise StoreUnavailable."""

    async def add(
        self, queue: str, title: str, detail: str, *, due: datetime | None = None, whom: str = "", sealed: bytes = b""
    ) -> WorkItem: ...

    async def items(self, queue: str) -> tuple[WorkItem, ...]: ...

    async def waiting(self, queues: tuple[str, ...], whom: tuple[str, ...]) -> tuple[WorkItem, ...]: ...

    async def finish(self, item: int, note: str, *, own: bool = False) -> bool: ...


class BreakGlass:
    """``clock`` returns seconds that only grow: setting the computer's clock prolongs nothing."""

    def __init__(
        self, session: Session, rules: BreakGlassRules, audit: AuditTrail, work: WorkKeeper, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._audit = audit
        self._work = work
        self._clock = clock
        self._row: AuditRow | None = None
        self.rules = rules
        self.until = 0.0
        """When it ends by itself, by the clock; 0 while glass is whole."""
        session.emergency = lambda: self.left() > 0

    @property
    def allowed(self) -> bool:
        """Whether this role may break glass."""
        return self._session.role in self.rules.roles

    def long_enough(self, reason: str) -> bool:
        """Whether a reason says something: letters are counted, not dots."""
        return sum(letter.isalpha() for letter in reason) >= self.rules.letters

    async def start(self, reason: str, caller: Caller | None) -> None:
        """Written down, and put before a supervisor, before anything opens. Raises StoreUnavailable: then nothing does."""
        if self.until or not self.allowed or not self.long_enough(reason):
            return
        session = self._session
        subjects = tuple(member.ref for member in caller.members) if caller is not None else ()
        departments = tuple(dict.fromkeys(ref.department for ref in subjects))
        what = " ".join(f"{ref.department}/{ref.id}" for ref in subjects)
        row = await self._audit.look(Look(session.actor, session.role, BREAK_GLASS, "break_glass", departments, what, subjects))
        item = await self._work.add(REVIEW, f"{session.actor}, {session.role}", " ".join(reason.split()))
        await self._audit.outcome(row, f"started, review {item.id}")
        self._row = row
        self.until = self._clock() + 60.0 * self.rules.minutes

    def left(self) -> float:
        """Seconds until it ends; 0 while glass is whole."""
        return max(0.0, self.until - self._clock()) if self.until else 0.0

    def close(self) -> None:
        """Whole again, at once; ``end`` writes it down."""
        self.until = 0.0

    async def end(self) -> None:
        """Closed at once, then written down. Raises StoreUnavailable, with everything closed."""
        row, self._row = self._row, None
        self.close()
        if row is not None:
            await self._audit.outcome(row, "ended")


class Reviews:
    """What supervisors see of it: the uses that wait for one of them, and those that were looked at last."""

    def __init__(self, session: Session, rules: BreakGlassRules, audit: AuditTrail, work: WorkKeeper) -> None:
        self._session = session
        self._audit = audit
        self._work = work
        self.allowed = session.role in rules.reviewers

    async def items(self) -> tuple[WorkItem, ...]:
        """Raises StoreUnavailable."""
        return await self._work.items(REVIEW) if self.allowed else ()

    async def seen(self, item: WorkItem, note: str) -> bool:
        """A supervisor has looked at it, and not the one who broke the glass. False when somebody else was first."""
        if not self.allowed or item.made_by == self._session.actor:
            return False
        session = self._session
        row = await self._audit.look(Look(session.actor, session.role, "Review", "review", (), f"{REVIEW} {item.id}"))
        done = await self._work.finish(item.id, note)
        await self._audit.outcome(row, f"review {item.id} {'done' if done else 'was done already'}")
        return done
