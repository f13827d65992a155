"""One set-up that the contract's tests run against: a back-end of a kind with the suite's data in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department
from adapters.manifest import load_manifest
from adapters.registry import make_department
from adapters.transport import Transport

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""When every case's questions are asked: the suite's data are of the months before."""

Missing = Literal["birth_date", "phone", "email", "address", "due", "amount", "status", "title", "people without records", "find by name"]
"""What a back-end of this kind has no place for, so that the suite does not ask for it."""

Opened = Callable[[Path], AbstractContextManager[tuple[Department, CallContext]]]
"""Given an empty folder: the running back-end's adapter and a context (deadline, credential) to call it with."""


@dataclass(frozen=True)
class Case:
    """``name`` is the test's id. ``down``, where given, is a department whose back-end can't be reached."""

    name: str
    opened: Opened
    capabilities: frozenset[str] = frozenset({"find", "records", "lookup", "check"})
    missing: frozenset[Missing] = field(default_factory=frozenset)
    needs_credential: bool = False
    down: Opened | None = None

    def __str__(self) -> str:
        return self.name


@contextmanager
def department_at(manifest: str, folder: Path, credential: str | None) -> Iterator[tuple[Department, CallContext]]:
    """The department of a manifest's text, written into ``folder``, with a context of ten seconds; closed at the end."""
    file = folder / "office.toml"
    file.write_text(manifest, encoding="utf-8")
    transport = Transport()
    department = make_department(load_manifest(file, folder), transport)
    try:
        yield department, CallContext(time.monotonic() + 10, credential, now=NOW)
    finally:
        department.close()
        transport.close()
