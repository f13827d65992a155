"""A log on a real store, looks to write into it, and a hand that tampers with its file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.services.audit import AuditLog
from models.audit import Look
from models.people import SubjectRef
from models.store.store import FILE_NAME, Store
from tests.fakes.store import FakeAuditRows

KEY = bytes(range(32))


AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


WHAT = "Zoë Åkesson 1984-03-02"


MARIA, IVAN = SubjectRef("revenue", "T-1"), SubjectRef("permits", "7/b")


def look(actor: str = "ann", what: str = WHAT, **fields: object) -> Look:
    given: dict[str, object] = {"role": "agent", "purpose": "Inquiry", "kind": "search", "departments": ("revenue", "permits")}
    return Look(actor=actor, what=what, **(given | fields))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, patience=0.2) as opened:
        yield opened


@pytest.fixture
def log(store: Store) -> AuditLog:
    return AuditLog(store.audit, KEY)


@pytest.fixture(params=["store", "fake"])
def either(request: pytest.FixtureRequest) -> AuditLog:
    """The log on the real store, and on the fake that other tests use."""
    return AuditLog(FakeAuditRows() if request.param == "fake" else request.getfixturevalue("store").audit, KEY)


def tamper(folder: Path, *statements: str) -> None:
    """What somebody with the file can do: take the triggers away and change what they like."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        for trigger in ("audit_no_update", "audit_no_delete"):
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
