"""My looks: what whoever works here has looked at, read from the audit log page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import TrailState
from models.audit import Seen
from models.store.errors import StoreUnavailable

PAGE = 50

OwnLooks = Callable[[int | None, int], Awaitable[tuple[Seen, ...]]]
"""Looks before the one of that sequence, at most so many. Raises StoreUnavailable."""


class TrailViewModel(ViewModel[TrailState]):
    """Holds nothing until it is opened, and nothing after it was left. ``titles`` has the departments' by their ids."""

    def __init__(self, own_looks: OwnLooks, titles: Mapping[str, str], tasks: Tasks) -> None:
        super().__init__(TrailState())
        self._own_looks = own_looks
        self._titles = titles
        self._tasks = tasks
        self._turn = 0

    def open(self) -> None:
        """Read the newest."""
        self.leave()
        self.more()

    def more(self) -> None:
        """Read the next page, if there is one and it is not being read."""
        if not self.state.reading and not self.state.finished:
            self._change(reading=True, problem="")
            self._tasks.start(self._read(self._turn), "own looks")

    def leave(self) -> None:
        """Forget what was read."""
        self._turn += 1
        self._show(TrailState())

    async def suspend(self) -> Any:
        self.leave()

    def resume(self, kept: Any) -> None:
        """The lock has closed the dialog; whoever wants it opens it again."""

    async def _read(self, turn: int) -> None:
        before = self.state.looks[-1].sequence if self.state.looks else None
        try:
            page = await self._own_looks(before, PAGE)
        except StoreUnavailable as error:
            if turn == self._turn:
                self._change(reading=False, problem=str(error))
            return
        if turn == self._turn:
            looks = (*self.state.looks, *(self._titled(each) for each in page))
            self._change(looks=looks, reading=False, finished=len(page) < PAGE)

    def _titled(self, look: Seen) -> Seen:
        return msgspec.structs.replace(look, departments=tuple(self._titles.get(name, name) for name in look.departments))
