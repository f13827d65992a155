"""Proving the audit log: every actor's chain of rows is followed, and its first row that is not as it was written is named.

A chain shows by itself that a row was edited, is missing from the middle, or stands in another order. It can't show that its tail
was cut away, or that all of it was written anew: for that the hash of a row must be kept elsewhere (an anchor).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from models.audit import FIRST_PREVIOUS, StoredRow

Wrong = Literal["edited", "missing", "order", "cut", "rewritten"]


class Anchor(NamedTuple):
    """What is kept elsewhere of one actor's chain: how far it had come, and the hash it had there."""

    sequence: int
    hash: str


class ChainBreak(msgspec.Struct, frozen=True):
    """The first row of a chain that is not as it was written; of a cut tail, the last row that is left.

    ``at`` is the time as it stands in the row. ``why`` is a clause to follow "row N of ACTOR".
    """

    id: int
    actor: str
    sequence: int
    at: str
    wrong: Wrong
    why: str

    def __str__(self) -> str:
        if not self.sequence:
            return f"{self.actor}: {self.why}"
        return f"row {self.sequence} of {self.actor} ({self.at}, id {self.id}) {self.why}"


class Proof(msgspec.Struct, frozen=True):
    """What following all chains showed. ``anchored`` are the actors whose chain was held against an anchor, and how far that reaches."""

    rows: int
    actors: int
    breaks: tuple[ChainBreak, ...] = ()
    """At most one for each actor, by actor."""
    anchored: dict[str, int] = {}


def prove(rows: Iterable[StoredRow], anchors: Mapping[str, Anchor] | None = None) -> Proof:
    """Follow the chains of rows that come ordered by actor and sequence; one row is held at a time."""
    anchors = anchors or {}
    breaks: dict[str, ChainBreak] = {}
    ends: dict[str, StoredRow] = {}
    count = 0
    last: StoredRow | None = None
    for row in rows:
        count += 1
        actor = row.actor
        if last is None or last.actor != actor:
            last = None
        if actor not in breaks:
            found = _break(row, last) or _against(row, anchors.get(actor))
            if found is not None:
                breaks[actor] = found
        last = ends[actor] = row
    for actor, anchor in anchors.items():
        end = ends.get(actor)
        if actor not in breaks and (end is None or end.sequence < anchor.sequence):  # an end that is no number is a break already
            known = (end.id, actor, end.sequence, str(end.at)) if end is not None else (0, actor, 0, "")
            left = f"is the last, but there were {anchor.sequence}" if end is not None else f"no row is left of {anchor.sequence}"
            breaks[actor] = ChainBreak(*known, "cut", f"{left}: the end of the log was cut away")
    reach = {actor: anchor.sequence for actor, anchor in sorted(anchors.items())}
    return Proof(count, len(ends), tuple(sorted(breaks.values(), key=lambda found: str(found.actor))), reach)


def _break(row: StoredRow, last: StoredRow | None) -> ChainBreak | None:
    sequence, previous, last_id = (last.sequence, last.hash, last.id) if last is not None else (0, FIRST_PREVIOUS, 0)
    if row.computed_hash() != row.hash:
        return _broken(row, "edited", "was changed after it was written")
    if row.sequence != sequence + 1:
        gone = f"row {sequence + 1} is" if row.sequence == sequence + 2 else f"rows from {sequence + 1} on are"
        return _broken(row, "missing", f"does not follow the row before it: {gone} missing")
    if row.previous != previous:
        return _broken(row, "order", "does not follow the row before it: that one was written anew, or rows are in another order")
    if row.id <= last_id:
        return _broken(row, "order", "was stored before the row it follows: rows are in another order")
    return None


def _against(row: StoredRow, anchor: Anchor | None) -> ChainBreak | None:
    if anchor is None or row.sequence != anchor.sequence or row.hash == anchor.hash:
        return None
    return _broken(row, "rewritten", "has another hash than the one kept in the keyring: the log was written anew up to here")


def _broken(row: StoredRow, wrong: Wrong, why: str) -> ChainBreak:
    return ChainBreak(row.id, row.actor, row.sequence, str(row.at), wrong, why)
