"""Forms of which a department says itself what can be chosen, and what it wants to know of that: Open311's services and attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from adapters.contract import CallContext, TellsForms
from app.services.departments import Asker, Departments
from app.services.forms import Unreadable
from models.changes import FieldChoice, FormField, Offer
from models.outcomes import FAULT_WORDS, Failed, NotPermitted

T = TypeVar("T")


class ToldForm:
    """One action of one department. ``name`` is the field whose choices are the department's."""

    def __init__(self, departments: Departments, department: str, change: str, asker: Asker) -> None:
        self._departments = departments
        self._department = department
        self._change = change
        self._asker = asker
        kind = departments.ports[department].department
        assert isinstance(kind, TellsForms)
        self.name = kind.followed

    async def choices(self) -> tuple[FieldChoice, ...]:
        """What can be chosen. Raises Unreadable, with words for the user."""
        return await self._told(lambda kind, ctx: kind.choices(self._change, ctx))

    async def fields(self, value: str) -> tuple[FormField, ...]:
        """What the department wants to know of a choice. Raises Unreadable."""
        return await self._told(lambda kind, ctx: kind.following(self._change, value, ctx))

    async def _told(self, ask: Callable[[TellsForms, CallContext], tuple[T, ...]]) -> tuple[T, ...]:
        found: tuple[T, ...] | Failed | NotPermitted = await self._departments.form(self._department, self._change, self._asker, ask)
        if isinstance(found, NotPermitted):
            raise Unreadable("Your role, for this purpose, may not do this there.")
        if isinstance(found, Failed):
            title = self._departments.ports[self._department].manifest.title
            raise Unreadable(f"{title}: {FAULT_WORDS.get(found.fault.key, FAULT_WORDS['unexpected'])[1]}")
        return found


def told_form(departments: Departments, offer: Offer, asker: Asker) -> ToldForm | None:
    """The department's own part of a form; None where it is all in the manifest."""
    if len(offer.departments) != 1 or offer.departments[0] not in departments.ports:
        return None
    (name,) = offer.departments
    kind = departments.ports[name].department
    if not isinstance(kind, TellsForms) or all(field.name != kind.followed for field in offer.kind.fields):
        return None
    return ToldForm(departments, name, offer.kind.id, asker)
