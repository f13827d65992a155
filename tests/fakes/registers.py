"""Departments that take changes, in memory, and a desk over them whose outbox lies in a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.contract import CallContext, Conflict, DepartmentError, NotFound, TimedOut, Unavailable, Unsettled
from app.services.audit import AuditLog
from app.services.bulkhead import Bulkhead
from app.services.changes import Changes
from app.services.departments import Departments, Port
from models.changes import Change, ChangeKind, Current, FormField, Receipt, Writing
from models.people import SubjectRef
from models.store.changes import ChangeRows
from models.store.store import Store
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, FakeSecrets, manifest

OLD, NEW = "2210 N Clark St", "1804 W Belmont Ave"
ADDRESS = ChangeKind(id="address", title="Change of address", fields=(FormField(name="address", label="New address"),))
START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@dataclass
class FakeRegister(FakeDepartment):
    """Keeps an address of person 1. ``script`` is what happens to the next calls of ``apply``, one each: a name of ``_act`` or an error."""

    address: str = OLD
    version: int = 1
    keeps_keys: bool = True
    can_tell: bool = True
    """Whether it can be asked for a key, or read back."""
    tells_current: bool = True
    down: bool = False
    script: list[str | DepartmentError] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    """The keys of the changes that had an effect, in order."""
    asked_for: list[str] = field(default_factory=list)
    token: str = ""
    """With a token, numbers are given later."""
    number: str = ""
    media: bytes = b""
    at: Callable[[str], None] = lambda point: None

    def current(self, writing: Writing, ctx: CallContext) -> Current | None:
        self.asked_for.append("current")
        self._reach()
        return Current({"address": self.address}, str(self.version)) if self.tells_current else None

    def apply(self, writing: Writing, ctx: CallContext) -> Receipt:
        self.asked_for.append("apply")
        self.at("apply")
        self._reach()
        happens = self.script.pop(0) if self.script else "takes"
        if isinstance(happens, DepartmentError):
            raise happens
        if happens == "lost before":
            raise TimedOut("no answer")
        receipt = self._act(writing)
        if happens == "lost after":
            raise TimedOut("no answer")
        if happens == "500 after":
            raise Unavailable("500", key="server_error")
        return receipt

    def settled(self, writing: Writing, ctx: CallContext) -> Receipt | None:
        self.asked_for.append("settled")
        self._reach()
        if not self.can_tell:
            raise Unsettled
        if writing.pending:
            return Receipt(self.number, pending="" if self.number else writing.pending)
        if writing.key in self.taken:
            return self._receipt()
        if self.address != writing.before.get("address", self.address):
            raise Conflict("it has neither what was to be written nor what it had before")
        return None

    def undo(self, writing: Writing, receipt: Receipt, ctx: CallContext) -> Receipt:
        self.asked_for.append("undo")
        self._reach()
        if self.address != writing.values["address"]:
            raise Conflict("it has something else by now", sent=False)
        return self._act(Writing(writing.kind, writing.key, writing.before, writing.subject))

    def _act(self, writing: Writing) -> Receipt:
        if self.keeps_keys and writing.key in self.taken:
            return self._receipt()
        if writing.subject is not None and writing.subject.id != "1":
            raise NotFound("nobody of that number")
        if writing.version and writing.version != str(self.version):
            raise Conflict(f"version {self.version}")
        self.address = writing.values["address"]
        self.version += 1
        self.media = writing.media
        self.taken.append(writing.key)
        return self._receipt()

    def _receipt(self) -> Receipt:
        return Receipt(pending=self.token) if self.token else Receipt(f"R{self.version}")

    def _reach(self) -> None:
        if self.down:
            raise Unavailable("refused", sent=False)


class Clock:
    """The store's time, which a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Town:
    """A desk over registers, with its store in a folder. ``apply`` is what manifests say of the change of address, by department."""

    def __init__(self, folder: Path, registers: dict[str, FakeRegister], apply: dict[str, dict[str, Any]] | None = None) -> None:
        self.registers = registers
        self.clock = Clock()
        self.store = Store.open(folder)
        self.rows = self.store.changes = ChangeRows(self.store._database, self.clock)
        self.worker = Bulkhead("store", 1)
        ports = []
        for name, register in registers.items():
            how = {"change": "address", "current": {"path": "/"}} | (apply or {}).get(name, {})
            deadline = how.pop("deadline", 5.0)
            roles, at_once = how.pop("may", ("agent",)), how.pop("at_once", 4)
            capabilities = ("records", "apply")
            kept = {"documents": {"of": how.pop("of", "")}}
            named = manifest(name, capabilities=capabilities, apply=[how], deadline=deadline, roles=roles, concurrent=at_once, **kept)
            ports.append(Port(named, register))
        self.departments = Departments(ports, FakeSecrets())
        self.asker = FakeAsker()
        self.audit = FakeAudit()
        self.log = AuditLog(self.store.audit, b"k" * 32)
        self.changes = self.desk()

    def desk(self) -> Changes:
        """Another desk over the same store and departments."""
        return Changes(self.departments, (ADDRESS,), self.rows, self.worker, self.log.entries, self.audit, self.asker)

    async def proposed(self, changes: Changes | None = None) -> tuple[Any, ...]:
        members = tuple(SubjectRef(name, "1") for name in self.registers)
        return [each async for each in (changes or self.changes).propose("address", members)][-1]

    async def submitted(self, address: str = NEW, token: str = "", changes: Changes | None = None) -> Change:
        desk = changes or self.changes
        proposals = await self.proposed(desk)
        return await desk.submit("address", {"address": address}, proposals, caller_name="Maria Gonzalez", call="c1", token=token)

    async def drained(self, seconds: float = 0.0) -> Change:
        """The first change, after all that is due so many seconds later was tried."""
        self.clock.move(seconds)
        await self.changes.outbox.drain()
        return self.now()

    def now(self) -> Change:
        return self.rows.get((1,))[0]

    def close(self) -> None:
        self.departments.close()
        self.worker.close()
        self.store.close()


def play(folder: Path, work: Callable[[Town], Awaitable[Any]], registers: dict[str, FakeRegister] | None = None, **apply: Any) -> Any:
    """Run ``work`` with a town, of one register named revenue unless others are given."""
    town = Town(folder, registers or {"revenue": FakeRegister()}, apply)
    try:
        return asyncio.run(work(town))
    finally:
        town.close()
