"""One set-up that the contract's tests run against: a back-end of a kind with the suite's data in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department

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
