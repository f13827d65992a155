"""One row of the audit log: who looked at what, when, and for which purpose."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

LookKind = Literal["search", "records", "lookup", "reveal", "check"]


class Look(msgspec.Struct, frozen=True):
    """A look that is about to happen. ``what`` is the plain text searched or the subject's key: it is stored only as a keyed hash."""

    actor: str
    role: str
    purpose: str
    kind: LookKind
    departments: tuple[str, ...]
    what: str


class AuditRow(msgspec.Struct, frozen=True):
    """A stored row. ``what_hash`` is HMAC-SHA-256 in hex; ``hash`` chains the row to ``previous`` of the same actor."""

    id: int
    at: datetime
    actor: str
    sequence: int
    role: str
    purpose: str
    kind: LookKind
    departments: tuple[str, ...]
    what_hash: str
    outcome: str
    previous: str
    hash: str
