"""Who may hold the interpreter for long: one worker at a time, and none while the window draws.

Qt lets go of the interpreter at every call and has to wait for it as often: with one worker that decodes, drawing takes
three times as long, with twenty the window stalls. So workers decode and map in pieces, and take turns with the window.
"""

from __future__ import annotations

import threading
import time

LONGEST_WAIT = 0.05
"""Seconds that a worker waits for a window at most: one that draws on and on must not keep answers from coming."""

SHORT, NAP = 0.0002, 0.00001
"""Seconds: after a turn that was not short a worker sleeps (the system makes some 60 us of it), or else the next worker has the
interpreter before the window, which waits for it too, has woken up: several turns in a row were a stall."""


class Turns:
    """A context manager for one piece of work that is done in the interpreter alone."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._drawn = threading.Event()
        self._drawn.set()
        self._began = 0.0
        self._windowed = False

    def __enter__(self) -> None:
        self._one.acquire()
        self._drawn.wait(LONGEST_WAIT)
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        if self._windowed and time.perf_counter() - self._began > SHORT:
            time.sleep(NAP)
        self._one.release()

    def give_way(self) -> None:
        """Between two pieces of a long work: the window may draw, and others have their turn."""
        self.__exit__()
        self.__enter__()

    def drawing(self, draws: bool) -> None:
        """The window begins to draw, or has drawn. Never waits. A process that never says so has none, and nobody naps for it."""
        self._windowed = True
        if draws:
            self._drawn.clear()
        else:
            self._drawn.set()


TURNS = Turns()
