"""The outbox: sends what is due, several at once, each under a claim of its own; nothing is told that is not on the disk.

Before a delivery is sent, its claim is committed; what came of it is committed before anybody hears of it. Results that come while
one commit is under way share the next. A worker that ends, however it ends, leaves claims behind, which others take over when their
lease is over. ``run`` never ends by itself; ``drain`` ends when nothing is due.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

from app.services.bulkhead import Bulkhead
from app.services.departments import Departments, in_worker
from app.services.sending import Sending, backoff
from models.changes import Change
from models.outbox import Claim, Result, Slots
from models.store.errors import StoreUnavailable

log = logging.getLogger(__name__)

LOOKS_EVERY = 30.0
"""Seconds after which the store is looked at anyway: another process may have put something in."""
STORE_PAUSE = 5.0
"""Seconds until a store that can't be used is tried again."""
ENDING_TAKES = 3.0
"""Seconds that ending waits for departments that are being asked."""

CLOCK_DRIFT = 1.0
"""Seconds by which the time of day may fall behind a steady clock between two looks; more, and it was set back."""

_DOWN = ("no_connection", "timed_out", "too_slow", "server_error")


class OutboxRows(Protocol):
    """Where deliveries lie. All block and raise StoreUnavailable."""

    def claim(self, slots: Mapping[str, Slots], held: Iterable[int] = (), over: Iterable[int] = ()) -> tuple[Claim, ...]: ...

    def record(self, results: Sequence[Result]) -> tuple[int, ...]: ...

    def get(self, ids: Iterable[int]) -> tuple[Change, ...]: ...

    def next_due(self, departments: Iterable[str], held: Iterable[int] = ()) -> float | None: ...

    def leased(self) -> tuple[tuple[int, int], ...]: ...

    def due_now(self, departments: Iterable[str], faults: Iterable[str] = ()) -> int: ...


class Outbox:
    """``worker`` is the store's thread. ``recorded`` is called in the loop with each change of which a delivery has become another."""

    def __init__(
        self,
        rows: OutboxRows,
        worker: Bulkhead,
        departments: Departments,
        sending: Sending,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._rows = rows
        self._worker = worker
        self._departments = departments
        self._sending = sending
        self._steady = steady
        self._wall = wall
        self._ahead = wall() - steady()
        self._names = [name for name, port in departments.ports.items() if "apply" in port.manifest.capabilities]
        self._tries: dict[asyncio.Task[None], Claim] = {}
        self._results: list[tuple[Claim, Result]] = []
        self._saving: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._written = 0
        self._back: set[str] = set()
        self._leases: dict[tuple[int, int], float] = {}
        self._looked = -math.inf
        self._in_trouble: StoreUnavailable | None = None
        self.recorded: Callable[[Change], None] = lambda change: None

    def wake(self) -> None:
        """Something was put in."""
        self._wake.set()

    def back(self, department: str) -> None:
        """A department that was down answers again: what waits for it waits no longer."""
        if department in self._names:
            self._back.add(department)
            self._wake.set()

    async def run(self) -> None:
        """Send what is due, until cancelled; what is being asked then may still end, within ENDING_TAKES."""
        try:
            while True:
                self._wake.clear()
                pause = await self._round()
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # wait_for may swallow the cancellation
                        await self._wake.wait()
        finally:
            await self._end()

    async def drain(self) -> None:
        """Send what is due now, and end when all of it was tried once. Raises StoreUnavailable."""
        self._in_trouble = None
        try:
            while True:
                written = self._written
                claimed = await self._claim()
                if self._in_trouble is not None:
                    raise self._in_trouble
                if under_way := [*self._tries, *([self._saving] if self._saving else [])]:
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                elif not claimed and written == self._written:
                    return
        finally:
            await self._end()

    async def _round(self) -> float:
        """Claim and begin; returns after how many seconds at most to look again."""
        try:
            if self._back:
                back, self._back = self._back, set()
                await in_worker(self._worker, lambda: self._rows.due_now(back, _DOWN))
            await self._claim()
            free = [name for name, slots in self._slots().items() if slots.free]
            held = self._held()
            soonest = await in_worker(self._worker, lambda: self._rows.next_due(free, held))
        except StoreUnavailable as error:
            self._trouble(error)
            return STORE_PAUSE
        except Exception as error:  # a mistake of ours; what waits must not wait for the next start
            log.exception("the outbox was held up by %s", type(error).__name__)
            return LOOKS_EVERY
        self._in_trouble = None
        return LOOKS_EVERY if soonest is None else min(LOOKS_EVERY, soonest)

    async def _claim(self) -> int:
        before, self._ahead = self._ahead, self._wall() - self._steady()
        if self._ahead < before - CLOCK_DRIFT:  # set back: what waits until some time of day would wait longer
            await in_worker(self._worker, lambda: self._rows.due_now(self._names))
        slots = {name: each for name, each in self._slots().items() if each.free}
        if not slots:
            return 0
        over, held = await self._overdue(), self._held()
        claims = await in_worker(self._worker, lambda: self._rows.claim(slots, held, over))
        for claim in claims:
            task = asyncio.get_running_loop().create_task(self._try(claim), name=f"delivery {claim.delivery.id}")
            self._tries[task] = claim
        return len(claims)

    def _slots(self) -> dict[str, Slots]:
        """As many as a department takes at once; those whose result is not on the disk yet count."""
        busy = Counter(claim.delivery.department for claim in self._tries.values())
        busy.update(claim.delivery.department for claim, _ in self._results)
        ports = self._departments.ports
        return {name: Slots(max(0, ports[name].manifest.concurrent - busy[name]), self._sending.lease(name)) for name in self._names}

    def _held(self) -> list[int]:
        return [claim.delivery.id for claim in (*self._tries.values(), *(claim for claim, _ in self._results))]

    async def _overdue(self) -> list[int]:
        """Claims that have been there for longer than any lasts, by a clock that nobody sets back."""
        now = self._steady()
        if now - self._looked >= LOOKS_EVERY:
            self._looked = now
            leased = await in_worker(self._worker, self._rows.leased)
            self._leases = {each: self._leases.get(each, now) for each in leased}
        longest = max((self._sending.lease(name) for name in self._names), default=0.0)
        return [delivery for (delivery, _), first in self._leases.items() if now - first > longest]

    async def _try(self, claim: Claim) -> None:
        try:
            result = await self._sending.attempt(claim)
        except Exception as error:  # a mistake of ours, and nobody knows how far it came
            log.exception("a delivery to %s was cut short by %s", claim.delivery.department, type(error).__name__)
            wait = backoff(claim.delivery.attempts)
            result = Result(delivery=claim.delivery.id, fence=claim.fence, state="unknown", fault="unexpected", wait=wait)
        task = asyncio.current_task()
        assert task is not None
        del self._tries[task]
        self._results.append((claim, result))
        if self._saving is None:
            self._saving = asyncio.get_running_loop().create_task(self._save(), name="outbox results")

    async def _save(self) -> None:
        """Write results until there are none. While the store can't be used they are kept here: their claims last a while yet."""
        try:
            while self._results:
                batch = list(self._results)
                try:
                    changed = await in_worker(self._worker, partial(self._record, [each for _, each in batch]))
                except StoreUnavailable as error:
                    self._trouble(error)
                    await asyncio.sleep(STORE_PAUSE)
                    continue
                del self._results[: len(batch)]
                self._written += 1
                self._wake.set()
                for change in changed:
                    self.recorded(change)
        finally:
            self._saving = None

    def _record(self, results: list[Result]) -> tuple[Change, ...]:
        concerned = self._rows.record(results)
        return self._rows.get(concerned)

    async def _end(self) -> None:
        """What is being asked may end in time; what can't is left to its lease."""
        if self._tries:
            await asyncio.wait(self._tries, timeout=ENDING_TAKES)
        left = list(self._tries)
        for task in left:
            task.cancel()
        if self._saving is not None:
            _, late = await asyncio.wait([self._saving], timeout=ENDING_TAKES)
            left += late
            for task in late:
                task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _trouble(self, error: StoreUnavailable) -> None:
        if self._in_trouble is None:
            log.error("nothing can be sent to departments: the store is %s", error.reason)
        self._in_trouble = error
