"""When something is to be said: conditions on a caller's records, on the reason of the call, and on what departments differ in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from models.records import Attention, Record, State


class Alike(NamedTuple):
    """What records have in common that no condition on these keys tells apart."""

    department: str
    kind: str
    state: str
    attention: str
    status: str


def alike(record: Record) -> Alike:
    """Of one record."""
    return Alike(record.ref.department, record.kind, record.state, record.attention, record.status)


class Condition(Struct, frozen=True):
    """Every key that is given must hold; those on records all of one record. One without keys never holds."""

    departments: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    """Kinds of record, as manifests name them: ``bill``, ``permit``."""
    states: tuple[State, ...] = ()
    attention: tuple[Attention, ...] = ()
    status: tuple[str, ...] = ()
    """The department's own words, such as ``Expired``."""
    due_within: Annotated[int, Meta(ge=0, description="a number of days")] | None = None
    """The record is not closed, and its due day is today or at most so many days off."""
    ended_within: Annotated[int, Meta(ge=0, description="a number of days")] | None = None
    """The record's due day is past, by at most so many days."""
    field: str = ""
    """The record has this field, by its label, and something stands in it."""
    reasons: tuple[str, ...] = ()
    """Reasons of the call."""
    differ: tuple[Literal["address", "phone", "name"], ...] = ()
    """Facts of which the caller's departments have more than one."""

    @property
    def of_records(self) -> int:
        """How many of its keys are about a record."""
        texts = (self.departments, self.kinds, self.states, self.attention, self.status, self.field)
        return sum(map(bool, texts)) + sum(days is not None for days in (self.due_within, self.ended_within))

    @property
    def keys(self) -> int:
        """How many of its keys are given: the more, the closer it fits."""
        return self.of_records + bool(self.reasons) + bool(self.differ)

    @property
    def of_each(self) -> bool:
        """Whether it looks at more of a record than ``alike`` has."""
        return bool(self.field) or self.due_within is not None or self.ended_within is not None

    def holds_for_all(self, alike: Alike) -> bool:
        """Whether all records that are so alike may meet it; they do unless it looks at each."""
        return (
            _in(alike.department, self.departments)
            and _in(alike.kind, self.kinds)
            and _in(alike.state, self.states)
            and _in(alike.attention, self.attention)
            and _in(alike.status, self.status)
        )

    def holds_for(self, record: Record, today: date) -> bool:
        """Whether the record meets the keys on records."""
        days = (record.due - today).days if record.due is not None else None
        return (
            self.holds_for_all(alike(record))
            and (self.due_within is None or (days is not None and 0 <= days <= self.due_within and record.state != "closed"))
            and (self.ended_within is None or (days is not None and 0 < -days <= self.ended_within))
            and (not self.field or any(field.label == self.field and field.value for field in record.fields))
        )

    def holds_besides(self, reason: str, differing: tuple[str, ...]) -> bool:
        """Whether the keys on the call and on the caller hold."""
        return _in(reason, self.reasons) and (not self.differ or any(fact in self.differ for fact in differing))


def _in(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value in wanted
