"""A caller's file: the records of every department that knows them, in the order in which they are shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from adapters.turns import TURNS
from app.services.bulkhead import Bulkhead
from app.services.departments import Asker, Departments, as_they_end, in_worker
from app.services.disclosure import Sight
from app.services.history import History
from app.services.search import AuditTrail, summed_up
from models.audit import Look
from models.contacts import HISTORY
from models.outcomes import Answered, Outcome
from models.people import SubjectRef
from models.records import Record
from models.verification import LEVELS, Level

_FILING = Bulkhead("filing", 1)
"""One thread for all files, so that what comes at the same time is put in order one after the other."""
_AT_ONCE = 500
"""Records that are put in their places in one turn, which takes about a millisecond."""


class Shown(NamedTuple):
    """What one sight lets be seen of a file, ``of`` each department too; ``hidden`` from which level on more of a department may be."""

    sight: Sight
    of_all: tuple[Record, ...]
    records: tuple[Record, ...]
    of: Mapping[str, tuple[Record, ...]]
    hidden: Mapping[str, Level]


class CallerFile:
    """All records of one caller. ``records`` are those read so far: what needs attention first, then the newest."""

    def __init__(self, departments: Departments, audit: AuditTrail, asker: Asker, history: History | None = None) -> None:
        """With ``history``, the contacts about the caller are read too."""
        self._departments = departments
        self._audit = audit
        self._asker = asker
        self._history = history
        self._placed: list[tuple[tuple[int, int, str], Record, Record | None]] = []
        self._known: set[str] = set()
        self._sight: Sight | None = None
        self._shown: Shown | None = None
        self.records: tuple[Record, ...] = ()
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def add(self, record: Record) -> None:
        """Begin with one record: the one by which the caller was found."""
        self._placed = [(place_of(record), record, None)]
        self.records = (record,)

    def shown(self, sight: Sight) -> Shown:
        """What may be seen; made here where the sight has become another, else in the worker that put the records in order."""
        if self._shown is None or self._shown.of_all is not self.records or self._shown.sight != sight:
            self._shown = _shown(sight, self.records, [sight.record(record) for record in self.records])
        return self._shown

    def kept_under(self, members: Iterable[SubjectRef]) -> list[SubjectRef]:
        """Where these persons' records are: with their departments, and in stores of documents that keep them under the same keys."""
        return [ref for member in members for ref in self._departments.kept_under(member, self._asker)]

    async def read(self, members: tuple[SubjectRef, ...], sight: Callable[[], Sight], only: str = "") -> AsyncIterator[dict[str, Outcome]]:
        """One outcome a department, as they come; those that come in one turn of the loop come together. Raises StoreUnavailable.

        What is read again takes the place of what was there. ``sight`` is what may be seen just then; ``only`` is the one department
        to be read, even while it rests.
        """
        by_department: dict[str, list[SubjectRef]] = {}
        shown = list(members)
        for ref in self.kept_under(members):
            if only in ("", ref.department):
                by_department.setdefault(ref.department, []).append(ref)
                shown.append(ref)
        if self._history is not None and members and only in ("", HISTORY):
            by_department[HISTORY] = list(members)
        if not by_department:
            return
        what = " ".join(f"{member.department}/{member.id}" for member in members)
        asker, subjects = self._asker, tuple(dict.fromkeys(shown))
        row = await self._audit.look(Look(asker.actor, asker.role, asker.purpose, "records", tuple(by_department), what, subjects))
        outcomes: dict[str, Outcome] = {}
        async for ended in as_they_end(self._department(name, subjects, bool(only)) for name, subjects in by_department.items()):
            fresh = dict(ended)
            outcomes |= fresh
            answers = [outcome.records for outcome in fresh.values() if isinstance(outcome, Answered) and outcome.records]
            if answers:  # in a worker: for ten thousand records it takes 20 ms, and the loop is the window's
                self._shown = await in_worker(_FILING, partial(self._filed, answers, sight()))
                self.records = self._shown.of_all
            yield fresh
        await self._audit.outcome(row, summed_up(outcomes))

    async def _department(self, name: str, subjects: list[SubjectRef], anyway: bool) -> tuple[str, Outcome]:
        if name == HISTORY and self._history is not None:
            return name, await self._history.read(tuple(subjects))
        ask = partial(self._departments.records, asker=self._asker, cancelled=lambda: self.cancelled, anyway=anyway)
        outcomes = await asyncio.gather(*(ask(each) for each in subjects))
        answers = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
        if len(answers) < len(outcomes):
            return name, next(outcome for outcome in outcomes if not isinstance(outcome, Answered))
        return name, Answered(
            records=tuple(record for answer in answers for record in answer.records),
            ms=max(answer.ms for answer in answers),
            truncated=any(answer.truncated for answer in answers),
            partial=next((answer.partial for answer in answers if answer.partial), None),
        )

    def _filed(self, answers: list[tuple[Record, ...]], sight: Sight) -> Shown:
        """All that was read with these among it, in short turns: the window is waiting for the interpreter too."""
        if self._sight != sight:
            answers = [tuple(record for _, record, _ in self._placed), *answers]
            self._placed, self._known, self._sight = [], set(), sight
        for records in answers:
            for start in range(0, len(records), _AT_ONCE):
                with TURNS:
                    self._take(records[start : start + _AT_ONCE], sight)
        with TURNS:
            return _shown(sight, tuple(record for _, record, _ in self._placed), [seen for _, _, seen in self._placed])

    def _take(self, records: tuple[Record, ...], sight: Sight) -> None:
        """Put records in their places. Only new ones are looked at: the rest are in order, and sorting them again costs little."""
        fresh = {(place := place_of(each))[2]: (place, each, sight.record(each)) for each in records}
        if not self._known.isdisjoint(fresh):
            self._placed = [each for each in self._placed if each[0][2] not in fresh]
        self._known |= fresh.keys()
        self._placed += fresh.values()
        self._placed.sort()


def _shown(sight: Sight, of_all: tuple[Record, ...], seen: list[Record | None]) -> Shown:
    """``seen`` are the records as they may be seen, in the same order."""
    of: dict[str, list[Record]] = {}
    hidden: dict[str, Level] = {}
    for record, each in zip(of_all, seen, strict=True):
        if each is None:
            name, needed = record.ref.department, sight.needed(record)
            hidden[name] = min(hidden.get(name, needed), needed, key=LEVELS.index)
        else:
            of.setdefault(record.ref.department, []).append(each)
    records = tuple(each for each in seen if each is not None) if hidden else tuple(seen)
    return Shown(sight, of_all, records, {name: tuple(each) for name, each in of.items()}, hidden)  # type: ignore[arg-type]


def place_of(record: Record) -> tuple[int, int, str]:
    """A record's place in a caller's file: what needs attention first, then the newest. No two records share one."""
    return (
        _URGENCY[record.attention],
        -(record.opened.toordinal() if record.opened else 0),
        f"{record.ref.department}/{record.kind}/{record.ref.id}",
    )


_URGENCY = {"late": 0, "soon": 1, "none": 2}
