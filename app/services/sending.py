"""One try at one delivery: asking the department, and what follows from its answer.

What may have been made is looked up before it is sent again. It is sent again when the department says that it was not made, or when
sending it twice has no second effect there; where nobody can tell, a person has to look.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from adapters.manifest_apply import Apply
from app.services.departments import GRACE, Departments
from app.services.handing_over import apply_of, task_for, words_for
from models.changes import ChangeKind, Current, DeliveryState, Receipt, Writing, has_already
from models.outbox import LONGEST_WAIT, Claim, Result, Task
from models.outcomes import Failed, Fault, NotPermitted

FIRST_WAIT = 2.0
"""Seconds until a delivery is tried again: doubled each time up to LONGEST_WAIT, less up to a half by chance."""
STEPS = 3
"""Calls that one try makes at most: looking up, sending, reading again. Each ends by the department's deadline."""

_REFUSED = ("rejected", "forbidden", "not_found")
_NOT_MADE = ("rate_limited", "sign_in_needed", "no_credential", "locked")


class _MadeBy(NamedTuple):
    """Who made a change: it was allowed then, which its role is held to once more."""

    actor: str
    role: str
    purpose: str

    def allows(self, department: str) -> bool:
        return True


def backoff(attempts: int, least: float = 0.0) -> float:
    """Seconds to wait after so many tries; at least what the department asked for, but never longer than LONGEST_WAIT."""
    doubled = min(FIRST_WAIT * 2.0 ** min(max(attempts, 1) - 1, 30), LONGEST_WAIT)
    return min(LONGEST_WAIT, max(doubled * random.uniform(0.5, 1.0), least * random.uniform(1.0, 1.1)))  # noqa: S311 - no secret


class Sending:
    """``kinds`` are the kinds of change and actions by name, for what a person is told."""

    def __init__(self, departments: Departments, kinds: Mapping[str, ChangeKind]) -> None:
        self._departments = departments
        self._kinds = kinds

    def lease(self, department: str) -> float:
        """Seconds for which a delivery is claimed: all steps of a try, and some to begin and to write the result."""
        deadline: float = self._departments.ports[department].manifest.deadline
        return STEPS * (deadline + GRACE) + 5.0

    async def attempt(self, claim: Claim) -> Result:
        """What is to be written of it. Never raises but for a mistake of ours."""
        return await _Try(self, self._departments, claim).made()

    def kind(self, name: str) -> ChangeKind | None:
        return self._kinds.get(name)


class _Try:
    def __init__(self, sending: Sending, departments: Departments, claim: Claim) -> None:
        self._sending = sending
        self._departments = departments
        self._claim = claim
        self._delivery, self._change = claim.delivery, claim.change
        self._name = claim.delivery.department
        self._manifest = departments.ports[self._name].manifest
        self._apply: Apply = apply_of(self._manifest, claim.change.kind)
        self._asker = _MadeBy(claim.change.made_by, claim.change.role, claim.change.purpose)
        before = claim.delivery.before
        self._writing = Writing(
            claim.change.kind,
            claim.delivery.key,
            claim.change.values,
            claim.delivery.subject,
            claim.delivery.record,
            before.values if before else {},
            before.version if before else "",
            claim.media,
        )

    async def made(self) -> Result:
        delivery = self._delivery
        if delivery.state == "done":
            return await self._referred()
        if self._claim.unsure:
            known = await self._looked_up()
            if known is not None:
                return known
        if delivery.undoing:
            got = await self._departments.undo(self._name, self._writing, delivery.receipt or Receipt(), self._asker)
            return self._done(got) if isinstance(got, Receipt) else await self._not_made(got)
        if delivery.before is None and self._apply.current is not None and not self._claim.unsure:
            # It did not answer when the change was made. What it has now is written down before it is changed.
            found = await self._departments.current(self._name, self._writing, self._asker, anyway=True)
            if isinstance(found, Current):
                if has_already(found, self._change.values):
                    return self._result("done", fault="same", before=found, receipt=Receipt())
                return self._result("waiting", before=found, wait=0.0)
            if found is not None:
                return await self._not_made(found, sent=False)
        got = await self._departments.apply(self._name, self._writing, self._asker)
        return self._done(got) if isinstance(got, Receipt) else await self._not_made(got)

    async def _looked_up(self) -> Result | None:
        """What is known of a try that was made before; None: it is to be sent (again)."""
        asked = self._writing
        if self._delivery.undoing:  # what was to be there after it, and what there was before it
            asked = msgspec.structs.replace(asked, values=asked.before, before=asked.values)
        found = await self._departments.settled(self._name, asked, self._asker)
        if isinstance(found, Receipt):
            return self._done(found)
        if found is None:
            return None
        if isinstance(found, NotPermitted):
            return self._for_a_person("not permitted")
        if found.fault.key == "conflict":  # neither ours nor what we knew
            return await self._conflict()
        if found.fault.key == "unsettled":
            return None if self._apply.repeatable else self._for_a_person("unsettled")
        if found.fault.key in ("unexpected", *_REFUSED):  # asking again would be no use
            return None if self._apply.repeatable else self._for_a_person("unsettled", found.fault.detail)
        return self._unknown(found.fault)

    async def _referred(self) -> Result:
        """The department's number for what it took, which it tells later."""
        receipt = self._delivery.receipt or Receipt()
        found = await self._departments.settled(self._name, msgspec.structs.replace(self._writing, pending=receipt.pending), self._asker)
        if isinstance(found, Receipt) and not found.pending:
            return self._result("done", receipt=found, can_undo=self._delivery.can_undo)
        age = (datetime.now(UTC) - self._delivery.since).total_seconds()
        wait = min(max(age, FIRST_WAIT), LONGEST_WAIT)
        return self._result("done", receipt=receipt, can_undo=self._delivery.can_undo, wait=wait)

    async def _not_made(self, got: Failed | NotPermitted, *, sent: bool = True) -> Result:
        if isinstance(got, NotPermitted):
            return self._for_a_person("not permitted")
        fault = got.fault
        if fault.key == "conflict":
            return await self._conflict()
        if fault.key in _REFUSED:
            return self._result("refused", fault=fault.key, detail=fault.detail, task=self._task(words_for(fault.key)))
        if fault.key in _NOT_MADE or not fault.sent or not sent:
            wait = backoff(self._delivery.attempts, fault.retry_after or 0.0)
            return self._result("waiting", fault=fault.key, detail=fault.detail, wait=wait)
        return self._unknown(fault)

    async def _conflict(self) -> Result:
        """The department has another version than we knew: by somebody else, or by a try of ours whose reply was lost."""
        wanted = self._writing.before if self._delivery.undoing else self._change.values
        theirs = await self._departments.current(self._name, self._writing, self._asker, anyway=True)
        if not isinstance(theirs, Current):
            return self._result("conflict", fault="conflict")
        if has_already(theirs, wanted):
            return self._done(Receipt(), fault="same")
        return self._result("conflict", fault="conflict", theirs=theirs)

    def _done(self, receipt: Receipt, fault: str = "") -> Result:
        if self._delivery.undoing:
            return self._result("undone", receipt=receipt)
        wait = FIRST_WAIT if receipt.pending and not receipt.reference else None
        return self._result("done", receipt=receipt, fault=fault, can_undo=bool(self._apply.undo), wait=wait)

    def _unknown(self, fault: Fault) -> Result:
        # A department that is still at it would say no: where that would double it, it is given twice the time that it has.
        least = 0.0 if self._apply.repeatable else 2 * self._manifest.deadline
        return self._result("unknown", fault=fault.key, detail=fault.detail, wait=backoff(self._delivery.attempts, least))

    def _for_a_person(self, fault: str, detail: str = "") -> Result:
        return self._result("person", fault=fault, detail=detail, task=self._task(words_for(fault)))

    def _task(self, why: str) -> Task:
        change, delivery = self._change, self._delivery
        title = f"{change.title}, to be taken back" if delivery.undoing else change.title
        kind = self._sending.kind(change.kind)
        return task_for(self._manifest, kind, change.kind, title, change.values, change.caller_name, delivery.subject, delivery.record, why)

    def _result(self, state: DeliveryState, **more: object) -> Result:
        return Result(delivery=self._delivery.id, fence=self._claim.fence, state=state, **more)  # type: ignore[arg-type]
