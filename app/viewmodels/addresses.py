"""The address that is being typed: what it may be, and its parts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import AddressesState
from models.people import Address

KEY_PAUSE = 0.2
"""Seconds to wait for the next key."""


class Suggesting(Protocol):
    """What suggests addresses, and reads those that are typed."""

    @property
    def suggests(self) -> bool: ...
    def read(self, text: str) -> Address | None: ...
    def suggest(self, text: str) -> Awaitable[tuple[Address, ...]]: ...


class AddressesViewModel(ViewModel[AddressesState]):
    """Asks for the text that was typed last; an answer to an earlier one is dropped. One for all address boxes: one is typed into."""

    def __init__(self, geocoding: Suggesting, tasks: Tasks) -> None:
        super().__init__(AddressesState(suggests=geocoding.suggests))
        self._geocoding = geocoding
        self._tasks = tasks
        self._text = ""
        self._pending: asyncio.TimerHandle | None = None

    def read(self, text: str) -> Address | None:
        """The parts of what was typed; None where nothing was."""
        return self._geocoding.read(text)

    def typed(self, text: str) -> None:
        """The text has changed: ask when no further key comes."""
        self.leave()
        self._text = text
        if text.strip():
            self._pending = asyncio.get_running_loop().call_later(KEY_PAUSE, self._ask)

    def leave(self) -> None:
        """Nothing is typed any more: what comes still is dropped."""
        self._text = ""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        self._change(text="", suggestions=())

    def _ask(self) -> None:
        self._pending = None
        self._tasks.start(self._suggest(self._text), "suggest addresses")

    async def _suggest(self, text: str) -> None:
        found = await self._geocoding.suggest(text)
        if text == self._text:
            self._change(text=text, suggestions=found, suggests=self._geocoding.suggests)
