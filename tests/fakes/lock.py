"""What the lock asks of the services, without operating system, keyring or store."""

from __future__ import annotations

import asyncio

from app.services.credentials import KeyringUnavailable
from app.services.sign_in import SignIn, SignInUnavailable
from models.store.errors import StoreUnavailable

SECRET = "open sesame"


class FakeSignIn(SignIn):
    shown = ""

    def __init__(self) -> None:
        self.fault: SignInUnavailable | None = None

    def check(self, secret: str) -> bool:
        if self.fault is not None:
            raise self.fault
        return secret == SECRET


class FakeGate:
    """Seals by turning bytes round. ``gone`` is the keyring's absence, ``full`` the log's."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self.log_: list[tuple[str, str]] = []
        self.sealed: list[bytes] = []
        self.gone = self.full = False

    async def check(self, secret: str) -> bool:
        await asyncio.sleep(0)
        return self.sign_in.check(secret)

    async def seal(self, plain: bytes) -> bytes:
        self._keyring()
        self.sealed.append(plain)
        return plain[::-1]

    async def unseal(self, sealed: bytes) -> bytes:
        self._keyring()
        return sealed[::-1]

    async def log(self, kind: str, outcome: str) -> None:
        if self.full:
            raise StoreUnavailable("full", "The disk is full.")
        self.log_.append((kind, outcome))

    def _keyring(self) -> None:
        if self.gone:
            raise KeyringUnavailable("The keyring is locked.")
