"""The desk that is killed: a change is kept and sent, and SIGKILL comes at a named step. Runs in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection

from adapters.contract import CallContext, Department
from adapters.manifest import load_manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.services import sending
from app.services.audit import AuditLog
from app.services.bulkhead import Bulkhead
from app.services.changes import Changes
from app.services.departments import Departments, Port
from models.changes import Receipt, Writing
from models.people import SubjectRef
from models.store.changes import ChangeRows
from models.store.store import Store
from tests.fakes.departments import FakeAsker, FakeAudit, FakeSecrets
from tests.fakes.registers import ADDRESS, START
from tests.kill.city import NAMES, form

POINTS = (
    "before it is kept",
    "kept, not committed",
    "kept",
    "claimed, not committed",
    "claimed",
    "before it is sent",
    "while it is sent",
    "sent",
    "before it is looked up",
    "looked up",
    "written down, not committed",
    "written down",
)
ROUNDS = 12
"""Times that the clock is moved beyond every wait; what waits after that waits."""
LATER = 400.0


class Points:
    """Ends this process without warning when it comes to one step for the n-th time."""

    def __init__(self, at: str, times: int, delay: float = 0.0) -> None:
        self._at, self._times, self._delay = at, times, delay
        self._reached: Counter[str] = Counter()

    def reach(self, name: str) -> None:
        self._reached[name] += 1
        if name != self._at or self._reached[name] != self._times:
            return
        if self._delay:
            threading.Thread(target=self._die, args=(self._delay,), daemon=True).start()
        else:
            self._die(0.0)

    @staticmethod
    def _die(after: float) -> None:
        time.sleep(after)
        os.kill(os.getpid(), signal.SIGKILL)


class KilledDepartment:
    """An adapter with a step before and after what it does."""

    def __init__(self, department: Department, points: Points) -> None:
        self._department, self._points = department, points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._department, name)

    def apply(self, writing: Writing, ctx: CallContext) -> Receipt:
        self._points.reach("before it is sent")
        self._points.reach("while it is sent")
        receipt = self._department.apply(writing, ctx)
        self._points.reach("sent")
        return receipt

    def settled(self, writing: Writing, ctx: CallContext) -> Receipt | None:
        self._points.reach("before it is looked up")
        found = self._department.settled(writing, ctx)
        self._points.reach("looked up")
        return found


class KilledRows(ChangeRows):
    """The store with a step before, in and after each transaction of a change."""

    def __init__(self, store: Store, now: Callable[[], datetime], points: Points) -> None:
        self._points, self._step = points, ""
        self._whole = store._database
        super().__init__(self, now)  # type: ignore[arg-type] - it stands before the database
        self.reading = self._whole.reading

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._whole.writing() as connection:
            yield connection
            if self._step:
                self._points.reach(f"{self._step}, not committed")
        if self._step:
            self._points.reach(self._step)

    def add(self, *given: Any) -> Any:
        self._points.reach("before it is kept")
        return self._within("kept", super().add, *given)

    def claim(self, *given: Any) -> Any:
        return self._within("claimed", super().claim, *given)

    def record(self, *given: Any) -> Any:
        return self._within("written down", super().record, *given)

    def _within(self, step: str, work: Callable[..., Any], *given: Any) -> Any:
        self._step = step
        try:
            return work(*given)
        finally:
            self._step = ""


async def _not_looked_up(this_try: object) -> None:
    """As if what is unknown had not been made."""


class Desk(NamedTuple):
    """What a desk does changes with. ``move`` sets its clock ahead, in seconds."""

    changes: Changes
    rows: ChangeRows
    move: Callable[[float], None]

    async def keep(self, person: int) -> None:
        """Make the change of one person's address."""
        members = tuple(SubjectRef(name, str(person)) for name in NAMES)
        proposals = [each async for each in self.changes.propose("address", members)][-1]
        once = {"caller_name": "", "call": str(person), "token": f"form {person}"}
        await self.changes.submit("address", form(person), proposals, **once)  # type: ignore[arg-type]


@contextmanager
def desk(folder: Path, store_name: str, points: Points, later: float, stopped: datetime | None = None) -> Iterator[Desk]:
    """A desk over the departments in ``folder``, whose clock is ``later`` seconds ahead, or ``stopped``."""
    transport = Transport()
    ports = []
    for name in NAMES:
        manifest = load_manifest(folder / f"{name}.toml", folder)
        ports.append(Port(manifest, KilledDepartment(make_department(manifest, transport), points)))  # type: ignore[arg-type]
    departments = Departments(ports, FakeSecrets())
    store = Store.open(folder / store_name)
    ahead = later

    def now() -> datetime:
        return (stopped or datetime.now(UTC)) + timedelta(seconds=ahead)

    def move(seconds: float) -> None:
        nonlocal ahead
        ahead += seconds

    rows = KilledRows(store, now, points)
    entries = AuditLog(store.audit, b"k" * 32).entries
    worker = Bulkhead("store", 1)
    yield Desk(Changes(departments, (ADDRESS,), rows, worker, entries, FakeAudit(), FakeAsker()), rows, move)
    departments.close()
    worker.close()
    store.close()
    transport.close()


def work(folder: Path, person: int, points: Points, later: float, careless: bool) -> None:
    """Keep the change of one person, unless it is kept, and send until nothing moves. ``careless``: nothing is looked up."""
    if careless:
        sending._Try._looked_up = _not_looked_up  # type: ignore[assignment,method-assign]

    told = folder / f"{person}.told"

    async def through(desk: Desk) -> None:
        if not desk.rows.of_call(str(person)):
            assert not told.exists(), "what was told as kept is not there any more"
            await desk.keep(person)
            told.touch()
        for _ in range(ROUNDS):
            await desk.changes.outbox.drain()
            if not any(part.next_try for change in desk.rows.of_call(str(person)) for part in change.deliveries):
                break
            desk.move(LATER)

    with desk(folder, str(person), points, later) as opened:
        asyncio.run(through(opened))


def keep_all(folder: Path, people: range) -> None:
    """Keep a change of each of these people in one store, and send nothing."""

    async def through(desk: Desk) -> None:
        for person in people:
            await desk.keep(person)

    with desk(folder, "rivals", Points("", 0), 0.0, START) as opened:
        asyncio.run(through(opened))


def send_all(folder: Path, begin: int) -> None:
    """Send what is due in that store, from the moment when there is something to read from the file descriptor ``begin``.

    The clock stands: what failed once is not due again, however long this takes.
    """
    with desk(folder, "rivals", Points("", 0), 0.0, START) as opened:
        os.read(begin, 1)
        asyncio.run(opened.changes.outbox.drain())
