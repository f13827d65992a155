"""Before you hang up: what is still to be settled for the open caller, each with its reason and its action."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from datetime import date
from typing import Any, Protocol

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.saying_states import HangingUpState, OpenThing
from app.viewmodels.states import CallerState
from models.hanging_up import Thing
from models.people import Caller
from models.records import Record, RecordRef

PAUSE = 0.08
"""Seconds in which answers that come one after the other are waited for before the rules are looked through anew."""


class Rules(Protocol):
    """The site's rules, awaited."""

    async def things(self, caller: Caller | None, records: Sequence[Record], reason: str, today: date) -> tuple[Thing, ...]: ...


class HangingUpViewModel(ViewModel[HangingUpState]):
    """Follows the open caller as they may be seen.

    ``label(action, record)`` is what the button of an action says; empty where it can't be done here. ``act`` does it.
    """

    def __init__(self, rules: Rules, tasks: Tasks, today: Callable[[], date] = date.today) -> None:
        super().__init__(HangingUpState())
        self._rules = rules
        self._tasks = tasks
        self._today = today
        self._caller = CallerState()
        self._reason = ""
        self._things: tuple[Thing, ...] = ()
        self._pending: asyncio.TimerHandle | None = None
        self.label: Callable[[str, RecordRef | None], str] = lambda action, record: ""
        self.settled: Callable[[], Container[tuple[str, RecordRef | None]]] = frozenset
        """What was done in this call, by action and record: that is nothing to settle any more."""
        self.act: Callable[[str, RecordRef | None], None] = lambda action, record: None

    def see(self, state: CallerState) -> None:
        """Another caller is open, or more may be seen of them."""
        before, self._caller = self._caller, state
        if state.caller is None or (before.caller is not None and before.caller.key != state.caller.key):
            self._tell(())  # nothing of one caller is said of the next one
        if (before.caller, before.records) != (state.caller, state.records):
            self._look_soon()

    def hear(self, reason: str) -> None:
        """What the call is about."""
        if reason != self._reason:
            self._reason = reason
            self._look_soon()

    def offers_changed(self) -> None:
        """What can be done has become another: ``label`` is asked anew."""
        self._tell(self._things)

    def do(self, action: str, record: RecordRef | None) -> None:
        """Do what a thing offers."""
        self.act(action, record)

    async def suspend(self) -> Any:
        self._caller = CallerState()
        self._tell(())

    def resume(self, kept: Any) -> None:
        """What is to be settled comes with the caller, who is opened again."""

    def _look_soon(self) -> None:
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(PAUSE, self._look_now)

    def _look_now(self) -> None:
        self._pending = None
        self._tasks.start(self._look(), "before you hang up")

    async def _look(self) -> None:
        seen, reason = self._caller, self._reason
        things = await self._rules.things(seen.caller, seen.records, reason, self._today())
        if (seen, reason) == (self._caller, self._reason):  # else what came meanwhile has asked again
            self._tell(things)

    def _tell(self, things: tuple[Thing, ...]) -> None:
        self._things = things
        settled = self.settled()
        still = (each for each in things if (each.action, each.record) not in settled)
        self._show(HangingUpState(tuple(OpenThing(each, self.label(each.action, each.record) if each.action else "") for each in still)))
