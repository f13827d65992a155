"""The audit log's rows in the store: appended and read, never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, select

from models.audit import FIRST_PREVIOUS, NOT_LOOKS, AuditEntry, AuditRow, RowKind, Seen, StoredRow, next_rows
from models.audit_chain import Anchor, Proof, prove
from models.store.database import Database
from models.store.tables import audit, storable

_BATCH = 1000
_END = select(audit.c.sequence, audit.c.hash).where(audit.c.actor == bindparam("actor")).order_by(audit.c.sequence.desc()).limit(1)
"""Made once: putting a statement together takes longer than its execution."""


class AuditRows:
    """Every method blocks and raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entries: Sequence[AuditEntry]) -> AuditRow:
        """Add rows to the chain of the actor of all entries, in one transaction; returns the first.

        On the disk when this returns; several processes may append at once.
        """
        with self._database.writing() as connection:
            return append_rows(connection, entries)

    def end(self, actor: str, known: Anchor | None = None) -> Anchor | None:
        """How far the actor's chain has come; None when there is no row, or when the chain does not hold what is ``known`` of it."""
        with self._database.reading() as connection:
            if known is not None:
                at = select(audit.c.hash).where(audit.c.actor == storable(actor), audit.c.sequence == known.sequence)
                if connection.scalar(at) != known.hash:
                    return None
            last = connection.execute(_END, {"actor": storable(actor)}).first()
        return Anchor(last.sequence, last.hash) if last is not None else None

    def prove(self, anchors: Mapping[str, Anchor] | None = None, progress: Callable[[int, int], None] | None = None) -> Proof:
        """Follow every actor's chain in bounded memory. ``progress`` is called with rows read and rows there are."""
        rows = select(audit).order_by(audit.c.actor, audit.c.sequence)
        with self._database.reading() as connection:
            total = connection.scalar(select(func.count()).select_from(audit)) or 0
            found = connection.execute(rows, execution_options={"yield_per": _BATCH})
            return prove(_counted(found, total, progress), anchors)

    def who_saw(self, hashes: Iterable[str]) -> tuple[Seen, ...]:
        """The looks, the newest first, that showed one of these subjects (by keyed hash), with the departments of these alone."""
        subject, look = audit.alias("subject"), audit.alias("look")
        shown = (
            _with_outcome(look, subject.c.what_hash, subject.c.departments.label("of_subject"))
            .join(subject, and_(subject.c.actor == look.c.actor, subject.c.refers_to == look.c.sequence, subject.c.kind == "subject"))
            .where(subject.c.what_hash.in_(list(hashes)))
            .order_by(look.c.id.desc(), subject.c.sequence)
        )
        with self._database.reading() as connection:
            found: dict[tuple[str, int], list[Row[Any]]] = {}
            for row in connection.execute(shown):
                found.setdefault((row.actor, row.sequence), []).append(row)
        return tuple(
            _seen(rows[0], {name: None for row in rows for name in json.loads(row.of_subject)}, {row.what_hash: None for row in rows})
            for rows in found.values()
        )

    def looks(self, actor: str, before: int | None, limit: int) -> tuple[Seen, ...]:
        """The actor's own looks, the newest first; ``before``: only those before the look of that sequence."""
        look = audit.alias("look")
        page = _with_outcome(look).where(look.c.actor == storable(actor), look.c.kind.not_in(NOT_LOOKS))
        if before is not None:
            page = page.where(look.c.sequence < before)
        with self._database.reading() as connection:
            rows = connection.execute(page.order_by(look.c.sequence.desc()).limit(limit)).all()
            of_these = audit.c.refers_to.in_([row.sequence for row in rows])
            subjects = select(audit.c.refers_to, audit.c.what_hash).where(audit.c.actor == storable(actor), of_these)
            shown: dict[int, dict[str, None]] = {}
            for refers_to, what_hash in connection.execute(subjects.where(audit.c.kind == "subject").order_by(audit.c.sequence)):
                shown.setdefault(refers_to, {})[what_hash] = None
        return tuple(_seen(row, json.loads(row.departments), shown.get(row.sequence, {})) for row in rows)


def append_rows(connection: Connection, entries: Sequence[AuditEntry]) -> AuditRow:
    """Add rows to the chain of the actor of all entries, as part of a transaction that also writes what they tell of; returns the first."""
    entries = [_storable(entry) for entry in entries]
    last = connection.execute(_END, {"actor": entries[0].actor}).first()
    rows = next_rows(entries, *(last or (0, FIRST_PREVIOUS)))
    values = [row._asdict() for row in rows]
    for each in values:
        del each["id"]
    new_id: int = connection.execute(insert(audit).returning(audit.c.id), values[0]).scalar_one()
    if values[1:]:
        connection.execute(insert(audit), values[1:])
    return rows[0]._replace(id=new_id).row()


def _with_outcome(look: Any, *more: Any) -> Select[Any]:
    """A look's own columns, ``more``, and its outcome where it has one (its last, should it have several)."""
    ended = audit.alias("ended")
    of_look = and_(ended.c.actor == look.c.actor, ended.c.refers_to == look.c.sequence, ended.c.kind == "outcome")
    outcome = select(ended.c.outcome).where(of_look).order_by(ended.c.sequence.desc()).limit(1).scalar_subquery()
    names = ("at", "actor", "sequence", "role", "purpose", "kind", "departments")
    return select(*(look.c[name] for name in names), outcome.label("ended"), *more).select_from(look)


def _seen(row: Row[Any], departments: Iterable[str], subjects: Iterable[str]) -> Seen:
    kind = msgspec.convert(row.kind, RowKind)
    at = datetime.fromisoformat(row.at)
    return Seen(at, row.actor, row.sequence, row.role, row.purpose, kind, tuple(departments), row.ended or "", tuple(subjects))


def _counted(found: Iterable[Any], total: int, progress: Callable[[int, int], None] | None) -> Iterable[StoredRow]:
    for count, row in enumerate(found):
        if progress is not None and count % _BATCH == 0:
            progress(count, total)
        yield StoredRow(*row)
    if progress is not None:
        progress(total, total)


def _storable(entry: AuditEntry) -> AuditEntry:
    return msgspec.structs.replace(
        entry,
        actor=storable(entry.actor),
        role=storable(entry.role),
        purpose=storable(entry.purpose),
        departments=tuple(storable(department) for department in entry.departments),
        outcome=storable(entry.outcome),
    )
