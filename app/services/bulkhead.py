"""Blocking calls away from the window's thread, so many for each department that one which hangs exhausts only itself.

``ThreadPoolExecutor`` is not used because its threads keep the interpreter from leaving while one of them hangs in a driver;
these are daemons. Calls that wait for nothing but HTTP need no thread each: they run in the transport's reactor. Results come
back to the event loop gathered: one wake-up for all that came since the last, since a wake-up each costs more than the calls.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from adapters.reactor import Reactor

Job = tuple[Callable[[], Any], Callable[[Any, BaseException | None], None]]
Told = Callable[[Any, BaseException | None], Any]


class Bulkhead:
    """At most ``size`` calls at once for one department; more wait in line.

    Workers start with the first calls: threads, or calls of a ``reactor`` where nothing that is submitted blocks its thread.
    """

    def __init__(self, name: str, size: int, reactor: Reactor | None = None) -> None:
        self._name = name
        self._size = size
        self._reactor = reactor
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._workers = 0
        self._idle = 0

    def submit(self, call: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> None:
        """Run ``call`` in a worker; ``done(result, error)`` is called there when it ends."""
        with self._lock:
            self._jobs.put((call, done))
            if self._idle:
                self._idle -= 1
            elif self._workers < self._size:
                self._workers += 1
                if self._reactor is not None:
                    self._reactor.run(self._work)
                else:
                    threading.Thread(target=self._work, name=f"{self._name}-{self._workers}", daemon=True).start()

    def close(self) -> None:
        """Let the threads end after what is queued. One that hangs is left behind; it ends with the process."""
        with self._lock:
            for _ in range(self._workers):
                self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            call, done = job
            try:
                result, error = call(), None
            except BaseException as raised:
                result, error = None, raised
            if self._reactor is not None:
                self._reactor.when_idle(partial(done, result, error))
            else:
                done(result, error)
            del job, call, done, result, error

    def _next(self) -> Job | None:
        """The next job. A thread waits for it; a reactor's call ends, which costs nothing to begin again."""
        with self._lock:
            try:
                return self._jobs.get_nowait()
            except Empty:
                if self._reactor is not None:
                    self._workers -= 1
                    return None
                self._idle += 1
        return self._jobs.get()


class Overdue(Exception):
    """A call that did not end by its time; its thread may still be at it."""


class Begun:
    """Whether a call that waits for its turn begins, or nobody waits for it any more: one of the two comes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: bool | None = None

    def begin(self) -> bool:
        """False: it must not begin any more."""
        with self._lock:
            self._begun = self._begun is not False
            return self._begun

    def prevent(self) -> bool:
        """True: it has not begun, and will not."""
        with self._lock:
            self._begun = bool(self._begun)
            return not self._begun


class Inbox:
    """Where worker threads leave results for one event loop, which is woken once for all of them.

    One timer watches over all calls: one for each, like a task for each, costs more than the call.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._left: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._woken = False
        self._lock = threading.Lock()
        self._waiting: dict[asyncio.Future[Any], tuple[float, Told]] = {}
        self._watched_until = math.inf

    def call(
        self, bulkhead: Bulkhead, call: Callable[[], Any], *, until: float = math.inf, told: Told | None = None
    ) -> asyncio.Future[Any]:
        """Run ``call`` behind the bulkhead. The future is resolved in the loop, with what ``told(result, error)`` makes of its end.

        ``until`` is a time.monotonic() reading at which it ends in Overdue. Without ``told`` the call's own result or error is told.
        """
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting[future] = (until, told or _as_it_is)
        if until < self._watched_until:
            self._watch(until)
        bulkhead.submit(call, lambda result, error: self._leave(future, result, error))
        return future

    def _leave(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self._left.append((future, result, error))
        with self._lock:
            if self._woken:
                return
            self._woken = True
        with suppress(RuntimeError):  # the loop is closed: nobody waits for answers any more
            self._loop.call_soon_threadsafe(self._collect)

    def _collect(self) -> None:
        with self._lock:
            self._woken = False
        while self._left:
            self._settle(*self._left.popleft())

    def _settle(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        _, told = self._waiting.pop(future, (0.0, None))
        if told is None or future.done():  # overdue, or nobody waits any more
            return
        try:
            future.set_result(told(result, error))
        except BaseException as raised:
            future.set_exception(raised)

    def _watch(self, until: float) -> None:
        self._watched_until = until
        self._loop.call_later(max(0.0, until - time.monotonic()), self._look)

    def _look(self) -> None:
        now = time.monotonic()
        for future in [each for each, (until, _) in self._waiting.items() if until <= now]:
            self._settle(future, None, Overdue())
        self._watched_until = math.inf
        if (soonest := min((until for until, _ in self._waiting.values()), default=math.inf)) < math.inf:
            self._watch(soonest)


def _as_it_is(result: Any, error: BaseException | None) -> Any:
    if error is not None:
        raise error
    return result
