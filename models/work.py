"""Work that waits for somebody: an item in a queue, from when it was put there until somebody has done with it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

REVIEW = "break-glass review"
"""The queue of what a supervisor has to look at after glass was broken."""


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
