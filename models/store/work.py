"""Work items in the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from models.store.database import Database
from models.store.tables import storable, work_items
from models.work import WorkItem


class WorkRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        queue: str,
        title: str,
        detail: str,
        made_by: str,
        made: datetime,
        *,
        due: datetime | None = None,
        whom: str = "",
        sealed: bytes = b"",
    ) -> WorkItem:
        """Put an item into a queue. On the disk when this returns."""
        with self._database.writing() as connection:
            return put(connection, queue, title, detail, made_by, made, due=due, whom=whom, sealed=sealed)

    def items(self, queue: str, limit: int) -> tuple[WorkItem, ...]:
        """What waits in a queue, the oldest first, and then what was done last."""
        of_queue = select(work_items).where(work_items.c.queue == queue)
        order = (work_items.c.done.isnot(None), work_items.c.done.desc(), work_items.c.made, work_items.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(of_queue.order_by(*order).limit(limit)).mappings().all()
        return tuple(WorkItem(**row) for row in rows)

    def waiting(self, queues: Iterable[str], whom: Iterable[str], limit: int) -> tuple[WorkItem, ...]:
        """What waits in these queues for one of these, or was put there by one of them; what is due first stands first."""
        names = [storable(name) for name in whom]
        theirs = work_items.c.whom.in_(names) | work_items.c.made_by.in_(names)
        those = select(work_items).where(work_items.c.queue.in_(list(queues)), work_items.c.done.is_(None), theirs)
        order = (func.coalesce(work_items.c.due, work_items.c.made), work_items.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(those.order_by(*order).limit(limit)).mappings().all()
        return tuple(WorkItem(**row) for row in rows)

    def finish(self, item: int, done_by: str, note: str, done: datetime, *, own: bool = False) -> bool:
        """Mark an item as done; False when somebody else was first, or it is not there.

        Whoever made it can't be the one, unless it may be their ``own``.
        """
        waiting = (work_items.c.id == item) & work_items.c.done.is_(None)
        if not own:
            waiting &= work_items.c.made_by != storable(done_by)
        values = {"done": done, "done_by": storable(done_by), "note": storable(note)}
        with self._database.writing() as connection:
            return connection.execute(update(work_items).where(waiting).values(values)).rowcount == 1


def put(
    connection: Connection,
    queue: str,
    title: str,
    detail: str,
    made_by: str,
    made: datetime,
    *,
    due: datetime | None = None,
    whom: str = "",
    sealed: bytes = b"",
) -> WorkItem:
    """Put an item into a queue, as part of a transaction that also writes why."""
    fields = {
        "queue": storable(queue),
        "title": storable(title),
        "detail": storable(detail),
        "made": made,
        "made_by": storable(made_by),
        "done": None,
        "done_by": "",
        "note": "",
        "due": due,
        "whom": storable(whom),
        "sealed": sealed,
    }
    new_id: int = connection.execute(insert(work_items).values(fields).returning(work_items.c.id)).scalar_one()
    return WorkItem(id=new_id, **fields)  # type: ignore[arg-type]


def take_out(connection: Connection, item: int, done_by: str, note: str, done: datetime) -> bool:
    """Mark an item as done that nobody needs to do any more, in a transaction that says why; False when somebody has done it."""
    waiting = (work_items.c.id == item) & work_items.c.done.is_(None)
    values = {"done": done, "done_by": storable(done_by), "note": storable(note)}
    return connection.execute(update(work_items).where(waiting).values(values)).rowcount == 1
