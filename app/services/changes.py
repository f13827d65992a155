"""Tell us once: what a change would do in each department, keeping it before anything is sent, and deciding what came of it.

Audit rows, change and deliveries are one transaction; the outbox sends afterwards. A change that could not be kept was not made.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from app.services.bulkhead import Bulkhead
from app.services.departments import Asker, Departments, as_they_end, in_worker
from app.services.handing_over import apply_of, task_for, words_for
from app.services.offers import Offers
from app.services.outbox import Outbox, OutboxRows
from app.services.search import AuditTrail
from app.services.sending import Sending
from models.audit import AuditEntry, Look, LookKind
from models.changes import Change, ChangeKind, Current, Delivery, DeliveryState, Hinder, Offer, Proposal, Writing, has_already
from models.outbox import Decision, Event, NewChange, NewDelivery
from models.outcomes import Failed, NotPermitted
from models.people import SubjectRef
from models.records import RecordRef
from models.verification import Level, reaches

_HINDERS: dict[str, Hinder] = {"not_found": "not found", "locked": "locked", "forbidden": "not permitted"}


LISTED = 500
"""Changes that are looked through for what waits."""


class ChangeRefused(Exception):
    """What was asked for can't be done; the text is for the user. Nothing was kept and nothing sent."""


class ChangeRowsPort(OutboxRows, Protocol):
    """Where changes are kept. All block and raise StoreUnavailable."""

    def add(self, new: NewChange, entries: Sequence[AuditEntry]) -> int: ...

    def of_call(self, call: str) -> tuple[Change, ...]: ...

    def about(self, members: Iterable[SubjectRef], since: datetime) -> tuple[Change, ...]: ...

    def of_delivery(self, delivery: int) -> Change | None: ...

    def unfinished(self, limit: int) -> tuple[Change, ...]: ...

    def history(self, delivery: int) -> tuple[Event, ...]: ...

    def decide(self, decision: Decision, entries: Sequence[AuditEntry]) -> bool: ...


class EntriesOf(Protocol):
    """The audit rows of a look and its outcome, for a transaction that also writes what it is of."""

    def __call__(self, look: Look, at: datetime | None = None, outcome: str = "") -> tuple[AuditEntry, ...]: ...


def new_token() -> str:
    """What makes one form one change, however often it is sent off; also a delivery's idempotency key."""
    return secrets.token_hex(16)


class Changes:
    """``worker`` is the store's thread. ``changed`` is called in the loop with each change of which a delivery has become another."""

    def __init__(
        self,
        departments: Departments,
        declared: Iterable[ChangeKind],
        rows: ChangeRowsPort,
        worker: Bulkhead,
        entries: EntriesOf,
        audit: AuditTrail,
        asker: Asker,
    ) -> None:
        self._departments = departments
        self._offers = Offers(departments, declared)
        self._rows = rows
        self._worker = worker
        self._entries = entries
        self._audit = audit
        self._asker = asker
        self.changed: Callable[[Change], None] = lambda change: None
        self.outbox = Outbox(rows, worker, departments, Sending(departments, self._offers.kinds))
        self.outbox.recorded = self._tell
        departments.back = self.outbox.back

    def offers(self) -> tuple[Offer, ...]:
        """All that this role may do here for this purpose: kinds of change that a department takes, and departments' own actions."""
        return self._offers.all(self._asker)

    async def propose(
        self,
        kind: str,
        members: tuple[SubjectRef, ...],
        record: RecordRef | None = None,
        *,
        level: Level = "strong",
        departments: tuple[str, ...] = (),
    ) -> AsyncIterator[tuple[Proposal, ...]]:
        """What a change would do in each department, all of them each time, as departments tell what they have.

        With a ``record``, in its department; ``departments``: in these alone. Several members in one department are a proposal each.
        Raises StoreUnavailable: then nobody was asked.
        """
        proposals = [self._with_hinder(each, kind, level) for each in self._targets(kind, members, record, departments)]
        asked = [at for at, each in enumerate(proposals) if each.reading]
        if not asked:
            yield tuple(proposals)
            return
        subjects = tuple(dict.fromkeys(each.subject for at in asked if (each := proposals[at]).subject is not None))
        look = self._look("proposal", (proposals[at].department for at in asked), kind, subjects)
        row = await self._audit.look(look)
        yield tuple(proposals)
        async for ended in as_they_end(self._read(kind, at, proposals[at]) for at in asked):
            for at, proposal in ended:
                proposals[at] = proposal
            yield tuple(proposals)
        await self._audit.outcome(row, f"{sum(each.current is not None for each in proposals)} of {len(asked)} read")

    async def submit(
        self,
        kind: str,
        values: dict[str, str],
        proposals: tuple[Proposal, ...],
        *,
        caller_name: str,
        call: str,
        media: bytes = b"",
        level: Level = "strong",
        token: str = "",
    ) -> Change:
        """Keep a change with a delivery for each proposal that is ``chosen``; it is sent when this returns, or later.

        ``token`` is the form's own (``new_token()``): the same form twice is one change. Raises ChangeRefused, or StoreUnavailable:
        then nothing was kept and nothing is sent.
        """
        known = self._offers.kind(kind, (each.department for each in proposals if each.chosen))
        if known is None:
            raise ChangeRefused("This site has no such change.")
        chosen = [each for each in proposals if each.chosen]
        self._hold_to(known, values, chosen, level)
        order = list(self._departments.ports)
        parts = [self._delivery(known, values, each, caller_name) for each in sorted(chosen, key=lambda each: order.index(each.department))]
        new = NewChange(
            token=token or new_token(),
            kind=kind,
            title=known.title,
            values=values,
            made_by=self._asker.actor,
            role=self._asker.role,
            purpose=self._asker.purpose,
            caller_name=caller_name,
            call=call,
            media=media,
            deliveries=tuple(parts),
        )
        subjects = tuple(dict.fromkeys(part.subject for part in parts if part.subject is not None))
        look = self._look("change", (part.department for part in parts), kind, subjects)
        entries = self._entries(look, outcome=f"{kind}: {len(parts)} kept")
        (change,) = await in_worker(self._worker, lambda: self._rows.get((self._rows.add(new, entries),)))
        self.outbox.wake()
        return change

    async def waiting(self) -> tuple[Delivery, ...]:
        """What waits for a department or a person, of all calls, the oldest first. Raises StoreUnavailable."""
        found = await in_worker(self._worker, lambda: self._rows.unfinished(LISTED))
        return tuple(delivery for change in found for delivery in change.deliveries)

    async def of_call(self, call: str) -> tuple[Change, ...]:
        """What was changed in a call, the oldest first. Raises StoreUnavailable."""
        return await in_worker(self._worker, lambda: self._rows.of_call(call)) if call else ()

    def kept_under(self, members: Iterable[SubjectRef]) -> tuple[SubjectRef, ...]:
        """Under which keys which departments know these persons: their own, and those that stores of documents keep them by."""
        kept = (ref for member in members for ref in self._departments.kept_under(member, self._asker))
        return tuple(dict.fromkeys(kept))

    async def about(self, members: Iterable[SubjectRef], since: datetime) -> tuple[Change, ...]:
        """What was changed of these person records since then, the newest first. Raises StoreUnavailable."""
        return await in_worker(self._worker, lambda: self._rows.about(self.kept_under(members), since))

    async def resend(self, delivery: int) -> None:
        """Send again what waits, was refused, or was left to a person. Raises ChangeRefused or StoreUnavailable."""
        change, part = await self._part(delivery)
        again: DeliveryState = "unknown" if part.state == "unknown" else "waiting"
        # What waits or is unknown keeps its key; of the others it is decided anew.
        key = "" if part.state in ("waiting", "unknown") else new_token()
        of: tuple[DeliveryState, ...] = ("waiting", "unknown", "refused", "person")
        await self._decide("change", change, part, Decision(delivery=delivery, of=of, state=again, key=key), "sent again by hand")

    async def decide(self, delivery: int, take: Literal["ours", "theirs"]) -> None:
        """Of a conflict: ours is sent again over the version that the department has now, or theirs stays.

        Raises ChangeRefused or StoreUnavailable.
        """
        change, part = await self._part(delivery)
        of: tuple[DeliveryState, ...] = ("conflict",)
        if take == "theirs":
            stays: DeliveryState = "done" if part.undoing else "refused"
            decision = Decision(delivery=delivery, of=of, state=stays, fault="conflict", intent="apply")
        else:
            now = part.theirs or await self._current(change, part)
            # A change that is taken back keeps what there was before it; its version is read when it is sent.
            before = None if part.undoing else now
            decision = Decision(delivery=delivery, of=of, state="waiting", key=new_token(), before=before)
        await self._decide("change", change, part, decision, f"conflict: {take}")

    async def undo(self, delivery: int) -> None:
        """Take back what was done, where the department offers it. Raises ChangeRefused or StoreUnavailable."""
        change, part = await self._part(delivery)
        if not part.can_undo:
            raise ChangeRefused("The department does not take this back.")
        decision = Decision(delivery=delivery, of=("done",), state="waiting", intent="undo", key=new_token())
        await self._decide("undo", change, part, decision, "to be taken back")

    def _tell(self, change: Change) -> None:
        self.changed(change)

    async def _decide(self, kind: LookKind, change: Change, part: Delivery, decision: Decision, words: str) -> None:
        if not self._departments.may_write(part.department, change.kind, self._asker):
            raise ChangeRefused(words_for("not permitted"))
        subjects = (part.subject,) if part.subject is not None else ()
        entries = self._entries(self._look(kind, (part.department,), change.kind, subjects), outcome=f"delivery {part.id}: {words}")
        if not await in_worker(self._worker, lambda: self._rows.decide(decision, entries)):
            raise ChangeRefused("It has become another meanwhile: look again.")
        self.outbox.wake()
        for each in await in_worker(self._worker, lambda: self._rows.get((change.id,))):
            self.changed(each)

    async def _part(self, delivery: int) -> tuple[Change, Delivery]:
        change = await in_worker(self._worker, lambda: self._rows.of_delivery(delivery))
        if change is None:
            raise ChangeRefused(f"There is no delivery {delivery}.")
        part = next(each for each in change.deliveries if each.id == delivery)
        if part.department not in self._departments.ports:
            raise ChangeRefused(f"This site has no department {part.department} any more.")
        return change, part

    async def _current(self, change: Change, part: Delivery) -> Current:
        writing = Writing(change.kind, "", {}, part.subject, part.record)
        found = await self._departments.current(part.department, writing, self._asker, anyway=True)
        if not isinstance(found, Current):
            raise ChangeRefused("The department does not tell now what it has: try again later.")
        return found

    def _targets(self, kind: str, members: Iterable[SubjectRef], record: RecordRef | None, only: tuple[str, ...]) -> Iterable[Proposal]:
        taking = [
            name for name in self._offers.taking(kind) if (record is None or name == record.department) and (not only or name in only)
        ]
        anonymous, kept = self._offers.anonymous(kind), self.kept_under(members)
        for name in taking:
            of_department = [ref for ref in kept if ref.department == name]
            yield from (Proposal(name, member, record, reading=True) for member in of_department)
            if not of_department and (record is not None or anonymous):
                yield Proposal(name, None, record, reading=True)
            elif not of_department:
                yield Proposal(name, hinder="not found", chosen=False)

    def _with_hinder(self, proposal: Proposal, kind: str, level: Level) -> Proposal:
        """What hinders without asking anybody; then nobody is asked."""
        name = proposal.department
        apply = apply_of(self._departments.ports[name].manifest, kind)
        needed = self._offers.level(kind, name)
        found: tuple[Hinder, str] | None = None
        if not self._departments.may_write(name, kind, self._asker):
            found = "not permitted", ""
        elif proposal.hinder:
            return proposal
        elif not reaches(level, needed):
            found = "level", needed
        elif apply.proof:
            found = "proof", apply.proof
        if found is None:
            return proposal
        hinder, detail = found
        return msgspec.structs.replace(proposal, hinder=hinder, detail=detail, reading=False, chosen=hinder != "level")

    async def _read(self, kind: str, at: int, proposal: Proposal) -> tuple[int, Proposal]:
        writing = Writing(kind, "", {}, proposal.subject, proposal.record)
        found = await self._departments.current(proposal.department, writing, self._asker)
        proposal = msgspec.structs.replace(proposal, reading=False)
        if isinstance(found, Current):
            return at, msgspec.structs.replace(proposal, current=found)
        if isinstance(found, NotPermitted):
            return at, msgspec.structs.replace(proposal, hinder="not permitted")
        if isinstance(found, Failed):
            hinder = _HINDERS.get(found.fault.key, "no answer")
            return at, msgspec.structs.replace(proposal, hinder=hinder, chosen=hinder not in ("not found", "locked"))
        return at, proposal

    def _hold_to(self, kind: ChangeKind, values: Mapping[str, str], chosen: Sequence[Proposal], level: Level) -> None:
        """Raises ChangeRefused."""
        if not chosen:
            raise ChangeRefused("No department is chosen.")
        if kind.roles and self._asker.role not in kind.roles:
            raise ChangeRefused(words_for("not permitted"))
        if unknown := [each.department for each in chosen if each.department not in self._offers.taking(kind.id)]:
            raise ChangeRefused(f"{unknown[0]} takes no such change.")
        if lacking := [field.label for field in kind.fields if field.required and not values.get(field.name, "").strip()]:
            raise ChangeRefused(f"Fill in: {', '.join(lacking)}.")
        if long := [field.label for field in kind.fields if len(values.get(field.name, "")) > field.longest]:
            raise ChangeRefused(f"Too long: {', '.join(long)}.")
        needed = [self._offers.level(kind.id, each.department) for each in chosen]
        if short := [each for each in needed if not reaches(level, each)]:
            raise ChangeRefused(f"{words_for('level')} It needs the level {short[0]}.")

    def _delivery(self, kind: ChangeKind, values: Mapping[str, str], proposal: Proposal, caller_name: str) -> NewDelivery:
        manifest = self._departments.ports[proposal.department].manifest
        apply = apply_of(manifest, kind.id)
        hinder, detail = proposal.hinder, proposal.detail
        if not self._departments.may_write(manifest.id, kind.id, self._asker):
            hinder = "not permitted"
        elif apply.proof:
            hinder, detail = "proof", apply.proof
        state: DeliveryState = "waiting"
        task = None
        if hinder in ("not permitted", "proof", "not found"):
            state = "person"
            why = " ".join(filter(None, (words_for(hinder), detail)))
            task = task_for(manifest, kind, kind.id, kind.title, values, caller_name, proposal.subject, proposal.record, why)
        elif proposal.current is not None and has_already(proposal.current, values):
            state, hinder = "done", "same"
        else:
            hinder, detail = "", ""
        return NewDelivery(
            department=manifest.id,
            key=new_token(),
            subject=proposal.subject,
            record=proposal.record,
            before=proposal.current,
            state=state,
            fault=hinder,
            detail=detail,
            task=task,
        )

    def _look(self, kind: LookKind, departments: Iterable[str], what: str, subjects: tuple[SubjectRef, ...]) -> Look:
        asker = self._asker
        whose = " ".join([what, *(f"{ref.department}/{ref.id}" for ref in subjects)])
        return Look(asker.actor, asker.role, asker.purpose, kind, tuple(dict.fromkeys(departments)), whose, subjects)
