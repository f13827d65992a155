"""A form's departments as rows of a table: what each has now, what it will have, and how far it is, as far as it may be seen."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

import msgspec

from app.services.disclosure import Held
from app.services.forms import same
from app.viewmodels.doing_states import ChangeRow, Difference
from app.viewmodels.states import DepartmentState
from models.changes import Current, Delivery, FormField, Hinder, Proposal
from models.people import Shut, SubjectRef
from models.records import RecordRef
from models.web_links import host_of, may_open

BLOCKING: frozenset[Hinder] = frozenset({"level", "locked"})
"""Nothing can be sent there, whatever is chosen; of the others, some become a caseworker's task."""

Seen = Callable[[str, Mapping[str, str]], Held]
"""What may be seen of a department's values: department, values."""


def key_of(department: str, subject: SubjectRef | None, record: RecordRef | None) -> str:
    """What a proposal and its delivery have in common."""
    return "/".join((department, subject.id if subject else "", record.id if record else ""))


class RowMaker:
    """Makes rows for one form. ``values`` are what was typed, by field name."""

    def __init__(
        self,
        fields: Iterable[FormField],
        departments: Mapping[str, DepartmentState],
        seen: Seen,
        text: Callable[[FormField, Mapping[str, str]], str],
        hosts: Container[str] = (),
    ) -> None:
        """``text``: what a field's values are called on the screen; ``hosts``: those whose links may be opened."""
        self._fields = tuple(fields)
        self._text = text
        self._hosts = hosts
        self._departments = departments
        self._seen = seen
        told = [field for field in self._fields if field.type not in ("date", "time", "file", "lines")]
        self._told = told or [field for field in self._fields if field.type != "file"]

    def proposed(self, proposal: Proposal, values: Mapping[str, str], chosen: bool | None) -> ChangeRow:
        """Before it is made. ``chosen`` is what staff chose, if they did."""
        row = self._now(proposal, proposal.department, proposal.current, values)
        hinder = proposal.hinder
        if not hinder and proposal.current is not None and self._has_all(proposal.current, values):
            hinder = "same"
        blocked = hinder in BLOCKING
        on = not blocked and (chosen if chosen is not None else proposal.chosen and hinder != "same")
        return msgspec.structs.replace(
            row, chosen=on, can_choose=not blocked, reading=proposal.reading, hinder=hinder, detail=proposal.detail
        )

    def delivered(self, delivery: Delivery, values: Mapping[str, str]) -> ChangeRow:
        """After it was made."""
        row = self._now(delivery, delivery.department, delivery.before, values)
        receipt = delivery.receipt
        link, opens = self._link(receipt.link if receipt is not None else "")
        return msgspec.structs.replace(
            row,
            can_choose=False,
            detail=delivery.detail,
            delivery=delivery.id,
            state=delivery.state,
            since=delivery.since,
            attempts=delivery.attempts,
            next_try=delivery.next_try,
            fault=delivery.fault,
            receipt=receipt.reference if receipt is not None else "",
            note=receipt.note if receipt is not None else "",
            link=link,
            opens=opens,
            pending=receipt is not None and bool(receipt.pending) and not receipt.reference,
            differences=self._differences(delivery, values) if delivery.theirs is not None else (),
            can_undo=delivery.can_undo,
        )

    def _now(self, of: Proposal | Delivery, department: str, current: Current | None, values: Mapping[str, str]) -> ChangeRow:
        place = self._departments.get(department)
        held = self._seen(department, current.values) if current is not None else Held({}, {})
        kept = [field for field in self._told if current is None or _keeps(field, current.values)] or self._told
        shut: Shut = next((held.shut[field.name] for field in kept if field.name in held.shut), "")
        return ChangeRow(
            key_of(department, of.subject, of.record),
            department,
            place.title if place else department,
            place.colour if place else "",
            now="" if shut else self._line(kept, held.seen),
            now_shut=shut,
            now_known=current is not None,
            will=self._line(kept, values),
        )

    def _differences(self, delivery: Delivery, values: Mapping[str, str]) -> tuple[Difference, ...]:
        assert delivery.theirs is not None
        held = self._seen(delivery.department, delivery.theirs.values)
        told = []
        for field in self._fields:
            if _keeps(field, delivery.theirs.values):
                why: Shut = held.shut.get(field.name, "")
                told.append(Difference(field.label, self._text(field, values), "" if why else self._text(field, held.seen), why))
        return tuple(told)

    def _link(self, link: str) -> tuple[str, bool]:
        """A link that may be given to a caller, and whether it may be opened here."""
        return (link, may_open(link, self._hosts)) if host_of(link) else ("", False)

    def _has_all(self, current: Current, values: Mapping[str, str]) -> bool:
        kept = [field for field in self._fields if _keeps(field, current.values)]
        return bool(kept) and all(values.get(field.name) and same(field, current.values, values) for field in kept)

    def _line(self, fields: Iterable[FormField], values: Mapping[str, str]) -> str:
        return " ".join(filter(None, (self._text(field, values) for field in fields)))


def _keeps(field: FormField, values: Mapping[str, str]) -> bool:
    return field.name in values or (field.type == "address" and "street" in values)
