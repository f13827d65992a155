"""Fakes of the ports: a department that answers as told, a keyring of a dict, an audit log in a list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from adapters.contract import CallContext, Department, Health
from adapters.manifest import Manifest
from adapters.toml_tables import read_table
from app.services.departments import Departments, Port
from app.services.search import AuditTrail
from models.audit import AuditRow, Look
from models.people import Address, Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef
from models.store.errors import StoreUnavailable

READ_AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def person(
    department: str,
    key: str,
    name: str,
    born: str = "",
    phone: str = "",
    address: str = "",
    email: str = "",
) -> Person:
    """A person record in one line; given and family name are cut at the last space."""
    given, _, family = name.rpartition(" ")
    return Person(
        SubjectRef(department, key),
        name,
        READ_AT,
        given,
        family,
        date.fromisoformat(born) if born else None,
        (phone,) if phone else (),
        (email,) if email else (),
        (Address(address),) if address else (),
    )


def record(department: str, key: str, title: str = "Bill", subject: SubjectRef | None = None, **more: object) -> Record:
    return Record(RecordRef(department, key), "bill", title, READ_AT, subject=subject, **more)  # type: ignore[arg-type]


@dataclass
class FakeDepartment(Department):
    """Answers with what it was given; ``before`` runs in the worker first and may wait or raise."""

    people: Iterable[Person | Record] = ()
    files: dict[str, list[Record]] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    able: Callable[[SearchQuery], bool] = lambda query: True
    asked: list[SearchQuery] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)

    def can_find(self, query: SearchQuery) -> bool:
        return self.able(query)

    def find(self, query: SearchQuery, ctx: CallContext) -> Iterator[Person | Record]:
        self.asked.append(query)
        self.secrets.append(ctx.credential)
        self.before()
        yield from self.people

    def records(self, subject: SubjectRef, ctx: CallContext) -> Iterator[Record]:
        self.before()
        yield from self.files.get(subject.id, [])

    def lookup(self, ref: RecordRef, ctx: CallContext) -> Record:
        self.before()
        return record(ref.department, ref.id)

    def check(self, ctx: CallContext) -> Health:
        self.before()
        return Health(12.0, "fake 1.0")

    def close(self) -> None:
        pass


class FakeSecrets:
    def __init__(self, secrets: dict[str, str] | None = None) -> None:
        self.secrets = secrets or {}

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)


class FakeAudit(AuditTrail):
    """Keeps looks in order; ``broken`` refuses every one."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.shown: list[tuple[SubjectRef, ...]] = []
        self.outcomes: list[str] = []
        self.broken = False

    async def look(self, look: Look) -> AuditRow:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")
        self.looks.append(look)
        return AuditRow(
            id=len(self.looks), at=READ_AT, actor=look.actor, sequence=len(self.looks), role=look.role, purpose=look.purpose,
            kind=look.kind, departments=look.departments, what_hash="", outcome="", refers_to=None, previous="", hash="",
        )  # fmt: skip

    async def seen(self, row: AuditRow, subjects: tuple[SubjectRef, ...]) -> None:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full: make room, then try again.")
        self.shown.append(subjects)

    async def outcome(self, row: AuditRow, words: str) -> None:
        self.outcomes.append(words)


@dataclass
class FakeAsker:
    actor: str = "areyes"
    role: str = "agent"
    purpose: str = "Inquiry"
    forbidden: tuple[str, ...] = ()

    def allows(self, department: str) -> bool:
        return department not in self.forbidden


def manifest(name: str, **more: object) -> Manifest:
    """A manifest that is right and says as little as possible."""
    base = {
        "id": name,
        "path": str(Path("departments") / f"{name}.toml"),
        "kind": "open311",
        "title": name.title(),
        "colour": "#336699",
        "address": "http://127.0.0.1:1/",
        "capabilities": ("find", "records", "lookup", "check"),
        "roles": ("agent", "caseworker"),
        "deadline": 5.0,
    }
    return read_table(Manifest, base | more)


def departments(fakes: dict[str, FakeDepartment], secrets: FakeSecrets | None = None, **more: dict[str, object]) -> Departments:
    """Departments behind real bulkheads; ``more`` adds to a manifest by department."""
    ports = [Port(manifest(name, **more.get(name, {})), fake) for name, fake in fakes.items()]
    return Departments(ports, secrets or FakeSecrets())


class Gate:
    """Holds a worker until it is opened; opens by itself after ten seconds so that no test hangs."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def __call__(self) -> None:
        self._event.wait(10)

    def open(self) -> None:
        self._event.set()
