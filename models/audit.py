"""One row of the audit log: who looked at what, when, and for which purpose; and how rows are chained.

A look is a row; how it ended is a second row of the kind ``outcome`` that refers to the first, so that nothing is ever
changed. A look without one was cut short. Each actor has a chain of their own: a row's ``hash`` covers all its fields and the
hash of the actor's row before it, so that an edit, a deletion in the middle or another order is found. What a chain can't show by
itself is that its tail, or all of it, was cut away or written anew: for that its last hash must be kept elsewhere too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

LookKind = Literal["search", "records", "lookup", "reveal", "check"]
RowKind = LookKind | Literal["outcome"]

FIRST_PREVIOUS = "0" * 64
"""What stands for the hash before an actor's first row."""


class Look(msgspec.Struct, frozen=True):
    """A look that is about to happen. ``what`` is the plain text searched or the subject's key: it is stored only as a keyed hash."""

    actor: str
    role: str
    purpose: str
    kind: LookKind
    departments: tuple[str, ...]
    what: str


class AuditEntry(msgspec.Struct, frozen=True):
    """What is to be written: a row before it has its place in the chain. ``at`` is aware of its time zone."""

    at: datetime
    actor: str
    role: str
    purpose: str
    kind: RowKind
    departments: tuple[str, ...]
    what_hash: str
    outcome: str = ""
    refers_to: int | None = None


class AuditRow(msgspec.Struct, frozen=True):
    """A stored row. ``what_hash`` is HMAC-SHA-256 in hex; ``hash`` chains the row to ``previous`` of the same actor.

    ``sequence`` counts the actor's rows from 1. ``refers_to`` is set on an outcome: the ``sequence`` of the look it ends.
    """

    id: int
    at: datetime
    actor: str
    sequence: int
    role: str
    purpose: str
    kind: RowKind
    departments: tuple[str, ...]
    what_hash: str
    outcome: str
    previous: str
    hash: str
    refers_to: int | None = None


class StoredRow(NamedTuple):
    """A row exactly as it is stored and hashed: ``at`` as ISO 8601 in UTC with microseconds, ``departments`` as a JSON array."""

    id: int
    actor: str
    sequence: int
    at: str
    role: str
    purpose: str
    kind: str
    departments: str
    what_hash: str
    outcome: str
    refers_to: int | None
    previous: str
    hash: str

    def computed_hash(self) -> str:
        """SHA-256 in hex over all fields but ``id`` and ``hash``, as a JSON array in ASCII without white space."""
        hashed = [self.previous, *self[1:11]]
        return hashlib.sha256(json.dumps(hashed, separators=(",", ":"), default=repr).encode("ascii")).hexdigest()

    def row(self) -> AuditRow:
        """The row as a value."""
        return AuditRow(
            id=self.id,
            at=datetime.fromisoformat(self.at),
            actor=self.actor,
            sequence=self.sequence,
            role=self.role,
            purpose=self.purpose,
            kind=msgspec.convert(self.kind, RowKind),
            departments=tuple(json.loads(self.departments)),
            what_hash=self.what_hash,
            outcome=self.outcome,
            previous=self.previous,
            hash=self.hash,
            refers_to=self.refers_to,
        )


def next_row(entry: AuditEntry, sequence: int, previous: str) -> StoredRow:
    """The row that follows the actor's row of that ``sequence`` and hash (0 and FIRST_PREVIOUS: there is none). Its ``id`` is still 0."""
    if entry.at.tzinfo is None:
        raise ValueError("the time of an audit entry must name its zone")
    row = StoredRow(
        id=0,
        actor=entry.actor,
        sequence=sequence + 1,
        at=entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        role=entry.role,
        purpose=entry.purpose,
        kind=entry.kind,
        departments=json.dumps(entry.departments, ensure_ascii=False),
        what_hash=entry.what_hash,
        outcome=entry.outcome,
        refers_to=entry.refers_to,
        previous=previous,
        hash="",
    )
    return row._replace(hash=row.computed_hash())


class ChainBreak(msgspec.Struct, frozen=True):
    """The first row of a chain that is not as it was written. ``why`` is a clause to follow "row N of ACTOR"."""

    id: int
    actor: str
    sequence: int
    why: str

    def __str__(self) -> str:
        return f"row {self.sequence} of {self.actor} (id {self.id}) {self.why}"


def first_break(rows: Iterable[StoredRow]) -> ChainBreak | None:
    """Check rows that come ordered by actor and sequence; None when every chain holds."""
    last: StoredRow | None = None
    for row in rows:
        if last is None or last.actor != row.actor:
            sequence, previous, last_id = 0, FIRST_PREVIOUS, 0
        else:
            sequence, previous, last_id = last.sequence, last.hash, last.id
        if row.computed_hash() != row.hash:
            return ChainBreak(row.id, row.actor, row.sequence, "was changed after it was written")
        if row.sequence != sequence + 1 or row.previous != previous:
            return ChainBreak(row.id, row.actor, row.sequence, "does not follow the row before it: rows are missing, or in another order")
        if row.id <= last_id:
            return ChainBreak(row.id, row.actor, row.sequence, "was stored before the row it follows: rows are in another order")
        last = row
    return None
