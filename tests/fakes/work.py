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

    async def add(
        self, queue: str, title: str, detail: str, *, due: datetime | None = None, whom: str = "", sealed: bytes = b""
    ) -> WorkItem:
        self._refuse()
        made = datetime.now(UTC)
        self.all.append(WorkItem(len(self.all) + 1, queue, title, detail, made, self.actor, due=due, whom=whom, sealed=sealed))
        return self.all[-1]

    async def waiting(self, queues: tuple[str, ...], whom: tuple[str, ...]) -> tuple[WorkItem, ...]:
        self._refuse()
        theirs = (item for item in self.all if item.queue in queues and item.done is None and {item.whom, item.made_by} & set(whom))
        return tuple(sorted(theirs, key=lambda item: item.due or item.made))

    async def items(self, queue: str) -> tuple[WorkItem, ...]:
        return tuple(item for item in self.all if item.queue == queue)

    async def finish(self, item: int, note: str, *, own: bool = False) -> bool:
        self._refuse()
        found = self.all[item - 1]
        if found.done is not None or (found.made_by == self.actor and not own):
            return False
        self.all[item - 1] = msgspec.structs.replace(found, done=datetime.now(UTC), done_by=self.actor, note=note)
        return True

    def _refuse(self) -> None:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")
