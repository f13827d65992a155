"""Who works here, in which role, for which purpose they look (it follows the reason of the call), and for how long without signing in."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Literal

from models.people import Sensitivity
from models.purposes import EMERGENCY, NONE, USUAL, Purpose

LONGEST_IDLE = 15 * 60.0
"""Seconds after which an unattended screen is locked; a site can only shorten it."""


class Session:
    """What every look is written down with, and what it may be of: ``role`` and ``purpose`` decide which departments may be asked."""

    def __init__(self, actor: str, role: str, purposes: tuple[Purpose, ...] = USUAL) -> None:
        self.actor = actor
        self.role = role
        self._purposes = tuple(purpose for purpose in purposes if role in purpose.roles)
        self._fixed: Purpose | None = None
        self._reason = ""
        self.emergency: Callable[[], bool] = lambda: False
        """Whether glass is broken: then the purpose hinders nothing."""
        self.alone = False
        """Nobody can be on the line, as in a search without a window."""

    @property
    def current(self) -> Purpose:
        """The purpose in force; that with no roles, which sees nothing, where this role has none."""
        if self.emergency():
            return EMERGENCY
        if self._fixed is not None:
            return self._fixed
        named = next((each for each in self._purposes if self._reason and self._reason in each.reasons), None)
        return named or next((each for each in self._purposes if not each.reasons), NONE)

    @property
    def purpose(self) -> str:
        """Its name, as looks are logged with it."""
        return self.current.name

    @property
    def has_caller(self) -> bool:
        """Somebody is on the line, who must be verified."""
        return self.current.caller and not self.alone

    def usual(self) -> Session:
        """The same person with no contact at hand: for the usual purpose."""
        session = Session(self.actor, self.role, self._purposes)
        session._fixed, session.alone = self._fixed, self.alone
        return session

    def purposes(self) -> tuple[str, ...]:
        """The names of those that this role has."""
        return tuple(purpose.name for purpose in self._purposes)

    def fix(self, name: str) -> None:
        """Look for this purpose, whatever the reason. Raises KeyError when the role does not have it."""
        found = next((purpose for purpose in self._purposes if purpose.name.casefold() == name.casefold()), None)
        if found is None:
            raise KeyError(name)
        self._fixed = found

    def give_reason(self, reason: str) -> bool:
        """What the contact is about now; True when the purpose has become another."""
        before = self.current
        self._reason = reason
        return self.current != before

    def allows(self, department: str) -> bool:
        """Whether the purpose lets this department be asked; what its manifest lets the role is another matter."""
        return self.current is not NONE and self.current.allows(department)

    def sees(self, sensitivity: Sensitivity) -> bool:
        """Whether the purpose lets fields of this kind be seen."""
        return sensitivity in self.current.fields


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
