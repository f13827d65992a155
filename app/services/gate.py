"""What the lock asks of the services: whether it is the same person, sealing what was shown, and a row in the log."""

from __future__ import annotations

from app.services.bulkhead import Bulkhead
from app.services.departments import in_worker
from app.services.sealing import Sealer
from app.services.search import AuditTrail
from app.services.session import Session
from app.services.sign_in import SignIn
from models.audit import Look, LookKind


class StoredGate:
    """Awaited: the sign-in in a thread of its own, as it may take its time to say no."""

    def __init__(self, sign_in: SignIn, sealer: Sealer, audit: AuditTrail, session: Session, worker: Bulkhead) -> None:
        self._sign_in = sign_in
        self._sealer = sealer
        self._audit = audit
        self._session = session
        self._worker = worker
        self._asking = Bulkhead("sign-in", 1)

    async def check(self, secret: str) -> bool:
        return await in_worker(self._asking, lambda: self._sign_in.check(secret))

    async def seal(self, plain: bytes) -> bytes:
        return await in_worker(self._worker, lambda: self._sealed(plain))

    async def unseal(self, sealed: bytes) -> bytes:
        return await in_worker(self._worker, lambda: self._sealer.unseal(sealed, self._session.actor))

    async def log(self, kind: LookKind, outcome: str) -> None:
        session = self._session
        row = await self._audit.look(Look(session.actor, session.role, session.purpose, kind, (), kind))
        await self._audit.outcome(row, outcome)

    def close(self) -> None:
        self._asking.close()

    def _sealed(self, plain: bytes) -> bytes:
        try:
            return self._sealer.seal(plain, self._session.actor)
        finally:
            self._sealer.forget()
