"""Work items kept in memory, for one who works here."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from app.services.break_glass import WorkKeeper
from models.store.errors import StoreUnavailable
from models.work import WorkItem


class FakeWork(WorkKeeper):
    """``actor`` may be changed, as if somebody else sat down; ``broken`` refuses every write."""

    def __init__(self, actor: str = "areyes") -> None:
        self.actor = actor
        self.all: list[WorkItem] = []
        self.broken = False

    async def add(self, queue: str, title: str, detail: str) -> WorkItem:
        self._refuse()
        self.all.append(WorkItem(len(self.all) + 1, queue, title, detail, datetime.now(UTC), self.actor))
        return self.all[-1]

    async def items(self, queue: str) -> tuple[WorkItem, ...]:
        return tuple(item for item in self.all if item.queue == queue)

    async def finish(self, item: int, note: str) -> bool:
        self._refuse()
        found = self.all[item - 1]
        if found.done is not None or found.made_by == self.actor:
            return False
        self.all[item - 1] = msgspec.structs.replace(found, done=datetime.now(UTC), done_by=self.actor, note=note)
        return True

    def _refuse(self) -> None:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")
