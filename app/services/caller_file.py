"""A caller's file: the records of every department that knows them, in the order in which they are shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from functools import partial

from adapters.turns import TURNS
from app.services.bulkhead import Bulkhead
from app.services.departments import Asker, Departments, as_they_end, in_worker
from app.services.search import AuditTrail, summed_up
from models.audit import Look
from models.outcomes import Answered, Outcome
from models.people import SubjectRef
from models.records import Record

_FILING = Bulkhead("filing", 1)
"""One thread for all files, so that what comes at the same time is put in order one after the other."""


class CallerFile:
    """All records of one caller. ``records`` are those read so far: what needs attention first, then the newest."""

    def __init__(self, departments: Departments, audit: AuditTrail, asker: Asker) -> None:
        self._departments = departments
        self._audit = audit
        self._asker = asker
        self._placed: list[tuple[tuple[int, int, str], Record]] = []
        self._known: set[str] = set()
        self.records: tuple[Record, ...] = ()
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def add(self, record: Record) -> None:
        """Put one record in its place: the one by which the caller was found."""
        self._take((record,))
        self.records = self._in_order()

    async def read(self, members: tuple[SubjectRef, ...]) -> AsyncIterator[dict[str, Outcome]]:
        """One outcome a department, as they come; those that come in one turn of the loop come together. Raises StoreUnavailable.

        What is read again takes the place of what was there.
        """
        by_department: dict[str, list[SubjectRef]] = {}
        for member in members:
            by_department.setdefault(member.department, []).append(member)
        if not by_department:
            return
        what = " ".join(f"{member.department}/{member.id}" for member in members)
        row = await self._audit.look(
            Look(self._asker.actor, self._asker.role, self._asker.purpose, "records", tuple(by_department), what, members)
        )
        outcomes: dict[str, Outcome] = {}
        async for ended in as_they_end(self._department(name, subjects) for name, subjects in by_department.items()):
            fresh = dict(ended)
            outcomes |= fresh
            answers = [outcome.records for outcome in fresh.values() if isinstance(outcome, Answered) and outcome.records]
            if answers:  # in a worker: for ten thousand records it takes 20 ms, and the loop is the window's
                self.records = await in_worker(_FILING, partial(self._filed, answers))
            yield fresh
        await self._audit.outcome(row, summed_up(outcomes))

    async def _department(self, name: str, subjects: list[SubjectRef]) -> tuple[str, Outcome]:
        outcomes = await asyncio.gather(*(self._departments.records(each, self._asker, lambda: self.cancelled) for each in subjects))
        answers = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
        if len(answers) < len(outcomes):
            return name, next(outcome for outcome in outcomes if not isinstance(outcome, Answered))
        return name, Answered(
            records=tuple(record for answer in answers for record in answer.records),
            ms=max(answer.ms for answer in answers),
            truncated=any(answer.truncated for answer in answers),
            partial=next((answer.partial for answer in answers if answer.partial), None),
        )

    def _filed(self, answers: list[tuple[Record, ...]]) -> tuple[Record, ...]:
        for records in answers:
            with TURNS:
                self._take(records)
        with TURNS:
            return self._in_order()

    def _take(self, records: Iterable[Record]) -> None:
        """Weigh new records only: those that are in order are sorted again for next to nothing."""
        fresh = {(place := place_of(each))[2]: (place, each) for each in records}
        if not self._known.isdisjoint(fresh):
            self._placed = [each for each in self._placed if each[0][2] not in fresh]
        self._known |= fresh.keys()
        self._placed += fresh.values()

    def _in_order(self) -> tuple[Record, ...]:
        self._placed.sort()
        return tuple(record for _, record in self._placed)


def place_of(record: Record) -> tuple[int, int, str]:
    """A record's place in a caller's file: what needs attention first, then the newest. No two records share one."""
    return (
        _URGENCY[record.attention],
        -(record.opened.toordinal() if record.opened else 0),
        f"{record.ref.department}/{record.kind}/{record.ref.id}",
    )


_URGENCY = {"late": 0, "soon": 1, "none": 2}
