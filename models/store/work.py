"""Work items in the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from models.store.database import Database
from models.store.tables import storable, work_items
from models.work import WorkItem


class WorkRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, queue: str, title: str, detail: str, made_by: str, made: datetime) -> WorkItem:
        """Put an item into a queue. On the disk when this returns."""
        with self._database.writing() as connection:
            return put(connection, queue, title, detail, made_by, made)

    def items(self, queue: str, limit: int) -> tuple[WorkItem, ...]:
        """What waits in a queue, the oldest first, and then what was done last."""
        of_queue = select(work_items).where(work_items.c.queue == queue)
        order = (work_items.c.done.isnot(None), work_items.c.done.desc(), work_items.c.made, work_items.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(of_queue.order_by(*order).limit(limit)).mappings().all()
        return tuple(WorkItem(**row) for row in rows)

    def finish(self, item: int, done_by: str, note: str, done: datetime) -> bool:
        """Mark an item as done; False when somebody else was first, or it is not there, or whoever made it is to be the one."""
        waiting = (work_items.c.id == item) & work_items.c.done.is_(None) & (work_items.c.made_by != storable(done_by))
        values = {"done": done, "done_by": storable(done_by), "note": storable(note)}
        with self._database.writing() as connection:
            return connection.execute(update(work_items).where(waiting).values(values)).rowcount == 1


def put(connection: Connection, queue: str, title: str, detail: str, made_by: str, made: datetime) -> WorkItem:
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
    }
    new_id: int = connection.execute(insert(work_items).values(fields).returning(work_items.c.id)).scalar_one()
    return WorkItem(id=new_id, **fields)  # type: ignore[arg-type]
