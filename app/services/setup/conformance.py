"""A department's conformance report: what its manifest promises, held against what the department really does.

Each line says what was tried and what came of it; a line that failed says what to mend. Asking for a test person is a look: whoever
calls has written it into the audit log.
"""

from __future__ import annotations

import logging
import re
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from adapters.contract import PROTOCOLS, CallContext, Department, DepartmentError
from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.services.setup.faulty import FAULTS, faulty_server
from app.services.setup.trial import Trial, run_trial
from models.checks import SLOW_MS
from models.outcomes import FAULT_WORDS
from models.people import Person
from models.query import SearchQuery

State = Literal["passed", "failed", "to look at", "not tried"]
REPEATS = 15
"""Searches from which the latency is told."""
FAULTY_DEADLINE = 0.8
"""Seconds that a call to a faulty server may take."""
_SECRET_VALUES = (
    ("a bank account", re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}")),
    ("a national number", re.compile(r"\d{3}-\d{2}-\d{4}")),
)


class Line(Struct, frozen=True):
    """One thing that was tried. ``part`` groups lines: manifest, answers, latency, mapping, masking, faults, log."""

    part: str
    what: str
    state: State
    detail: str = ""
    ms: float | None = None


class Report(Struct, frozen=True):
    """All that was tried of one department; ``title`` and ``kind`` as its manifest has them."""

    department: str
    title: str
    kind: str
    lines: tuple[Line, ...]

    @property
    def passed(self) -> bool:
        """Nothing failed."""
        return all(line.state != "failed" for line in self.lines)


def conformance(
    manifest: Manifest, transport: Transport, allowed: Iterable[str], query: SearchQuery, credential: str | None, actor: str, role: str
) -> Report:
    """Try everything that the manifest promises. Blocking, some 15 s. Raises ManifestError."""
    said = _Said()
    with said.listening():
        department = make_department(manifest, transport, allowed)
        try:
            trial = run_trial(department, manifest, query, credential, actor, role)
            lines = [*_promised(manifest, department, credential), *_answers(manifest, trial)]
            lines += _latency(manifest, department, query, credential)
        finally:
            department.close()
        lines += [*_mapping(trial), *_masking(manifest, trial)]
        lines += _faults(manifest, allowed, query, credential)
    lines += said.told(trial)
    return Report(manifest.id, manifest.title, manifest.kind, tuple(lines))


def _promised(manifest: Manifest, department: Department, credential: str | None) -> Iterator[Line]:
    yield Line("manifest", "every key is right", "passed", manifest.path)
    for name in manifest.capabilities:
        able = isinstance(department, PROTOCOLS[name])
        yield Line("manifest", f"kind {manifest.kind} can {name}", "passed" if able else "failed")
    if manifest.credential:
        state: State = "passed" if credential else "failed"
        words = "" if credential else f"put it there: keyring set civicdesk {manifest.credential}"
        yield Line("manifest", f"credential {manifest.credential} is in the keyring", state, words)
    parts = {need for find in manifest.find for need in find.needs}
    if manifest.lookup or manifest.references:
        parts.add("reference")  # a number that is looked up finds its record
    missing = [each for each in ("family", "phone", "reference") if each not in parts] if manifest.find else []
    if missing:
        yield Line("manifest", "callers are found by what they say", "to look at", f"no [[find]] by {', '.join(missing)}")


def _answers(manifest: Manifest, trial: Trial) -> Iterator[Line]:
    for step in trial.steps:
        if step.fault is not None:
            word = FAULT_WORDS[step.fault.key]
            yield Line("answers", step.name, "failed", f"{word[0]}: {step.fault.detail or word[1]}", step.ms)
        elif step.name == "find" and not step.found:
            yield Line("answers", step.name, "failed", "nobody was found: name a person whom the department knows", step.ms)
        else:
            found = f"{step.found} found" if step.name in ("find", "records") else ""
            yield Line("answers", step.name, "passed", found, step.ms)
    tried = {step.name for step in trial.steps}
    for name in manifest.capabilities:
        if name not in tried and name != "apply":
            yield Line("answers", name, "not tried", "there was nothing to ask it for")


def _latency(manifest: Manifest, department: Department, query: SearchQuery, credential: str | None) -> Iterator[Line]:
    if "find" not in manifest.capabilities or not department.can_find(query):
        return
    taken: list[float] = []
    for _ in range(REPEATS):
        started = time.monotonic()
        try:
            list(department.find(query, CallContext(started + manifest.deadline, credential, purpose="Setting up a department")))
        except DepartmentError as error:
            yield Line("latency", f"{REPEATS} searches one after the other", "failed", FAULT_WORDS[error.fault_key][0])
            return
        taken.append((time.monotonic() - started) * 1000)
    middle, worst = statistics.median(taken), max(taken)
    state: State = "passed" if middle <= SLOW_MS else "to look at"
    words = f"median {middle:.0f} ms, slowest {worst:.0f} ms" + ("" if state == "passed" else ": a caller hears that silence")
    yield Line("latency", f"{REPEATS} searches one after the other", state, words, middle)


def _mapping(trial: Trial) -> Iterator[Line]:
    for fact, share in trial.coverage.items():
        needed = fact in ("person.family_name", "record.title")
        state: State = "passed" if share >= 0.5 else "failed" if needed and share == 0 else "to look at"
        yield Line("mapping", fact.replace("_", " "), state, f"{share:.0%} of those read have it")


def _masking(manifest: Manifest, trial: Trial) -> Iterator[Line]:
    """Values that look like secrets and are open to everybody."""
    open_to_all: dict[str, str] = {}
    values = [(field.label, field.value) for record in trial.records for field in record.fields if field.sensitivity == "open"]
    values += [(each.scheme, each.value) for person in trial.people for each in person.identifiers if each.sensitivity == "open"]
    for label, value in values:
        for what, pattern in _SECRET_VALUES:
            if pattern.fullmatch(value.strip()):
                open_to_all[label] = what
    for label, what in open_to_all.items():
        yield Line("masking", label, "failed", f"looks like {what} and is open: give it a sensitivity")
    if not open_to_all:
        yield Line("masking", f"no open field of {len(trial.records)} records looks like a secret", "passed" if values else "not tried")


def _faults(manifest: Manifest, allowed: Iterable[str], query: SearchQuery, credential: str | None) -> Iterator[Line]:
    address = urlsplit(manifest.address)
    if address.scheme not in ("http", "https"):
        fitting = frozenset({"no_connection", "timed_out"})
        yield _one_fault(_nowhere(manifest), allowed, query, credential, "nothing listens there", fitting)
        return
    with faulty_server() as server:
        here = msgspec.structs.replace(manifest, address=f"http://127.0.0.1:{server.port}{address.path}", deadline=FAULTY_DEADLINE)
        for name, (_, fitting) in FAULTS.items():
            server.fault = name
            yield _one_fault(here, allowed, query, credential, name, fitting)
    yield _one_fault(here, allowed, query, credential, "nothing listens there", frozenset({"no_connection"}))


def _nowhere(manifest: Manifest) -> Manifest:
    scheme = manifest.address.partition(":")[0]
    nowhere = "sqlite:////nowhere/civicdesk/none.db" if scheme.startswith("sqlite") else f"{scheme}://desk@127.0.0.1:9/none"
    return msgspec.structs.replace(manifest, address=nowhere)


def _one_fault(
    here: Manifest, allowed: Iterable[str], query: SearchQuery, credential: str | None, name: str, fitting: frozenset[str]
) -> Line:
    transport = Transport()
    started = time.monotonic()
    try:
        department = make_department(here, transport, allowed)
        try:
            found = list(department.find(query, CallContext(started + here.deadline, credential)))
            word = f"{len(found)} found"
            state: State = "failed"
        except DepartmentError as error:
            word = FAULT_WORDS[error.fault_key][0]
            state = "passed" if error.fault_key in fitting else "failed"
        finally:
            department.close()
    except Exception as error:  # whatever a kind lets out would be a traceback in front of an agent
        word, state = f"{type(error).__name__} came out of the kind", "failed"
    finally:
        transport.close()
    taken = time.monotonic() - started
    if taken > here.deadline + 0.5:
        word, state = f"{word}, after {taken:.1f} s", "failed"
    return Line("faults", name, state, word, taken * 1000)


class _Said:
    """What was logged meanwhile, and whether anything personal was among it."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        said = self._lines

        class Listener(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                said.append(record.getMessage())

        handler = Listener()
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)

    def told(self, trial: Trial) -> Iterator[Line]:
        values = {value for person in trial.people for value in _personal(person)} | {record.ref.id for record in trial.records}
        told = sum(any(value in line for value in values if len(value) > 3) for line in self._lines)
        state: State = "not tried" if not values else "failed" if told else "passed"
        yield Line("log", "no line tells of a person", state, f"{told} do" if told else "")


def _personal(person: Person) -> Iterator[str]:
    yield from (person.full_name, person.family_name, *person.phones, *person.emails, *(each.full for each in person.addresses))
