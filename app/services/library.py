"""The knowledge awaited: read, searched and suggested in a worker of its own, so that the window never waits for files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from threading import Event

from app.services.bulkhead import Bulkhead
from app.services.departments import in_worker
from app.services.knowledge import Knowledge
from models.knowledge import Article, Found, Suggested
from models.records import Record

CLOSING_TAKES = 2.0
"""Seconds that closing waits for a search that is going on."""


class Library:
    """One knowledge behind one thread, ``worker``, in which other matters of the same call may be looked through too."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.worker = Bulkhead("knowledge", 1)

    async def article(self, key: str, language: str) -> tuple[Article | None, tuple[str, ...]]:
        """See Knowledge.article."""
        return await in_worker(self.worker, lambda: self._knowledge.article(key, language))

    async def search(self, text: str, language: str) -> tuple[Found, ...]:
        """See Knowledge.search."""
        return await in_worker(self.worker, lambda: self._knowledge.search(text, language))

    async def suggest(
        self, records: Sequence[Record], reason: str, differing: tuple[str, ...], language: str, today: date
    ) -> tuple[Suggested, ...]:
        """See Knowledge.suggest."""
        return await in_worker(self.worker, lambda: self._knowledge.suggest(records, reason, differing, language, today))

    async def problems(self) -> tuple[str, ...]:
        """See Knowledge.problems."""
        return await in_worker(self.worker, self._knowledge.problems)

    def close(self) -> None:
        """Let go of the index, and end the thread."""
        closed = Event()
        self.worker.submit(self._knowledge.close, lambda result, error: closed.set())
        closed.wait(CLOSING_TAKES)
        self.worker.close()
