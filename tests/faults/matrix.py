"""The matrix of faults: what each kind of department may do wrong, and what holds of the desk whatever it was.

``Case.opened(folder)`` starts a department that is ill and can be made well. ``play`` searches it and a healthy one three times,
twice while it is ill, and holds what came of it to the rules of every fault.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import NamedTuple

import msgspec
import pytest

from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.services.departments import GRACE, Departments, Port
from app.services.search import Findings, Search
from models.outcomes import FAULT_WORDS, Answered, Failed, Outcome
from models.query import SearchQuery
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, FakeSecrets, manifest, person
from tests.fakes.raw_server import RawServer

QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez")
SECRET = "s3cret-Zq-of-the-desk"
PERSONAL = ("gonzalez", "1984-03-09", "19840309", SECRET.lower())
"""What is searched, found or shown as a credential, and may be in no log and no detail."""
GUARD = 5.0
"""Seconds beyond its deadline that a busy machine is given: the faults hang for ten, so that waiting for one would show."""
HANGS = 10.0
Behaviour = Callable[[RawServer, socket.socket], None]


class AnySecret(FakeSecrets):
    """A keyring that has the one secret under every name."""

    def get(self, name: str) -> str | None:
        return SECRET


@dataclass(frozen=True)
class Ill:
    """A department that is ill until ``heal``."""

    manifest: Manifest
    heal: Callable[[], None]
    transport: Transport = field(default_factory=Transport)


@dataclass(frozen=True)
class Case:
    """``word`` is the fault's key; empty where the department is shown all the same, and then ``seen`` says how."""

    kind: str
    fault: str
    opened: Callable[[Path], AbstractContextManager[Ill]]
    word: str
    detail: str = ""
    """What the details, which an administrator reads, have in them."""
    seen: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.fault}"


class Behaves(NamedTuple):
    """How an HTTP server answers, the word for it, and what the detail has in it."""

    behave: bytes | Behaviour
    word: str
    detail: str = ""
    seen: str = ""


def http_cases(
    kind: str,
    make: Callable[[str, Path], Manifest],
    well: bytes | Behaviour,
    cases: Mapping[str, tuple[object, ...]],
    until: bytes = b"\r\n\r\n",
) -> list[Case]:
    """Cases of a server of bare sockets that behaves so; ``make(url, folder)`` is its manifest, ``well`` a good answer.

    ``until`` is what ends a question; nothing: whatever behaves reads it.
    """

    def case(fault: str, told: Behaves) -> Case:
        @contextmanager
        def opened(folder: Path) -> Iterator[Ill]:
            healed = Event()

            def act(connection: socket.socket) -> None:
                behave = well if healed.is_set() else told.behave
                if isinstance(behave, bytes):
                    connection.sendall(behave)
                else:
                    behave(server, connection)

            with RawServer(act, until) as server:
                yield Ill(in_time(make(server.url, folder), told.word), healed.set)

        return Case(kind, fault, opened, told.word, told.detail, told.seen)

    return [case(fault, Behaves(*told)) for fault, told in cases.items()]  # type: ignore[arg-type]


def in_time(manifest: Manifest, word: str) -> Manifest:
    """The manifest with a short deadline where that is what ends the call, else with one that a busy machine keeps."""
    return msgspec.structs.replace(manifest, deadline=0.4 if word in ("timed_out", "too_slow") else 2.9)


def play(case: Case, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Searches while the department is ill, again, and when it is well; asserts what holds of every fault."""
    caplog.set_level(logging.DEBUG)
    with case.opened(folder) as ill:
        ended = [*_searches(ill)]
    *while_ill, (last, _) = ended
    for found, took in while_ill:
        outcome = found.outcomes["faulty"]
        if case.word:
            _assert_told(case, outcome)
        else:
            assert isinstance(outcome, Answered), outcome
        assert took < ill.manifest.deadline + GRACE + GUARD
    for found, _ in ended:
        assert isinstance(found.outcomes["well"], Answered), "the others are not harmed"
        assert any(member.ref.department == "well" for caller in found.callers for member in caller.members)
    assert isinstance(last.outcomes["faulty"], Answered), f"well again, but {last.outcomes['faulty']}"
    _assert_logged(case, caplog)


def search(faulty: Manifest) -> Findings:
    """A search over the faulty department and a healthy one."""
    return next(_searches(Ill(faulty, lambda: None)))[0]


def _searches(ill: Ill) -> Iterator[tuple[Findings, float]]:
    """What is found while it is ill, then again, and then when it is well; with the seconds that each took."""
    well = FakeDepartment([person("well", "1", "Maria Gonzalez", "1984-03-09")])
    ports = [Port(ill.manifest, make_department(ill.manifest, ill.transport)), Port(manifest("well"), well)]
    desk = Departments(ports, AnySecret())

    async def first(search: Search) -> Findings:
        last = Findings({})
        async for found in search.run(QUERY):
            last = found
        return last

    try:
        with asyncio.Runner() as runner:
            search = Search(desk, FakeAudit(), FakeAsker())
            for turn in range(3):
                if turn == 2:
                    ill.heal()
                began = time.monotonic()
                found = runner.run(search.retry("faulty", QUERY) if turn else first(search))
                yield found, time.monotonic() - began
    finally:
        desk.close()
        ill.transport.close()


def _assert_told(case: Case, outcome: Outcome) -> None:
    assert isinstance(outcome, Failed), f"answered: {outcome}"
    fault = outcome.fault
    assert fault.key in FAULT_WORDS
    assert fault.key == case.word, fault
    assert case.detail in fault.detail, fault
    assert not [text for text in PERSONAL if text in fault.detail.lower()], fault


def _assert_logged(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    """One message when it fails, one when it is over, and nobody's data in any."""
    whole = logging.Formatter("%(name)s %(message)s")
    lines = [whole.format(record) for record in caplog.records]
    assert not [line for line in lines if any(text in line.lower() for text in PERSONAL)]
    told = [line.partition(" ")[2] for line in lines if line.startswith("app.services.departments ") and "rest" not in line]
    assert told == ([f"department faulty fails: {case.word}", "department faulty answers again"] if case.word else [])
