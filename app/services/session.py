"""Who works here, in which role, for which purpose they look, and for how long without signing in again."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

LONGEST_IDLE = 15 * 60.0
"""Seconds after which an unattended screen is locked; a site can only shorten it."""


class Session(msgspec.Struct, frozen=True):
    """What every look is written down with; ``role`` decides which departments may be asked."""

    actor: str
    role: str
    purpose: str


def actor_name() -> str:
    """The name of the account that this process runs under, from the operating system.

    Not from USER or LOGNAME, which anybody can set to somebody else's name.
    """
    if sys.platform == "win32":
        return os.getlogin()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account that no directory knows, as in a container
        return f"uid-{os.getuid()}"


def role_of(actor: str, staff: Mapping[str, str], default_role: str) -> str:
    """The actor's role by the site's table of staff."""
    return staff.get(actor, default_role)


def steady() -> float:
    """Seconds on a clock that nobody can set and that goes on while the computer sleeps."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)  # Linux's monotonic clock stands still in sleep; others' goes on
    return time.clock_gettime(boot_time) if boot_time is not None else time.monotonic()


class Watch:
    """How long nobody has touched the desk, and how long it is since somebody signed in; both in seconds of a steady clock."""

    def __init__(self, idle: float, longest: float, now: Callable[[], float] = steady) -> None:
        self._idle = min(idle, LONGEST_IDLE)
        self._longest = longest
        self._now = now
        self.begin()

    def begin(self) -> None:
        """Somebody has signed in."""
        self._began = self._touched = self._now()

    def touched(self) -> None:
        """A key or the mouse was used."""
        self._touched = self._now()

    def overdue(self) -> Literal["", "idle", "limit"]:
        """Why somebody must sign in again now, if they must."""
        now = self._now()
        if now - self._touched >= self._idle:
            return "idle"
        return "limit" if now - self._began >= self._longest else ""
