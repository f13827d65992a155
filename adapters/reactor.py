"""Many calls in one thread: while one waits for a socket, another goes on.

Fifty threads that come back from the network at the same time spend more on handing the interpreter to one another, from core
to core, than on their work. A call is plain synchronous code all the same: each runs in a greenlet, which keeps its stack while
it waits. It may wait by ``wait``, ``pause`` and ``aside`` alone; called in a thread of one's own, these block that thread.
"""

from __future__ import annotations

import selectors
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

READABLE = selectors.EVENT_READ
WRITABLE = selectors.EVENT_WRITE
MOST_KEPT = 0.004
"""Seconds, a quarter of a frame, for which the end of a call is kept back while others go on."""
T = TypeVar("T")
_FOR_ONE: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""Waits for one socket with the fewest system calls; Windows has no poll."""


class Reactor:
    """One thread, started with the first call, for all calls that are given to ``run``."""

    def __init__(self) -> None:
        self._given: deque[Callable[[], None]] = deque()
        self._waiting: set[_Call] = set()
        self._free: list[_Call] = []
        self._ends: list[Callable[[], None]] = []
        self._ends_since = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._rung = False
        self._closed = False

    def run(self, call: Callable[[], None]) -> None:
        """Start a call, from any thread. After ``close`` none is started any more."""
        with self._lock:
            if self._closed:
                return
            self._given.append(call)
            if self._thread is None:
                self._selector = selectors.DefaultSelector()
                self._bell, self._rope = socket.socketpair()
                self._selector.register(self._bell, READABLE)
                self._thread = threading.Thread(target=self._work, name="reactor", daemon=True)
                self._thread.start()
            self._ring()

    def close(self) -> None:
        """End the thread. Calls that still wait are given up where they are: their ``finally`` blocks run."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._thread is None:
                return
            self._ring()
        self._thread.join(1.0)

    def _ring(self) -> None:
        if not self._rung:
            self._rung = True
            self._rope.send(b"!")

    # --- from within a call

    def when_idle(self, end: Callable[[], None]) -> None:
        """Do this as soon as no call can go on, or after MOST_KEPT.

        It is for what wakes the window's thread, which wants the interpreter then, in the midst of the other calls' work.
        """
        if not self._ends:
            self._ends_since = time.monotonic()
        self._ends.append(end)

    def wait(self, call: _Call, sock: Any, event: int, deadline: float) -> None:
        """Let others go on until the socket is ready. Raises TimeoutError at the deadline."""
        self._selector.register(sock, event, call)
        try:
            self.pause(call, deadline)
        finally:
            self._selector.unregister(sock)

    def pause(self, call: _Call, deadline: float) -> None:
        """Let others go on. Raises TimeoutError at the deadline."""
        if self._closed:
            raise GreenletExit
        call.deadline = deadline
        self._waiting.add(call)
        call.give_way()

    def let_go(self, call: _Call) -> None:
        """The call has ended, and stands ready for another."""
        self._free.append(call)
        call.give_way()

    # --- the thread

    def _work(self) -> None:
        while not self._closed:
            ready = self._selector.select(0.0 if self._ends else self._left())
            if not ready:
                self._tell_ends()
            for key, _ in ready:
                if key.data is None:
                    self._begin()
                else:
                    self._go_on(key.data)
            now = time.monotonic()
            for call in [each for each in self._waiting if each.deadline <= now]:
                self._go_on(call, TimeoutError)
        for call in (*self._waiting, *self._free):
            self._go_on(call, GreenletExit)
        self._tell_ends()
        with self._lock:  # whoever closes rings first
            self._selector.close()
            self._bell.close()
            self._rope.close()

    def _left(self) -> float | None:
        """Seconds until the soonest deadline."""
        soonest = min((call.deadline for call in self._waiting), default=None)
        return None if soonest is None else max(0.0, soonest - time.monotonic())

    def _begin(self) -> None:
        self._bell.recv(1)
        with self._lock:
            self._rung = False
        while self._given:
            call = self._free.pop() if self._free else _Call(self)
            call.work = self._given.popleft()
            self._go_on(call)

    def _go_on(self, call: _Call, error: type[BaseException] | None = None) -> None:
        self._waiting.discard(call)
        try:
            call.throw(error) if error else call.switch()
        except BaseException:  # a bug: it is told of as any thread's is, and the other calls go on
            kind, raised, trace = sys.exc_info()
            threading.excepthook(threading.ExceptHookArgs((kind or BaseException, raised, trace, self._thread)))
        if self._ends and time.monotonic() - self._ends_since > MOST_KEPT:
            self._tell_ends()

    def _tell_ends(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            end()


class _Call(greenlet):
    """Does its work, then stands ready for other: the system gives a new greenlet memory of its own, which takes time.

    ``deadline`` (a time.monotonic() reading) is that of what it waits for.
    """

    def __init__(self, reactor: Reactor) -> None:
        super().__init__(self._run)
        self.reactor = reactor
        self.work: Callable[[], None]
        self.deadline = 0.0

    def _run(self) -> None:
        while True:
            self.work()
            del self.work
            self.reactor.let_go(self)

    def give_way(self) -> None:
        """Back to the reactor, until it lets this call go on."""
        assert self.parent is not None
        self.parent.switch()


def wait(sock: Any, event: int, deadline: float) -> None:
    """Wait until the socket is READABLE or WRITABLE. Raises TimeoutError at the deadline, a time.monotonic() reading."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    call = getcurrent()
    if isinstance(call, _Call):
        call.reactor.wait(call, sock, event, deadline)
        return
    if not is_ready(sock, event, left):
        raise TimeoutError


def is_ready(sock: Any, event: int, seconds: float = 0.0) -> bool:
    """Whether the socket is, or becomes within so many seconds for which the thread is blocked, READABLE or WRITABLE."""
    with _FOR_ONE() as selector:
        selector.register(sock, event)
        return bool(selector.select(seconds))


def pause(seconds: float) -> None:
    """Wait for nothing but time."""
    call = getcurrent()
    if isinstance(call, _Call):
        with suppress(TimeoutError):
            call.reactor.pause(call, time.monotonic() + seconds)
    else:
        time.sleep(seconds)


def aside(call: Callable[[], T], deadline: float) -> T:
    """What a call gives that waits by other means: it gets a thread of its own. Raises what it raises, and TimeoutError at the deadline."""
    ours, theirs = socket.socketpair()
    ends: list[tuple[Any, BaseException | None]] = []

    def work() -> None:
        try:
            ends.append((call(), None))
        except BaseException as error:
            ends.append((None, error))
        theirs.close()

    with ours:
        threading.Thread(target=work, name="aside", daemon=True).start()
        wait(ours, READABLE, deadline)
    found, error = ends[0]
    if error is not None:
        raise error
    return found  # type: ignore[no-any-return]
