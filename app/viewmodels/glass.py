"""Break-glass on the desk: begun with a reason, ended by hand, by time or with the contact; and its review by supervisors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.services.break_glass import BreakGlass, Reviews
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import GlassState, ReviewsState
from models.people import Caller
from models.store.errors import StoreUnavailable
from models.work import WorkItem


class GlassViewModel(ViewModel[GlassState]):
    """``changed`` is called when what may be seen has become another."""

    def __init__(self, glass: BreakGlass, caller: Callable[[], Caller | None], tasks: Tasks) -> None:
        rules = glass.rules
        super().__init__(GlassState(glass.allowed, rules.letters, rules.minutes))
        self._glass = glass
        self._caller = caller
        self._tasks = tasks
        self._ending: asyncio.TimerHandle | None = None
        self.changed: Callable[[], None] = lambda: None

    def start(self, reason: str) -> None:
        """Break the glass for this reason; what is missing is said."""
        if not self.state.allowed or self.state.until:
            return
        if not self._glass.long_enough(reason):
            self._change(problem=f"Say in at least {self.state.letters} letters why this can't wait: a supervisor reads it.")
            return
        self._tasks.start(self._start(reason), "break glass")

    def end(self) -> None:
        """Whole again."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self.state.until:
            self._glass.close()
            self._tasks.start(self._end(), "end break glass")

    def discard_problem(self) -> None:
        self._change(problem="")

    async def suspend(self) -> None:
        """A desk that is locked is no emergency."""
        self.end()

    def resume(self, kept: object) -> None:
        """Glass stays whole."""

    async def _start(self, reason: str) -> None:
        try:
            await self._glass.start(reason, self._caller())
        except StoreUnavailable as error:
            self._change(problem=f"Nothing was opened: {error}")
            return
        self._ending = asyncio.get_running_loop().call_later(self._glass.left(), self.end)
        self._change(until=self._glass.until, problem="", warning="")
        self.changed()

    async def _end(self) -> None:
        warning = ""
        try:
            await self._glass.end()
        except StoreUnavailable as error:
            warning = f"Break-glass is over, but its end is not written down: {error}"
        self._change(until=0.0, problem="", warning=warning)
        self.changed()


class ReviewsViewModel(ViewModel[ReviewsState]):
    """The small list that supervisors see."""

    def __init__(self, reviews: Reviews, tasks: Tasks) -> None:
        super().__init__(ReviewsState(reviews.allowed))
        self._reviews = reviews
        self._tasks = tasks

    async def suspend(self) -> None:
        """Show nothing more: a reason may tell of somebody."""
        self._change(items=(), problem="")

    def resume(self, kept: object) -> None:
        """Read the list anew."""
        self.load()

    def load(self) -> None:
        """Read the list anew."""
        if self.state.allowed:
            self._tasks.start(self._load(), "reviews")

    def seen(self, item: int, note: str) -> None:
        """A supervisor has looked at it and notes what they make of it."""
        found = next((each for each in self.state.items if each.id == item and each.done is None), None)
        if found is None:
            return
        if not note.strip():
            self._change(problem="Note what you make of it, in a few words.")
            return
        self._tasks.start(self._seen(found, note), "review")

    async def _load(self) -> None:
        try:
            self._change(items=await self._reviews.items(), problem="")
        except StoreUnavailable as error:
            self._change(problem=str(error))

    async def _seen(self, item: WorkItem, note: str) -> None:
        try:
            done = await self._reviews.seen(item, " ".join(note.split()))
            items = await self._reviews.items()
        except StoreUnavailable as error:
            self._change(problem=f"Not kept: {error}")
            return
        self._change(items=items, problem="" if done else "Somebody else must look at it: it is your own, or was looked at already.")
