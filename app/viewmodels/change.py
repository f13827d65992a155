"""A form being filled in and made: one change for all the departments it concerns, or an action of one, followed until it is settled.

Leaving it loses nothing: what was typed comes back when the same form is opened again in this call, and what was sent is
delivered by the outbox whether anybody looks or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Mapping
from typing import Any, Literal

import msgspec

from app.services.disclosure import Disclosure, Held
from app.services.forms import FormReader, Unreadable
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.change_rows import RowMaker, key_of
from app.viewmodels.doing_states import SILENT, ChangeRow, ChangeState, FieldState
from app.viewmodels.form import ChangesPort, FollowUp, Form, OwnForm, ReadFile
from app.viewmodels.states import DepartmentState
from models.changes import Change, FormField, Offer
from models.people import Address, Caller
from models.records import RecordRef
from models.store.errors import StoreUnavailable
from models.verification import Level, reaches


class ChangeViewModel(ViewModel[ChangeState]):
    """``made(change)`` is called with each change that was made here, ``failed(words)`` where one was not and nobody looks any more."""

    def __init__(
        self,
        changes: ChangesPort,
        disclosure: Disclosure,
        reader: FormReader,
        read_file: ReadFile,
        departments: tuple[DepartmentState, ...],
        call: Callable[[], str],
        refused: type[Exception],
        tasks: Tasks,
        open_link: Callable[[str], None] = lambda link: None,
        hosts: Container[str] = (),
    ) -> None:
        """``refused`` is what ``changes`` raises where something may not be done; ``hosts``: those whose links ``open_link`` may open."""
        super().__init__(ChangeState())
        self._open_link = open_link
        self._hosts = hosts
        self._changes = changes
        self._disclosure = disclosure
        self._reader = reader
        self._read_file = read_file
        self._departments = {department.id: department for department in departments}
        self._call = call
        self._refused = refused
        self._tasks = tasks
        self._form: Form | None = None
        self._made: Change | None = None
        self._newest: dict[int, Change] = {}
        self._left: dict[str, dict[str, str]] = {}
        """What was typed and not sent, by the form's place; its token stands under an empty name."""
        self.made: Callable[[Change], None] = lambda change: None
        self.silent: Callable[[], Container[str]] = tuple
        """Departments that did not answer when the caller was searched for: nobody knows whether they know them."""
        self.failed: Callable[[str], None] = lambda words: None
        self.typed: Callable[[], None] = lambda: None
        """What is kept with the call has become another."""

    def open(
        self,
        offer: Offer,
        record: RecordRef | None,
        caller: Caller | None,
        *,
        values: Mapping[str, str] | None = None,
        own: OwnForm | None = None,
        more: FollowUp | None = None,
        about: str = "",
    ) -> None:
        """Open a form: as it was left in this call, else anew; ``values`` are filled in, ``about`` is the title of the record."""
        form = Form(self._reader, offer, record, caller, own, more, about)
        left = self._left.get(form.place, {})
        form.token = left.get("", form.token)
        form.texts |= {name: text for name, text in (left | dict(values or {})).items() if name}
        self._form, self._made = form, None
        self._draw(phase="form", problem="", said="", revision=self.state.revision + 1)
        if own is None:
            form.asked = self._tasks.start(self._propose(form), "propose")
        if more is not None:
            self._tasks.start(self._choose_from(form, more), "choices")
        self._follow(form)

    def show(self, change: Change, caller: Caller | None, offer: Offer) -> None:
        """Show a change that was made in this call."""
        self._form = Form(self._reader, offer, None, caller)
        self._made = self._newest.get(change.id, change)
        self._draw(phase="made", problem="", said="", revision=self.state.revision + 1)

    def set_text(self, name: str, text: str, address: Address | None = None) -> None:
        """What is typed into a field; ``address`` where its parts are known."""
        form = self._form
        if form is None or self.state.phase != "form":
            return
        form.texts[name] = text
        if address is not None:
            form.addresses[name] = address
        else:
            form.addresses.pop(name, None)
        self._left[form.place] = {"": form.token, **form.texts}
        self.typed()
        self._draw(problem="")
        self._follow(form)

    def choose(self, key: str, on: bool) -> None:
        """Whether a department is to have it."""
        if self._form is not None and self.state.phase == "form":
            self._form.chosen[key] = on
            self._draw(problem="")

    def submit(self) -> None:
        """Make the change; what is missing is said. A double click makes one."""
        form = self._form
        if form is None or self.state.phase != "form":
            return
        form.complained = True
        self._draw()
        wrong = next((field for field in self.state.fields if field.problem), None)
        if wrong is not None:
            self._change(problem=f"{wrong.field.label.rstrip('?:')}: {wrong.problem}")
        elif form.filling is not None and not form.filling.done():
            self._change(problem="The department's questions have not come yet: send it in a moment.")
        elif self.state.needs:
            self._change(problem="Nothing was sent: the caller must be verified first.")
        else:
            self._change(phase="sending", problem="")
            self._tasks.start(self._submit(form), "submit change")

    def resend(self, delivery: int) -> None:
        """Try a delivery again now."""
        self._ask(self._changes.resend(delivery))

    def decide(self, delivery: int, take: Literal["ours", "theirs"]) -> None:
        """Settle a conflict."""
        self._ask(self._changes.decide(delivery, take))

    def undo(self, delivery: int) -> None:
        """Take a change back in one department."""
        self._ask(self._changes.undo(delivery))

    def open_link(self, delivery: int) -> None:
        """Open a department's link, where the site allows its host."""
        row = next((row for row in self.state.rows if row.delivery == delivery and row.opens), None)
        if row is not None:
            self._open_link(row.link)

    def leave(self) -> None:
        """Show nothing more. A form that is half filled in is kept for this call; what is being sent goes on."""
        self._form = self._made = None
        self._show(ChangeState(revision=self.state.revision + 1))

    def learnt(self, change: Change) -> None:
        """A delivery has become another."""
        self._newest[change.id] = change
        if self._made is not None and self._made.id == change.id:
            self._made = change
            self._draw()

    def refresh(self) -> None:
        """The level of verification or the purpose has become another."""
        if self._form is not None:
            self._draw()

    def forget(self) -> None:
        """The call is over: nothing of its forms stays."""
        self._left.clear()
        self._newest.clear()
        self.leave()

    @property
    def left(self) -> dict[str, dict[str, str]]:
        """What was typed into forms of this call and not sent, to be kept with it."""
        return dict(self._left)

    async def suspend(self) -> Any:
        """Show nothing more; returns what was typed into forms and not sent."""
        left, self._left = self._left, {}
        self._newest.clear()
        self.leave()
        return left

    def resume(self, kept: Any) -> None:
        """The lock has closed the dialog; what was typed is there when the form is opened again."""
        self._left |= kept or {}

    def _follow(self, form: Form) -> None:
        """Ask for the fields that depend on what was chosen."""
        if form.more is None:
            return
        chosen = form.texts.get(form.more.name, "")
        if chosen != form.followed:
            form.followed = chosen
            form.following = ()
            self._draw()
            if chosen:
                form.filling = self._tasks.start(self._ask_more(form, form.more, chosen), "more fields")

    async def _choose_from(self, form: Form, more: FollowUp) -> None:
        try:
            form.choices = await more.choices()
        except Unreadable as error:
            if form is self._form:
                self._draw(problem=str(error))
            return
        if form.choices and form is self._form:
            self._draw(revision=self.state.revision + 1)

    async def _ask_more(self, form: Form, more: FollowUp, chosen: str) -> None:
        try:
            fields = await more.fields(chosen)
        except Unreadable as error:
            if form is self._form and form.followed == chosen:
                form.followed = ""
                self._draw(problem=str(error))
            return
        if form is self._form and form.followed == chosen:
            form.following = fields
            form.begin(fields)
            self._draw()

    async def _propose(self, form: Form) -> None:
        members = tuple(member.ref for member in form.caller.members) if form.caller is not None else ()
        # An action is one department's, even where another calls one of its own the same.
        only = form.offer.departments if len(form.offer.departments) == 1 else ()
        proposed = self._changes.propose(form.offer.kind.id, members, form.record, level=self._level(form.caller), departments=only)
        try:
            async for proposals in proposed:
                form.proposals = proposals
                if form is self._form and self.state.phase == "form":
                    self._draw()
        except StoreUnavailable as error:
            if form is self._form:
                self._draw(problem=f"The departments were not asked: {error}")

    async def _submit(self, form: Form) -> None:
        if form.own is not None:
            await self._submit_own(form, form.own)
            return
        if form.asked is not None and not form.asked.done():
            await asyncio.wait([form.asked])  # each department's version belongs to what is sent: they answer within their deadlines
        rows = {row.key: row for row in self._proposed(form)}
        proposals = tuple(
            msgspec.structs.replace(each, chosen=rows[key_of(each.department, each.subject, each.record)].chosen) for each in form.proposals
        )
        if not any(each.chosen for each in proposals):
            self._fail(form, "Nothing was sent: choose at least one department that can take it.")
            return
        caller = form.caller
        try:
            made = await self._changes.submit(
                form.offer.kind.id,
                form.values(),
                proposals,
                caller_name=caller.name if caller is not None else "",
                call=self._call(),
                level=self._level(caller),
                token=form.token,
                media=await self._media(form),
            )
        except (StoreUnavailable, Unreadable, self._refused) as error:
            self._fail(form, f"Nothing was sent: {error}")
            return
        self._left.pop(form.place, None)
        self.typed()
        newest = self._newest.get(made.id, made)
        if form is self._form:
            self._made = newest
            self._draw(phase="made", problem="")
        self.made(newest)

    def _fail(self, form: Form, words: str) -> None:
        if form is self._form:
            self._draw(phase="form", problem=words)
        else:
            self.failed(f"{form.offer.kind.title}: {words}")

    async def _submit_own(self, form: Form, own: OwnForm) -> None:
        try:
            said = await own.submit(form.values())
        except (StoreUnavailable, Unreadable) as error:
            self._fail(form, f"Nothing was done: {error}")
            return
        self._left.pop(form.place, None)
        self.typed()
        if form is self._form:
            self._draw(phase="made", problem="", said=said)

    async def _media(self, form: Form) -> bytes:
        named = next((form.texts[field.name] for field in form.fields if field.type == "file"), "")
        return await self._read_file(named) if named.strip() else b""

    def _ask(self, work: Any) -> None:
        self._tasks.start(self._asked(work), "delivery")

    async def _asked(self, work: Any) -> None:
        try:
            await work
        except (StoreUnavailable, self._refused) as error:
            self._change(problem=str(error))

    def _level(self, caller: Caller | None) -> Level:
        return self._disclosure.level(caller) if caller is not None else "anonymous"

    def _draw(self, **more: Any) -> None:
        form = self._form
        if form is None:
            return
        needed = form.offer.kind.level
        lacks = form.caller is not None and not reaches(self._level(form.caller), needed)
        phase = more.get("phase", self.state.phase)
        self._change(
            title=form.offer.kind.title,
            caller=form.caller.name if form.caller is not None else "",
            about=form.about,
            own=form.own is not None,
            fields=tuple(self._field(form, field) for field in form.fields),
            rows=self._rows(form),
            needs=needed if lacks and phase != "made" else "",
            **more,
        )

    def _rows(self, form: Form) -> tuple[ChangeRow, ...]:
        made = self._made
        return self._proposed(form) if made is None else tuple(self._maker(form).delivered(each, made.values) for each in made.deliveries)

    def _proposed(self, form: Form) -> tuple[ChangeRow, ...]:
        maker, values, silent = self._maker(form), form.values(), self.silent()
        proposals = (
            msgspec.structs.replace(each, detail=SILENT) if each.hinder == "not found" and each.department in silent else each
            for each in form.proposals
        )
        return tuple(
            maker.proposed(each, values, form.chosen.get(key_of(each.department, each.subject, each.record))) for each in proposals
        )

    def _maker(self, form: Form) -> RowMaker:
        def seen(department: str, values: Mapping[str, str]) -> Held:
            if form.caller is not None:
                return self._disclosure.held(form.caller, department, fields, values)
            # It is of nobody; or of somebody who is not open, and of whom it is not known here what may be seen.
            somebody = self._made is not None and any(each.subject is not None for each in self._made.deliveries)
            return Held({}, {field.name: "verified" for field in fields}) if somebody else Held(dict(values), {})

        fields = form.fields
        return RowMaker(fields, self._departments, seen, self._reader.told, self._hosts)

    def _field(self, form: Form, field: FormField) -> FieldState:
        if self._made is None:
            return form.state_of(field)
        made = self._made.values.get(field.name, "")
        return FieldState(field, made, made)
