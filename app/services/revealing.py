"""One masked value, shown for a stated reason: written down first, and refused where it can't be."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.departments import Asker
from app.services.search import AuditTrail
from models.audit import AuditRow, Look
from models.people import Caller, ValuePlace
from models.records import Record

SECONDS = 30.0
"""How long a value stays on the screen, and a copy of it in the clipboard."""
ADDRESS = "address"
"""The label under which a caller's secret addresses are revealed."""


def value_at(place: ValuePlace, caller: Caller, records: Iterable[Record]) -> str:
    """The value that stands there; empty when it is there no more."""
    if place.label == ADDRESS and not place.department:
        return " · ".join(caller.addresses)
    for member in caller.members:
        if (member.ref.department, member.ref.id) == (place.department, place.id):
            for number in member.identifiers:
                if number.scheme == place.label:
                    return number.value
    for record in records:
        if (record.ref.department, record.ref.id) == (place.department, place.id):
            for field in record.fields:
                if field.label == place.label:
                    return field.value
    return ""


class Revealing:
    """Writes each reveal into the audit log: whose value, which field, and for what reason."""

    def __init__(self, audit: AuditTrail, asker: Asker) -> None:
        self._audit = audit
        self._asker = asker

    async def reveal(self, place: ValuePlace, caller: Caller, reason: str) -> AuditRow:
        """Committed when it returns; only then may the value be shown. Raises StoreUnavailable."""
        subjects = tuple(member.ref for member in caller.members if place.department in ("", member.ref.department))
        departments = tuple(dict.fromkeys(ref.department for ref in subjects))
        what = f"{place.department}/{place.id}/{place.label}"
        row = await self._audit.look(Look(self._asker.actor, self._asker.role, self._asker.purpose, "reveal", departments, what, subjects))
        await self._audit.outcome(row, f"{place.label}: {reason}")
        return row

    async def copied(self, row: AuditRow) -> None:
        """The value that was revealed goes into the clipboard. Raises StoreUnavailable: then it must not."""
        await self._audit.outcome(row, "copied")
