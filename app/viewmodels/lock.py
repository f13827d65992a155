"""The lock: what screens show is put away sealed, and comes back when the same person has signed in again."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from app.services.credentials import KeyringUnavailable
from app.services.session import Watch, steady
from app.services.sign_in import SignIn, SignInUnavailable
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.screens import Screen, bring_back, put_away
from app.viewmodels.states import LockState
from models.audit import LookKind
from models.store.errors import StoreUnavailable

log = logging.getLogger(__name__)

TICK = 5.0
"""Seconds between two looks at the watch."""
LONGEST_WAIT = 60.0
"""Seconds between two tries at most: 1, 2, 4 ... after each wrong one."""

Why = Literal["asked", "idle", "limit"]


class Gate(Protocol):
    """What the lock asks of the services, awaited."""

    async def check(self, secret: str) -> bool:
        """Whether it is the same person. Raises SignInUnavailable."""
        ...

    async def seal(self, plain: bytes) -> bytes:
        """Encrypt, and let go of the key. Raises KeyringUnavailable."""
        ...

    async def unseal(self, sealed: bytes) -> bytes:
        """Decrypt. Raises KeyringUnavailable or SealBroken."""
        ...

    async def log(self, kind: LookKind, outcome: str) -> None:
        """Write it into the audit log. Raises StoreUnavailable."""
        ...


class LockViewModel(ViewModel[LockState]):
    """``screens`` are put away and brought back in their order."""

    def __init__(self, actor: str, sign_in: SignIn, gate: Gate, watch: Watch, screens: Mapping[str, Screen], tasks: Tasks) -> None:
        super().__init__(LockState(actor=actor, passphrase=sign_in.shown))
        self._gate = gate
        self._watch = watch
        self._screens = screens
        self._tasks = tasks
        self._sealed: bytes | None = None
        self._putting_away: asyncio.Task[None] | None = None
        self._failures = 0
        self._wait_until = 0.0
        tasks.start(self._keep_watch(), "idle watch")

    def touched(self) -> bool:
        """A key or the mouse was used; False when it came too late, and the screen is locked now."""
        if not self.state.why:
            self._lock_if_overdue()
        if self.state.why:
            return False
        self._watch.touched()
        return True

    def lock(self, why: Why = "asked") -> None:
        """Hide everything at once, then put it away."""
        if not self.state.why:
            self._failures, self._wait_until = 0, 0.0
            self._change(why=why, since=datetime.now(UTC), problem="", wait=0.0)
            self._putting_away = self._tasks.start(self._put_away(why), "put away")

    def unlock(self, secret: str) -> None:
        """Try to sign in again."""
        if self.state.why and not self.state.checking and steady() >= self._wait_until:
            self._change(checking=True, problem="", wait=0.0)
            self._tasks.start(self._unlock(secret), "sign in")

    async def _keep_watch(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self._lock_if_overdue()

    def _lock_if_overdue(self) -> None:
        if why := self._watch.overdue():
            self.lock(why)

    async def _put_away(self, why: Why) -> None:
        kept = await put_away(self._screens)
        self._sealed = None
        try:
            self._sealed = await self._gate.seal(json.dumps(kept).encode())
        except KeyringUnavailable:
            pass  # the open call is on the disk all the same, sealed when the keyring was still there
        except Exception:
            log.exception("what was put away could not be sealed")
        with suppress(StoreUnavailable):  # nobody sees anything: that is not refused for want of a log
            await self._gate.log("lock", why)

    async def _unlock(self, secret: str) -> None:
        try:
            right = await self._gate.check(secret)
            if self._putting_away is not None:
                await asyncio.wait([self._putting_away])
            await self._gate.log("unlock", "signed in" if right else "refused")
            kept: dict[str, Any] = json.loads(await self._gate.unseal(self._sealed)) if right and self._sealed is not None else {}
        except (SignInUnavailable, StoreUnavailable, KeyringUnavailable) as error:
            self._change(checking=False, problem=str(error))
            return
        except Exception:
            log.exception("the sign-in failed")
            words = "Something unexpected happened here; it was logged. Try again, or close CivicDesk: the open call is kept."
            self._change(checking=False, problem=words)
            return
        if not right:
            self._failures += 1
            wait = min(2.0 ** (self._failures - 1), LONGEST_WAIT)
            self._wait_until = steady() + wait
            self._change(checking=False, problem=self._wrong(), wait=wait)
            return
        self._sealed = None
        self._watch.begin()
        self._change(why="", since=None, checking=False, problem="")
        bring_back(self._screens, kept)

    def _wrong(self) -> str:
        if self.state.passphrase:
            return "That is not the passphrase."
        return f"That is not the password of {self.state.actor}. Look at Caps Lock and the keyboard's language."
