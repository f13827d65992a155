"""One row of the audit log: who looked at what, when, and for which purpose; and how rows are chained.

A look is a row. Each person record that it shows is a row of the kind ``subject``, and how it ended a row of the kind ``outcome``;
both refer to the look, so that nothing is ever changed. A look without an outcome was cut short. Each actor has a chain of their own:
a row's ``hash`` covers all its fields and the hash of the actor's row before it (``models.audit_chain`` proves it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from models.people import SubjectRef

LookKind = Literal[
    "search",
    "records",
    "lookup",
    "reveal",
    "check",
    "who_saw",
    "lock",
    "unlock",
    "verification",
    "break_glass",
    "review",
    "link",
    "part",
    "unlink",
    "proposal",
    "change",
    "undo",
    "summary",
    "document",
]
"""``who_saw`` is a look into the log itself; ``lock`` and ``unlock`` are of the session's screen and show nothing;
``link``, ``part`` and ``unlink`` are decisions by hand on whose records they are. ``proposal`` reads what departments have before a
``change``, which is also a decision on one of its deliveries; ``undo`` takes one back. A ``summary`` went out to the caller.
``document`` is a look into one."""
RowKind = LookKind | Literal["subject", "outcome"]

FIRST_PREVIOUS = "0" * 64
"""What stands for the hash before an actor's first row."""
FIRST = 0
"""``refers_to`` of an entry that belongs to the first entry written together with it."""
NOT_LOOKS: tuple[RowKind, ...] = ("subject", "outcome")
"""Kinds of rows that belong to a look."""


class Look(msgspec.Struct, frozen=True):
    """A look that is about to happen. ``what`` is the plain text searched or the subject's key: it is stored only as a keyed hash.

    ``subjects`` are the person records that it will show, as far as they are known beforehand: each gets a row of its own.
    """

    actor: str
    role: str
    purpose: str
    kind: LookKind
    departments: tuple[str, ...]
    what: str
    subjects: tuple[SubjectRef, ...] = ()


class AuditEntry(msgspec.Struct, frozen=True):
    """What is to be written: a row before it has its place in the chain. ``at`` is aware of its time zone.

    ``refers_to`` is the ``sequence`` of a row, or FIRST: the first of those that are written together with it.
    """

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

    ``sequence`` counts the actor's rows from 1. ``refers_to`` is set on rows that belong to a look: its ``sequence``.
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
        return hashlib.sha256(_in_json([self.previous, *self[1:11]]).encode("ascii")).hexdigest()

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


_in_json = json.JSONEncoder(separators=(",", ":"), default=repr).encode


def next_rows(entries: Sequence[AuditEntry], sequence: int, previous: str) -> list[StoredRow]:
    """The rows that follow the actor's row of that ``sequence`` and hash (0 and FIRST_PREVIOUS: there is none). Their ``id`` is still 0."""
    rows: list[StoredRow] = []
    for number, entry in enumerate(entries, sequence + 1):
        if entry.at.tzinfo is None:
            raise ValueError("the time of an audit entry must name its zone")
        row = StoredRow(
            id=0,
            actor=entry.actor,
            sequence=number,
            at=entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            role=entry.role,
            purpose=entry.purpose,
            kind=entry.kind,
            departments=json.dumps(entry.departments, ensure_ascii=False),
            what_hash=entry.what_hash,
            outcome=entry.outcome,
            refers_to=sequence + 1 if entry.refers_to == FIRST else entry.refers_to,
            previous=previous,
            hash="",
        )
        previous = row.computed_hash()
        rows.append(row._replace(hash=previous))
    return rows


class Seen(msgspec.Struct, frozen=True):
    """One look as it is told to whoever may ask.

    ``subjects`` are the keyed hashes of the person records that it showed: all of them, or those that were asked about.
    ``outcome`` is empty where the look was cut short.
    """

    at: datetime
    actor: str
    sequence: int
    role: str
    purpose: str
    kind: RowKind
    departments: tuple[str, ...]
    outcome: str
    subjects: tuple[str, ...]
