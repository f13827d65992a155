"""Calls that wait for whoever works here, to be called back or gone on with; and the forms by which a call is passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, Protocol

from app.services.forms import Unreadable
from app.services.passing_on import ROLE, PassingOn, Taken
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.doing import Own
from app.viewmodels.doing_states import Passed, PassingOnState
from models.changes import ChangeKind, FieldChoice, FormField, Offer
from models.contacts import ContactDraft, ContactOutcome
from models.store.errors import StoreUnavailable
from models.work import CALL_BACKS, WorkItem

EVERY = 20.0
"""Seconds after which the list is read anew."""
_NOBODY = "-"
"""The choice of no department in particular."""


class CallAtHand(Protocol):
    """The call that is passed on."""

    def draft(self) -> ContactDraft: ...
    def set_outcome(self, outcome: ContactOutcome) -> None: ...


class PassingOnViewModel(ViewModel[PassingOnState]):
    """``taken(call)`` brings a call that was passed on to the screen."""

    def __init__(self, passing_on: PassingOn, tasks: Tasks) -> None:
        super().__init__(PassingOnState())
        self._passing_on = passing_on
        self._tasks = tasks
        self._items: dict[int, WorkItem] = {}
        self.taken: Callable[[Taken], None] = lambda taken: None
        self._locked = False
        self._turn = 0
        tasks.start(self._keep_looking(), "passed on")

    def load(self) -> None:
        """Read the list anew."""
        self._tasks.start(self._load(), "passed on")

    def take(self, item: int) -> None:
        """Go on with one."""
        if (found := self._items.get(item)) is not None:
            self._tasks.start(self._take(found), "take a call")

    async def suspend(self) -> None:
        """Show nothing more: who waits is told by name."""
        self._locked = True
        self._turn += 1
        self._items = {}
        self._show(PassingOnState())

    def resume(self, kept: object) -> None:
        """Read the list anew."""
        self._locked = False
        self.load()

    async def _keep_looking(self) -> None:
        """What others pass on is there soon."""
        while True:
            await self._load(self.state.problem)
            await asyncio.sleep(EVERY)

    async def _load(self, problem: str = "") -> None:
        if self._locked:
            return
        turn = self._turn
        try:
            items = await self._passing_on.waiting()
        except StoreUnavailable as error:
            self._change(problem=str(error))
            return
        if turn != self._turn:
            return  # locked meanwhile
        self._items = {item.id: item for item in items}
        self._show(PassingOnState(tuple(self._passed(item) for item in items), problem))

    async def _take(self, item: WorkItem) -> None:
        try:
            taken = await self._passing_on.take(item)
        except StoreUnavailable as error:
            self._change(problem=f"It waits on: {error}")
            return
        await self._load("" if taken is not None else "Somebody else has taken it already.")
        if taken is not None:
            self.taken(taken)

    def _passed(self, item: WorkItem) -> Passed:
        kind: Literal["call_back", "handed_over"] = "call_back" if item.queue == CALL_BACKS else "handed_over"
        return Passed(item.id, kind, item.title, item.detail, item.made, item.made_by, item.due, item.whom)


class CallBack:
    """The form by which a caller is promised a call; the chosen department's questions follow in it."""

    name = "department"

    def __init__(
        self,
        passing_on: PassingOn,
        call: CallAtHand,
        actor: str,
        roles: tuple[str, ...],
        departments: Mapping[str, str],
        questions: Mapping[str, tuple[FormField, ...]],
        done: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        """``departments``: titles by id; ``questions``: what each wants to know before it calls; ``done``: one more waits."""
        self._passing_on = passing_on
        self._call = call
        self._questions = questions
        self._titles = departments
        self._done = done
        self._now = now
        choices = (FieldChoice(_NOBODY, "No department in particular"), *(FieldChoice(key, title) for key, title in departments.items()))
        self.kind = ChangeKind(
            id="call_back",
            title="Call back",
            level="anonymous",
            fields=(
                FormField(name="day", label="Day", type="date", default="today"),
                FormField(name="time", label="Time", type="time", help="15:30"),
                FormField(name="phone", label="Phone", type="phone"),
                FormField(name="whom", label="By whom", type="choice", choices=_people(actor, roles), default=actor),
                FormField(name="department", label="About", type="choice", choices=choices, default=_NOBODY),
                FormField(name="about", label="To tell or ask", type="lines", required=False),
            ),
        )

    def own(self, begin: Callable[[], Mapping[str, str]]) -> Own:
        """As it is offered."""
        return Own(Offer(self.kind, ()), self, self, begin=begin)

    async def choices(self) -> tuple[FieldChoice, ...]:
        """As the form declares them."""
        return ()

    async def fields(self, value: str) -> tuple[FormField, ...]:
        """What the department wants to know."""
        return self._questions.get(value, ())

    async def submit(self, values: dict[str, str]) -> str:
        due = datetime.fromisoformat(f"{values['day']}T{values['time']}").astimezone()
        if due <= self._now():
            raise Unreadable("the time for the call is past already.")
        draft = self._call.draft()
        asked = [(field.label, values.get(field.name, "")) for field in self._questions.get(values["department"], ())]
        lines = [f"Phone: {values['phone']}", *(f"{label}: {answer}" for label, answer in asked if answer), values["about"]]
        who = draft.caller_name or values["phone"]
        about = self._titles.get(values["department"], "") or next((each.subject for each in draft.inquiries if each.subject), "")
        await self._passing_on.call_back(draft, due, values["whom"], ", ".join(filter(None, (who, about))), "\n".join(filter(None, lines)))
        self._call.set_outcome("call_back")
        self._done()
        return f"{who} is called back on {due:%A, %B} {due.day} at {due:%H:%M}. The outcome of this call is set."


class Transfer:
    """The form by which a call is handed over, with all of it."""

    def __init__(self, passing_on: PassingOn, call: CallAtHand, roles: tuple[str, ...], done: Callable[[], None]) -> None:
        self._passing_on = passing_on
        self._call = call
        self._done = done
        self.kind = ChangeKind(
            id="transfer",
            title="Transfer",
            level="anonymous",
            fields=(
                FormField(name="whom", label="To", type="choice", choices=_people("", roles), required=False),
                FormField(name="colleague", label="Or a colleague's user name", required=False, longest=64),
                FormField(name="message", label="Still to do", type="lines", required=False),
            ),
        )

    def own(self) -> Own:
        """As it is offered."""
        return Own(Offer(self.kind, ()), self)

    async def submit(self, values: dict[str, str]) -> str:
        whom = values["colleague"] or values["whom"]
        if not whom:
            raise Unreadable("choose to whom it is handed over.")
        draft = self._call.draft()
        about = next((each.subject for each in draft.inquiries if each.subject), "")
        title = ", ".join(filter(None, (draft.caller_name or draft.number or "Unknown caller", about)))
        await self._passing_on.hand_over(draft, whom, title, values["message"])
        self._call.set_outcome("handed_over")
        self._done()
        return f"Handed over to {_said(whom)}, with all that was said and done. The outcome of this call is set."


def _people(actor: str, roles: tuple[str, ...]) -> tuple[FieldChoice, ...]:
    own = (FieldChoice(actor, "Me"),) if actor else ()
    return (*own, *(FieldChoice(f"{ROLE}{role}", f"Any {role}") for role in roles))


def _said(whom: str) -> str:
    return f"any {whom.removeprefix(ROLE)}" if whom.startswith(ROLE) else whom
