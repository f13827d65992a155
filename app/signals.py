"""Ctrl+C, and the system's wish that a program ends: heard while Qt's loop sleeps, in which no Python runs."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from PySide6.QtCore import QSocketNotifier

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


@contextmanager
def told_by_signals(end: Callable[[int], None]) -> Iterator[None]:
    """``end`` is called with the exit code that a shell expects (128 and the signal's number). For the main thread, in Qt's loop."""

    def heard(number: int, _frame: FrameType | None) -> None:
        end(128 + number)

    def drain() -> None:
        with suppress(BlockingIOError):
            while woken.recv(64):
                pass

    woken, waker = socket.socketpair()
    with woken, waker:
        woken.setblocking(False)
        waker.setblocking(False)
        # The interpreter writes a byte when a signal comes; reading it makes Qt call Python, which then runs the handler.
        notifier = QSocketNotifier(woken.fileno(), QSocketNotifier.Type.Read)
        notifier.activated.connect(drain)
        before = {each: signal.signal(each, heard) for each in _ENDING}
        woken_before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken_before)
            for each, handler in before.items():
                signal.signal(each, handler)
            notifier.setEnabled(False)
