"""What staff decided by hand of person records: that they are one person, or are not; and the evidence that they decided by."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from models.people import SubjectRef

LinkKind = Literal["link", "part"]
"""``link``: all of the ones and all of the others are one person; ``part``: none of the ones is any of the others."""


class Link(msgspec.Struct, frozen=True):
    """One decision. Times are UTC. It stands until somebody takes it back; it is never removed."""

    id: int
    kind: LinkKind
    ones: tuple[SubjectRef, ...]
    others: tuple[SubjectRef, ...]
    reason: str
    made: datetime
    made_by: str
    undone: datetime | None = None
    undone_by: str = ""

    def pairs(self) -> frozenset[frozenset[SubjectRef]]:
        """The pairs of records that it decides."""
        return frozenset(frozenset((one, other)) for one in self.ones for other in self.others if one != other)


class EvidenceLine(msgspec.Struct, frozen=True):
    """One field's evidence in words; positive bits speak for one person, negative ones against."""

    field: str
    words: str
    bits: float


class Likeness(msgspec.Struct, frozen=True):
    """How one record stands to the person: the lines of evidence beside the record it is most like, and the sum of bits."""

    ref: SubjectRef
    name: str
    beside: SubjectRef
    bits: float
    lines: tuple[EvidenceLine, ...]
    verdict: str
    """``same``, ``maybe``, ``no`` or ``never``."""


class Said(msgspec.Struct, frozen=True):
    """A value that a department has, and since when it has been read."""

    department: str
    value: str
    read_at: datetime


class Disagreement(msgspec.Struct, frozen=True):
    """A fact on which departments differ: ``address``, ``phone`` or ``name``."""

    fact: str
    said: tuple[Said, ...]
