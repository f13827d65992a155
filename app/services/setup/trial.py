"""A manifest tried on a test person before anybody works with it: what comes back, how fast, and what is missing in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from adapters.contract import CallContext, Department, DepartmentError
from adapters.manifest import Manifest
from models.outcomes import Fault
from models.people import Person
from models.query import SearchQuery
from models.records import Record

_MOST = 20
"""People and records looked at."""
PERSON_FACTS = ("given_name", "family_name", "birth_date", "phones", "emails", "addresses")
RECORD_FACTS = ("title", "status", "state", "opened", "due", "amount", "subject")


class Step(Struct, frozen=True):
    """One question as it was put. ``fault`` is None where it was answered."""

    name: str
    ms: float
    found: int
    fault: Fault | None = None


class Trial(Struct, frozen=True):
    """What came of trying. ``coverage``: fact to how many of the people (``person.NAME``) or records (``record.NAME``) have it, 0 to 1."""

    steps: tuple[Step, ...]
    people: tuple[Person, ...] = ()
    records: tuple[Record, ...] = ()
    coverage: dict[str, float] = {}

    @property
    def passed(self) -> bool:
        """Everything asked was answered, and somebody was found."""
        return bool(self.people) and all(step.fault is None for step in self.steps)


def run_trial(department: Department, manifest: Manifest, query: SearchQuery, credential: str | None, actor: str, role: str) -> Trial:
    """Reach the department, find the person, read the first one's records, look the first record up. Never raises DepartmentError."""
    steps: list[Step] = []
    people: list[Person] = []
    records: list[Record] = []

    def asked(name: str, question: Iterator[Person | Record]) -> None:
        started = time.monotonic()
        before = len(people) + len(records)
        fault: Fault | None = None
        try:
            for item in islice(question, _MOST):
                (people if isinstance(item, Person) else records).append(item)  # type: ignore[arg-type]
        except DepartmentError as error:
            fault = error.fault()
        steps.append(Step(name, (time.monotonic() - started) * 1000, len(people) + len(records) - before, fault))

    def context() -> CallContext:
        return CallContext(time.monotonic() + manifest.deadline, credential, actor, role, "Setting up a department")

    def reach() -> Iterator[Person | Record]:
        department.check(context())
        yield from ()

    asked("check", reach())
    if "find" in manifest.capabilities and department.can_find(query):
        asked("find", department.find(query, context()))
    if people and "records" in manifest.capabilities:
        asked("records", department.records(people[0].ref, context()))
    if records and "lookup" in manifest.capabilities:

        def look_up() -> Iterator[Person | Record]:
            found = department.lookup(records[0].ref, context())
            if found.ref != records[0].ref:
                raise DepartmentError("another record came back", key="mapping")
            yield from ()

        asked("lookup", look_up())
    return Trial(tuple(steps), tuple(people), tuple(records), _coverage(people, records))


def _coverage(people: list[Person], records: list[Record]) -> dict[str, float]:
    covered = {f"person.{fact}": sum(bool(getattr(each, fact)) for each in people) / len(people) for fact in PERSON_FACTS if people}
    for fact in RECORD_FACTS if records else ():
        covered[f"record.{fact}"] = sum(getattr(each, fact) not in (None, "") for each in records) / len(records)
    return covered
