"""What services keep in the store, awaited: decisions on person records, work items, and calls that are passed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from app.services.break_glass import WorkKeeper
from app.services.bulkhead import Bulkhead
from app.services.credentials import KeyringUnavailable
from app.services.departments import in_worker
from app.services.linking import LinkKeeper
from app.services.passing_on import Seals
from app.services.sealing import Sealer
from models.links import Link, LinkKind
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.store.links import LinkRows
from models.store.work import WorkRows
from models.work import HANDED_OVER, WorkItem

LISTED = 200
"""Work items listed of one queue."""


class StoredSeals(Seals):
    """What comes with a call that is passed on, sealed and unsealed in the store's own thread."""

    def __init__(self, sealer: Sealer, worker: Bulkhead) -> None:
        self._sealer = sealer
        self._worker = worker

    async def seal(self, plain: bytes) -> bytes:
        return await in_worker(self._worker, lambda: self._held(lambda: self._sealer.seal(plain, HANDED_OVER)))

    async def unseal(self, sealed: bytes) -> bytes:
        return await in_worker(self._worker, lambda: self._held(lambda: self._sealer.unseal(sealed, HANDED_OVER)))

    @staticmethod
    def _held(work: Callable[[], bytes]) -> bytes:
        try:
            return work()
        except KeyringUnavailable as error:  # it was locked or ended while we work
            raise StoreUnavailable("no_access", str(error)) from error


class StoredLinks(LinkKeeper):
    """The decisions on person records awaited, in the store's own thread."""

    def __init__(self, rows: LinkRows, actor: str, worker: Bulkhead) -> None:
        self._rows = rows
        self._actor = actor
        self._worker = worker

    async def standing(self) -> tuple[Link, ...]:
        return await in_worker(self._worker, self._rows.standing)

    async def add(self, kind: LinkKind, ones: Iterable[SubjectRef], others: Iterable[SubjectRef], reason: str) -> Link:
        return await in_worker(self._worker, lambda: self._rows.add(kind, ones, others, reason, self._actor, datetime.now(UTC)))

    async def undo(self, link: int) -> bool:
        return await in_worker(self._worker, lambda: self._rows.undo(link, self._actor, datetime.now(UTC)))


class StoredWork(WorkKeeper):
    """The work items of the site awaited, in the store's own thread."""

    def __init__(self, rows: WorkRows, actor: str, worker: Bulkhead) -> None:
        self._rows = rows
        self._actor = actor
        self._worker = worker

    async def add(
        self, queue: str, title: str, detail: str, *, due: datetime | None = None, whom: str = "", sealed: bytes = b""
    ) -> WorkItem:
        now = datetime.now(UTC)
        return await in_worker(
            self._worker, lambda: self._rows.add(queue, title, detail, self._actor, now, due=due, whom=whom, sealed=sealed)
        )

    async def waiting(self, queues: tuple[str, ...], whom: tuple[str, ...]) -> tuple[WorkItem, ...]:
        return await in_worker(self._worker, lambda: self._rows.waiting(queues, whom, LISTED))

    async def items(self, queue: str) -> tuple[WorkItem, ...]:
        return await in_worker(self._worker, lambda: self._rows.items(queue, LISTED))

    async def finish(self, item: int, note: str, *, own: bool = False) -> bool:
        return await in_worker(self._worker, lambda: self._rows.finish(item, self._actor, note, datetime.now(UTC), own=own))
