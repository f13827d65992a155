"""The audit log's rows in the store: appended and read, never changed."""

from __future__ import annotations

import msgspec
from sqlalchemy import insert, select

from models.audit import FIRST_PREVIOUS, AuditEntry, AuditRow, ChainBreak, StoredRow, first_break, next_row
from models.store.database import Database
from models.store.tables import audit, storable

_BATCH = 1000


class AuditRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: AuditEntry) -> AuditRow:
        """Add the next row to the chain of the entry's actor. On the disk when this returns; several processes may append at once."""
        entry = _storable(entry)
        last_of_actor = (
            select(audit.c.sequence, audit.c.hash).where(audit.c.actor == entry.actor).order_by(audit.c.sequence.desc()).limit(1)
        )
        with self._database.writing() as connection:
            last = connection.execute(last_of_actor).first()
            stored = next_row(entry, *(last or (0, FIRST_PREVIOUS)))
            values = stored._asdict()
            del values["id"]
            new_id: int = connection.execute(insert(audit).values(values).returning(audit.c.id)).scalar_one()
        return stored._replace(id=new_id).row()

    def first_break(self, actor: str | None = None) -> ChainBreak | None:
        """The first row, by actor and sequence, that is not as it was written; of one actor or of all."""
        rows = select(audit).order_by(audit.c.actor, audit.c.sequence)
        if actor is not None:
            rows = rows.where(audit.c.actor == actor)
        with self._database.reading() as connection:
            return first_break(StoredRow(*row) for row in connection.execute(rows, execution_options={"yield_per": _BATCH}))


def _storable(entry: AuditEntry) -> AuditEntry:
    return msgspec.structs.replace(
        entry,
        actor=storable(entry.actor),
        role=storable(entry.role),
        purpose=storable(entry.purpose),
        departments=tuple(storable(department) for department in entry.departments),
        outcome=storable(entry.outcome),
    )
