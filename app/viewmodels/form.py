"""One form that is open: what is typed into it, which fields it has now, and what it is sent by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Literal, Protocol
from uuid import uuid4

import msgspec

from app.services.forms import FormReader, Unreadable
from app.viewmodels.doing_states import FieldState
from models.changes import Change, Delivery, FieldChoice, FormField, Offer, Proposal
from models.people import Address, Caller, SubjectRef
from models.records import RecordRef
from models.verification import Level


class ChangesPort(Protocol):
    """The changes of a site, awaited."""

    def offers(self) -> tuple[Offer, ...]: ...
    def kept_under(self, members: Iterable[SubjectRef]) -> tuple[SubjectRef, ...]:
        """Under which keys which departments know these persons."""
        ...

    def propose(
        self,
        kind: str,
        members: tuple[SubjectRef, ...],
        record: RecordRef | None = None,
        *,
        level: Level = ...,
        departments: tuple[str, ...] = ...,
    ) -> AsyncIterator[tuple[Proposal, ...]]:
        """What the change would do in each department, as their answers come. Raises StoreUnavailable."""
        ...

    async def submit(
        self,
        kind: str,
        values: dict[str, str],
        proposals: tuple[Proposal, ...],
        *,
        caller_name: str,
        call: str,
        level: Level,
        token: str,
        media: bytes = b"",
    ) -> Change: ...
    async def waiting(self) -> tuple[Delivery, ...]:
        """All that is not settled yet, of all calls."""
        ...

    async def of_call(self, call: str) -> tuple[Change, ...]: ...
    async def resend(self, delivery: int) -> None: ...
    async def decide(self, delivery: int, take: Literal["ours", "theirs"]) -> None: ...
    async def undo(self, delivery: int) -> None: ...


ReadFile = Callable[[str], Awaitable[bytes]]
"""The content of a file on this computer. Raises Unreadable."""


class OwnForm(Protocol):
    """A form that is no change in any department: a call back, a transfer."""

    async def submit(self, values: dict[str, str]) -> str:
        """Do it, and say what was done. Raises StoreUnavailable or Unreadable."""
        ...


class FollowUp(Protocol):
    """Fields that depend on what was chosen in another: a department's questions, a service's attributes."""

    @property
    def name(self) -> str:
        """Of the field that they follow."""
        ...

    async def choices(self) -> tuple[FieldChoice, ...]:
        """What can be chosen in it; none: as the form declares. Raises Unreadable."""
        ...

    async def fields(self, value: str) -> tuple[FormField, ...]:
        """Those that follow from a choice. Raises Unreadable."""
        ...


class Form:
    """One form that is open."""

    def __init__(
        self,
        reader: FormReader,
        offer: Offer,
        record: RecordRef | None,
        caller: Caller | None,
        own: OwnForm | None = None,
        more: FollowUp | None = None,
        about: str = "",
    ) -> None:
        """``about``: the title of the record."""
        self._reader = reader
        self.offer = offer
        self.record = record
        self.caller = caller
        self.own = own
        self.more = more
        self.about = about
        self.token = uuid4().hex
        self.texts = {field.name: reader.first(field) for field in offer.kind.fields}
        self.addresses: dict[str, Address] = {}
        self.chosen: dict[str, bool] = {}
        self.proposals: tuple[Proposal, ...] = ()
        self.asked: asyncio.Task[None] | None = None
        self.complained = False
        """What is missing is told only once it was to be sent."""
        self.followed = ""
        """The value that the fields that follow are of."""
        self.following: tuple[FormField, ...] = ()
        self.choices: tuple[FieldChoice, ...] = ()
        """What can be chosen in the field that others follow, where the department says so itself."""
        self.filling: asyncio.Task[None] | None = None

    @property
    def fields(self) -> tuple[FormField, ...]:
        """All that are to be filled in now, those that follow right behind what they depend on."""
        fields = self.offer.kind.fields
        at = next((at for at, field in enumerate(fields) if self.more is not None and field.name == self.more.name), -1)
        if at < 0:
            return fields
        chosen = msgspec.structs.replace(fields[at], choices=self.choices) if self.choices else fields[at]
        return (*fields[:at], chosen, *self.following, *fields[at + 1 :])

    @property
    def place(self) -> str:
        """Where what was typed is found again, when the form was left."""
        record = f"{self.record.department}/{self.record.id}" if self.record is not None else ""
        return "|".join((self.offer.kind.id, *self.offer.departments, record, self.caller.key if self.caller is not None else ""))

    def values(self) -> dict[str, str]:
        """What is typed, as departments are given it; empty where it can't be read."""
        values: dict[str, str] = {}
        for field in self.fields:
            try:
                values |= self._read(field)
            except Unreadable:
                values[field.name] = ""
        return values

    def state_of(self, field: FormField) -> FieldState:
        """A field as it is shown."""
        text = self.texts.get(field.name, "")
        try:
            values = self._read(field)
        except Unreadable as error:
            return FieldState(field, text, problem=str(error))
        value = values.get(field.name, "")
        missing = self.complained and field.required and not value and field.type != "told"
        return FieldState(field, text, value, "This is needed." if missing else "")

    def begin(self, fields: Iterable[FormField]) -> None:
        """Fill fields that have come with what they begin with."""
        self.texts |= {field.name: self._reader.first(field) for field in fields if field.name not in self.texts}

    def _read(self, field: FormField) -> dict[str, str]:
        """Raises Unreadable."""
        address = self.addresses.get(field.name)
        return self._reader.read(field, self.texts.get(field.name, ""), address, any_place=self.offer.anonymous)
