"""One set-up that the tests of writing run against: a back-end that keeps one person's address, and takes changes of it.

The back-end has PERSON with the address HAS. It counts what it was made to do, and refuses the post code REFUSED with WORDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from adapters.contract import CallContext, Department
from models.changes import Writing
from models.people import SubjectRef

PERSON = "1001"
HAS = {"street": "Oak Street", "number": "12", "unit": "Apt 3", "post_code": "20001", "city": "Springvale"}
WANTED = {"street": "Elm Avenue", "number": "7B", "unit": "", "post_code": "20002", "city": "Springvale"}
KEPT = ("street", "number", "unit", "post_code")
REFUSED = "00000"
WORDS = "no such post code here"

Missing = Literal["current", "version", "settled", "undo", "same key"]


class Backend(Protocol):
    """The other side."""

    def has(self) -> dict[str, str]:
        """The address that it has, of the parts KEPT; what is null is empty."""
        ...

    def meddle(self) -> None:
        """Somebody else changes the street to ``Meddled Street``."""
        ...

    def effects(self) -> int:
        """How many changes were made through what the manifest sends."""
        ...


Opened = Callable[[Path], AbstractContextManager[tuple[Department, CallContext, Backend]]]


@dataclass(frozen=True)
class WritingCase:
    """``name`` is the test's id; ``down`` a department that can't be reached, with the same manifest."""

    name: str
    opened: Opened
    down: Callable[[Path], AbstractContextManager[tuple[Department, CallContext]]]
    missing: frozenset[Missing] = field(default_factory=frozenset)
    needs_credential: bool = False

    def __str__(self) -> str:
        return self.name


def moving(key: str, values: Mapping[str, str] = WANTED, *, version: str = "", before: Mapping[str, str] = HAS) -> Writing:
    """A change of address of PERSON."""
    whole = f"{values['number']} {values['street']} {values['unit']}".strip()
    everything = {"address": whole, **values, "from_date": "2026-12-01"}
    return Writing("address", key, everything, SubjectRef("office", PERSON), before=dict(before), version=version)
