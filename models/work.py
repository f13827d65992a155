"""Work that waits for somebody: an item in a queue, from when it was put there until somebody has done with it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

REVIEW = "break-glass review"
"""The queue of what a supervisor has to look at after glass was broken."""
CALL_BACKS = "call backs"
"""The queue of callers who were promised a call."""
HANDED_OVER = "handed over"
"""The queue of calls that were handed over to somebody else, who goes on where they stopped."""


class WorkItem(Struct, frozen=True):
    """One item. Times are UTC. ``done`` is None while it waits; ``note`` is what whoever did it has to say."""

    id: int
    queue: str
    title: str
    detail: str
    made: datetime
    made_by: str
    done: datetime | None = None
    done_by: str = ""
    note: str = ""
    due: datetime | None = None
    whom: str = ""
    """Who is to do it: an actor's name, or a role; empty: whoever looks after the queue."""
    sealed: bytes = b""
    """What comes with it, encrypted: a call as it was (app.services.passing_on)."""
