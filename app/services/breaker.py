"""A department that fails time and again is left to rest: nobody waits for what won't come, and it gets room to recover.

After five failures in a row it is not asked for ten seconds; then one call goes through, and as long as those fail, each rest is
twice as long as the one before, up to five minutes. A department that says how long (Retry-After) rests as long from its first
refusal on. Whoever asks on purpose, by F5 or the chip, is never held up.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

FAILURES = 5
FIRST_REST = 10.0
LONGEST_REST = 300.0
"""Seconds; a department that wants more is not believed."""
SPREAD = 0.1
"""Share by which a rest is longer at random: all desks of a city would be back at the same moment."""
DOWN = frozenset({"no_connection", "not_trusted", "server_error", "timed_out", "too_slow", "rate_limited", "not_data", "incomplete"})
"""Faults, of models.outcomes.FAULT_WORDS, that say something of the department; the others are about the question."""


class Breaker:
    """One department's; used in one thread. ``last`` is the fault for which it rests, empty while it does not."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self.last = ""
        self._failures = 0
        self._rest = 0.0
        self._until = 0.0
        self._trying = False

    def hold(self, trial: float) -> float:
        """Seconds for which the department is not to be asked; 0: ask.

        When a rest is over, one call gets the 0, and the others wait for it, ``trial`` seconds at most.
        """
        if not self.last:
            return 0.0
        now = self._clock()
        if now < self._until:
            return self._until - now
        self._until, self._trying = now + trial, True
        return 0.0

    def failed(self, key: str, retry_after: float | None = None) -> bool:
        """A call ended in a fault. Returns whether the department, which did not rest before, does from now on."""
        if key not in DOWN:
            self.answered()
            return False
        self._failures += 1
        now, rested = self._clock(), bool(self.last)
        if key == "rate_limited" and retry_after:
            self._rest = min(retry_after, LONGEST_REST)
        elif rested and (self._trying or now >= self._until):
            self._rest = min(2 * self._rest, LONGEST_REST)
        elif not rested and self._failures >= FAILURES:
            self._rest = FIRST_REST
        else:
            return False
        self._until = now + self._rest * (1 + SPREAD * self._chance())
        self._trying = False
        self.last = key
        return not rested

    def answered(self) -> None:
        """A call ended well, or at least with the department's own word on the question."""
        self.last, self._failures, self._trying = "", 0, False

    def unused(self) -> None:
        """A call was given up before its end: the next one may try."""
        if self._trying:
            self._until, self._trying = self._clock(), False
