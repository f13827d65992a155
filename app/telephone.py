"""The telephone at the desk: what is told in other threads, or by links, is heard in the window's thread, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.services.bulkhead import Bulkhead
from app.services.departments import in_worker
from app.services.telephony.lines import Inbox, Lines
from app.tasks import Tasks
from models.telephony import CallEvent

AT_ONCE = 20
"""Events that are heard in one turn of the loop."""
PAUSE = 0.02
"""Seconds between two turns: keys and paints come first."""


class Telephone:
    """``hear(event)`` and ``told(words)`` are called in the loop's thread."""

    def __init__(self, lines: Lines, hear: Callable[[CallEvent], None], told: Callable[[str], None], tasks: Tasks) -> None:
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox(lambda: self._in_loop(self._drain))
        self._told = told
        self._opening = Bulkhead("telephone", 1)
        tasks.start(self._open(lines), "open telephone lines")

    async def _open(self, lines: Lines) -> None:
        """The keyring may take its time."""
        try:
            await in_worker(self._opening, lambda: lines.open(self._inbox.put, lambda words: self._in_loop(lambda: self._told(words))))
        finally:
            self._opening.close()

    def _in_loop(self, call: Callable[[], object]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    def _drain(self) -> None:
        for event in self._inbox.take(AT_ONCE):
            self._hear(event)
        if self._inbox.waiting:
            self._loop.call_later(PAUSE, self._drain)
