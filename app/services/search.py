"""Search once: every permitted department is asked at the same time, and the answers become callers as they come.

Nothing is shown that was not logged first: the audit row is committed before any department is asked, and a log that can't
be written refuses the search.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import msgspec

from app.services.bulkhead import Bulkhead
from app.services.departments import Asker, Departments, as_they_end, in_worker
from app.services.identity import ByHand, Comparison, Joiner, Weights
from models.audit import AuditRow, Look
from models.outcomes import Answered, Failed, NotPermitted, Outcome, Skipped
from models.people import Caller, Person, SubjectRef
from models.query import SearchQuery
from models.records import Record

FOLLOW_CALLERS = 3
"""A search without a name is followed up for at most so many callers: the other departments are asked by what was found."""
PLACE_CALLERS = 20
"""People shown of one address, where departments know of secret ones: whether theirs is, is asked for each by name."""
MOST_CALLERS = 50
"""Entries of the list: staff of the NHS's Personal Demographics Service see as many; more are no help to a caller."""
CLEAR_LEAD = 0.02
"""By how much the first caller must fit better than the second to be taken for the one who is meant."""

_JOINER = Bulkhead("identity", 1)


class AuditTrail(Protocol):
    """The audit log as services see it: durable when the coroutine returns."""

    async def look(self, look: Look) -> AuditRow:
        """Commit a row. Raises StoreUnavailable."""
        ...

    async def seen(self, row: AuditRow, subjects: tuple[SubjectRef, ...]) -> None:
        """Commit a row for each person record that a look is about to show. Raises StoreUnavailable."""
        ...

    async def outcome(self, row: AuditRow, words: str) -> None:
        """Say what came of a look."""
        ...


class Findings(msgspec.Struct, frozen=True):
    """What is known so far: an outcome for each department asked, the callers, and records that belong to nobody known."""

    outcomes: dict[str, Outcome]
    callers: tuple[Caller, ...] = ()
    more: int = 0
    """How many fit besides: nobody is shown more than MOST_CALLERS."""
    elapsed_ms: float = 0.0
    finished: bool = False


class Search:
    """One search, from the query to the callers. Made anew for each search."""

    def __init__(
        self,
        departments: Departments,
        audit: AuditTrail,
        asker: Asker,
        weights: Weights | None = None,
        decided: Callable[[], Awaitable[ByHand]] | None = None,
    ) -> None:
        self._departments = departments
        self._audit = audit
        self._asker = asker
        self._weights = weights
        self._decided = decided
        self._keys: dict[SubjectRef, str] = {}
        self._found: dict[str, Answered] = {}
        self._followed: dict[SubjectRef, Person] = {}
        self._nameless: dict[str, Record] = {}
        self._joiner: Joiner | None = None
        self._seen: set[SubjectRef] = set()
        self._more = 0
        self._places = self._only_places = False
        self.outcomes: dict[str, Outcome] = {}
        self.cancelled = False

    def cancel(self) -> None:
        """Nobody waits any more: what is queued is dropped, what was sent may finish."""
        self.cancelled = True

    async def run(self, query: SearchQuery) -> AsyncIterator[Findings]:
        """Findings after each gathered batch of answers; the last has ``finished`` set. Raises StoreUnavailable.

        Ends without the last when it is cancelled: nobody sees what comes then, so nothing more is logged as seen.
        """
        started = time.monotonic()
        self._places = bool(query.address or query.street or query.post_code)
        self._only_places = self._places and not (query.parts() - {"address", "street", "post_code"})
        asked = [name for name in self._departments.ports if self._departments.permitted(name, self._asker)]
        row = await self._audit.look(Look(self._asker.actor, self._asker.role, self._asker.purpose, "search", tuple(asked), _plain(query)))

        async def finding(*, finished: bool = False) -> Findings:
            findings = self._findings(await self._callers(query), started, finished=finished)
            await self._note_seen(row, findings)
            return findings

        async for _ in as_they_end(self._find(name, query) for name in self._departments.ports):
            if not self.cancelled:
                yield await finding()
        follow_ups = self._follow_ups(query, await self._callers(query))
        if follow_ups and not self.cancelled:
            await self._audit.look(
                Look(self._asker.actor, self._asker.role, self._asker.purpose, "search", tuple(follow_ups), "follow-up " + _plain(query))
            )
            async for _ in as_they_end(self._follow(name, queries) for name, queries in follow_ups.items()):
                if not self.cancelled:
                    yield await finding()
        if not self.cancelled:
            yield await finding(finished=True)
            await self._audit.outcome(row, summed_up(self.outcomes))

    def likeness(self, one: SubjectRef, other: SubjectRef) -> Comparison | None:
        """The evidence of two records in words, as it was weighed; None if either is not there."""
        return self._joiner.likeness(one, other) if self._joiner is not None else None

    async def rejoin(self, query: SearchQuery) -> Findings:
        """Join anew what is there, as somebody has decided otherwise. Nobody is asked. Raises StoreUnavailable."""
        self._joiner = None
        self._keys.clear()
        return self._findings(await self._callers(query), time.monotonic(), finished=True)

    async def retry(self, department: str, query: SearchQuery) -> Findings:
        """Ask one department again; the rest stays as it is. Raises StoreUnavailable."""
        started = time.monotonic()
        permitted = self._departments.permitted(department, self._asker)
        asker, asked = self._asker, (department,) if permitted else ()
        row = await self._audit.look(Look(asker.actor, asker.role, asker.purpose, "search", asked, _plain(query)))
        await self._find(department, query, anyway=True)
        callers = await self._callers(query)
        if self._only_places and department in self._keepers():
            await self._follow(department, self._follow_ups(query, callers).get(department, []))
            callers = await self._callers(query)
        findings = self._findings(callers, started, finished=True)
        await self._note_seen(row, findings)
        await self._audit.outcome(row, summed_up({department: self.outcomes[department]}))
        return findings

    async def _note_seen(self, row: AuditRow, findings: Findings) -> None:
        """Log the persons that the list is about to show and has not shown before: a name with an address was seen too."""
        shown = [member.ref for caller in findings.callers for member in caller.members]
        shown += [record.subject for caller in findings.callers if (record := self.record_of(caller.key)) and record.subject]
        fresh = tuple(ref for ref in dict.fromkeys(shown) if ref not in self._seen)
        if fresh:
            await self._audit.seen(row, fresh)
            self._seen.update(fresh)

    def _findings(self, callers: tuple[Caller, ...], started: float, *, finished: bool) -> Findings:
        callers = self._findable(callers, finished=finished)
        more = max(0, len(callers) - MOST_CALLERS) + self._more
        return Findings(dict(self.outcomes), callers[:MOST_CALLERS], more, (time.monotonic() - started) * 1000, finished)

    def _findable(self, callers: tuple[Caller, ...], *, finished: bool) -> tuple[Caller, ...]:
        """Without those whose secret address was searched by: nobody is found by it, and nobody's is confirmed.

        A search by nothing but a place shows nobody before all departments that know of secret addresses have answered.
        """
        if not self._places:
            return callers
        if self._only_places and (keepers := self._keepers()):
            if not finished or any(isinstance(self.outcomes.get(name), Failed | Skipped) for name in keepers):
                return tuple(caller for caller in callers if not caller.members)
            callers = callers[:PLACE_CALLERS]
        return tuple(caller for caller in callers if not any(member.protected for member in caller.members))

    def _keepers(self) -> list[str]:
        """The departments that know whose address is secret."""
        return [name for name, port in self._departments.ports.items() if port.manifest.person and port.manifest.person.protected]

    def record_of(self, caller: str) -> Record | None:
        """The record behind an entry of the list that names no person."""
        return self._nameless.get(caller)

    async def _find(self, department: str, query: SearchQuery, *, anyway: bool = False) -> None:
        outcome = await self._departments.find(department, query, self._asker, lambda: self.cancelled, anyway=anyway)
        self.outcomes[department] = outcome
        if isinstance(outcome, Answered):
            self._found[department] = outcome
        elif isinstance(outcome, NotPermitted):
            self._found.pop(department, None)  # it was permitted before

    async def _callers(self, query: SearchQuery) -> tuple[Caller, ...]:
        people = [person for answer in self._found.values() for person in answer.people]
        followed = tuple(self._followed.values())
        # Joining costs up to 50 ms for a thousand records: not in the loop, which is the window's.
        if self._joiner is None:
            self._joiner = Joiner(query, self._weights, await self._decided() if self._decided is not None else None)
        joiner = self._joiner
        joined = await in_worker(_JOINER, lambda: joiner.join(people, followed, MOST_CALLERS))
        self._more = joined.more
        named = self._with_stable_keys(joined.callers)
        known = joined.refs
        self._nameless = {
            f"record:{record.ref.department}/{record.ref.id}": record
            for answer in self._found.values()
            for record in answer.records
            if record.subject is None or record.subject not in known
        }
        return (*(_nameless(key, record) for key, record in self._nameless.items()), *named)

    def _with_stable_keys(self, callers: tuple[Caller, ...]) -> tuple[Caller, ...]:
        """A caller keeps the key that it had when its first record came, so that a selection does not jump.

        Where a further answer parts who was one, the key goes with the record that it was made of.
        """
        own = {f"{member.ref.department}/{member.ref.id}": caller.key for caller in callers for member in caller.members}
        used: set[str] = set()
        named = []
        for caller in callers:
            refs = [member.ref for member in caller.members]
            known = (self._keys[ref] for ref in refs if ref in self._keys)
            kept = (key for key in known if key not in used and own.get(key, caller.key) == caller.key)
            key = next(kept, "") or next(key for key, holder in own.items() if holder == caller.key and key not in used)
            used.add(key)
            self._keys |= dict.fromkeys(refs, key)
            named.append(msgspec.structs.replace(caller, key=key))
        return tuple(named)

    def _follow_ups(self, query: SearchQuery, callers: tuple[Caller, ...]) -> dict[str, list[SearchQuery]]:
        """For a search by something only one department may know: what to ask the others about the callers found."""
        if query.name:
            return {}
        found = [caller for caller in callers if caller.members][:PLACE_CALLERS]
        keepers = self._keepers() if self._only_places else []
        plans: dict[str, list[SearchQuery]] = {}
        for name, port in self._departments.ports.items():
            if len(found) > FOLLOW_CALLERS and name not in keepers:
                continue
            if not isinstance(self.outcomes.get(name), Answered | Skipped):
                continue
            queries = []
            for caller in found:
                if any(member.ref.department == name for member in caller.members):
                    continue
                person = max(caller.members, key=lambda member: (member.birth_date is not None, len(member.full_name)))
                plain = SearchQuery(name=person.full_name, given=person.given_name, family=person.family_name, birth_date=caller.birth_date)
                if not plain.family:
                    given, _, family = person.full_name.rpartition(" ")
                    plain = msgspec.structs.replace(plain, given=given, family=family)
                if "find" in port.manifest.capabilities and port.department.can_find(plain):
                    queries.append(plain)
            if queries:
                plans[name] = queries
        return plans

    async def _follow(self, department: str, queries: list[SearchQuery]) -> None:
        for query in queries:
            outcome = await self._departments.find(department, query, self._asker, lambda: self.cancelled)
            if isinstance(outcome, Answered):
                self._followed |= {person.ref: person for person in outcome.people}
                if isinstance(self.outcomes.get(department), Skipped):
                    self.outcomes[department] = Answered(ms=outcome.ms)
            elif isinstance(outcome, Failed):
                self.outcomes[department] = outcome


def _nameless(key: str, record: Record) -> Caller:
    """An entry for a record that leads to nobody, such as an anonymous report."""
    return Caller(key, record.title, None, (), (), (), "single", ("names no person",), (), 1.0)


def _plain(query: SearchQuery) -> str:
    """The query's parts as one text, for the audit row's keyed hash."""
    return " ".join(f"{part}={getattr(query, part)}" for part in sorted(query.parts()))


def summed_up(outcomes: dict[str, Outcome]) -> str:
    answered = sum(isinstance(outcome, Answered) for outcome in outcomes.values())
    failed = sum(isinstance(outcome, Failed) for outcome in outcomes.values())
    return f"answered {answered}, failed {failed}"
