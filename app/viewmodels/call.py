"""This call: its inquiries and note, kept at every pause in typing and saved when it is wrapped up."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import Signal

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import CallState
from models.contacts import Contact, ContactDraft, Inquiry
from models.people import Caller, SubjectRef
from models.store.errors import StoreUnavailable
from models.verification import Verification

DRAFT_PAUSE = 0.25
"""Seconds without a key after which what was typed is on the disk."""
NOT_SAFE = "What is typed is not safe yet:"
TRY_AGAIN = 3.0
"""Seconds after which a store that could not be written is tried again, whether a key is pressed or not."""


class ContactKeeper(Protocol):
    """The contacts of the one who works here, awaited."""

    async def keep(self, draft: ContactDraft) -> None: ...
    async def save(self, draft: ContactDraft) -> Contact: ...
    async def recent(self) -> tuple[Contact, ...]: ...


class CallViewModel(ViewModel[CallState]):
    """``saved`` is emitted when a contact is in the store: the desk is then cleared for the next caller.

    ``reasoned(subject)`` is called when the call is about something else, ``restored(verification)`` when one goes on that was cut short.
    """

    saved = Signal()

    def __init__(
        self,
        reasons: tuple[str, ...],
        contacts: ContactKeeper,
        tasks: Tasks,
        query: Callable[[], str],
        verification: Callable[[], Verification] = Verification,
        departments: tuple[tuple[str, str], ...] = (),
        tab: Callable[[], str] = str,
    ) -> None:
        """``departments``: id and title of each that an inquiry may concern. ``query`` and ``tab`` are what stands beside the call."""
        super().__init__(CallState(reasons=reasons, departments=departments))
        self._blank = self.state
        self._contacts = contacts
        self._tasks = tasks
        self._query = query
        self._verification = verification
        self._tab = tab
        self.reasoned: Callable[[str], None] = lambda reason: None
        self.restored: Callable[[Verification], None] = lambda verification: None
        self.forms: Callable[[], dict[str, dict[str, str]]] = dict
        """What was typed into forms and not sent."""
        self.drafted: Callable[[], Awaitable[str]] = _nothing
        """The note of a call that was saved without one."""
        self._id, self._phone_call, self._rings = self.new_key(), "", False
        self._caller_name = ""
        self._members: tuple[SubjectRef, ...] = ()
        self._kept: ContactDraft | None = None
        """As it was kept last."""
        self._unsafe: dict[str, ContactDraft] = {}
        self._pending: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._tasks.start(self._read_recent(), "recent contacts")

    @property
    def key(self) -> str:
        """What names this call among those of its actor."""
        return self._id

    def set_reason(self, reason: str) -> None:
        """What the inquiry at hand is about."""
        self._say(subject=reason)
        self.reasoned(reason)

    def set_outcome(self, outcome: str) -> None:
        """How the inquiry at hand ended."""
        self._say(outcome=outcome)

    def set_department(self, department: str) -> None:
        """The id of the department that the inquiry at hand concerns; empty for none."""
        self._say(department=department)

    def set_note(self, note: str) -> None:
        self._type(note=note)

    def add_note(self, text: str) -> None:
        """Another line of the note, behind what was typed."""
        note = self.state.note.rstrip()
        self._type(note=f"{note}\n{text}" if note else text, revision=self.state.revision + 1)

    def set_channel(self, channel: str) -> None:
        """How the caller has come: phone, desk, email, letter."""
        self._type(channel=channel)

    def set_anonymous(self, on: bool) -> None:
        """Whether the contact belongs to nobody's file, whoever was looked at."""
        self._type(anonymous=on)

    def add_inquiry(self) -> None:
        """The caller asks something else too. One that is still blank is gone on with."""
        blank = next((index for index, each in enumerate(self.state.inquiries) if each.blank()), None)
        if blank is None:
            blank = len(self.state.inquiries)
            self._type(inquiries=(*self.state.inquiries, Inquiry()))
        self.open_inquiry(blank)

    def open_inquiry(self, index: int) -> None:
        """Go on with an inquiry, by its index from 0."""
        if 0 <= index < len(self.state.inquiries) and index != self.state.current:
            self._change(current=index, revision=self.state.revision + 1)
            self._keep_soon()
            self.reasoned(self.state.inquiry.subject)

    @property
    def caller_name(self) -> str:
        """Whom the call is about."""
        return self._caller_name

    @staticmethod
    def new_key() -> str:
        """A name for one more call."""
        return secrets.token_hex(8)

    def comes_from(self, key: str, number: str, phone_call: str, *, rings: bool = False) -> None:
        """The call on the screen is this one of the telephone system's. One that ``rings`` is begun when somebody answers, or types."""
        self._id, self._phone_call, self._rings = key, phone_call, rings
        self._change(number=number)

    def begin(self, at: datetime | None = None) -> None:
        """Somebody is on the line, or at the desk."""
        self._rings = False
        if self.state.started is None:
            self._change(started=at or datetime.now(UTC))
            self._keep_soon()

    def hang_up(self, at: datetime) -> None:
        """The line is dead; the contact is still to be wrapped up."""
        self.begin(at)
        self._change(hung_up=at)
        self._keep_soon()

    def hung_up_meanwhile(self, draft: ContactDraft, at: datetime) -> ContactDraft:
        """A call that is not on the screen has ended: its draft knows it."""
        draft = msgspec.structs.replace(draft, hung_up=at)
        self._tasks.start(self._keep_draft(draft), "keep draft")
        return draft

    def forget(self) -> None:
        """Nothing came of it: the call that rang was not answered."""
        self._clear(self.state.recent)

    def touched(self, _state: object = None) -> None:
        """Something that belongs to the call has changed elsewhere."""
        if self.state.started is not None:
            self._keep_soon()

    def complain(self, problem: str) -> None:
        """What everybody should read beside the call."""
        self._change(problem=problem)

    def tell_restored(self) -> None:
        """The call on the screen was open when the desk last ended."""
        self._change(restored=True)

    def concern(self, caller: Caller | None) -> None:
        """Whom the call is about: the caller that is open now."""
        if caller is None:
            return  # a new search within one call does not forget whom it was about
        self._caller_name = caller.name
        self._members = tuple(member.ref for member in caller.members)
        if not self._rings:
            self.begin()
            self._keep_soon()

    def draft(self) -> ContactDraft:
        """The call as it is now, to be passed on."""
        return self._draft()

    def verified(self) -> None:
        """Something has come of verifying who calls: it belongs to the call."""
        if not self._rings:
            self.begin()
            self._keep_soon()

    def save(self) -> None:
        """Wrap up. What is missing is said; nothing is lost when the store can't be written."""
        state = self.state
        if state.saving:
            return
        said = tuple(each for each in state.inquiries if not each.blank()) or state.inquiries[:1]
        for index, inquiry in enumerate(said):
            if inquiry.outcome and inquiry.subject:
                continue
            self._change(inquiries=said, current=index, revision=state.revision + 1)
            which = f"inquiry {index + 1}" if len(said) > 1 else "the call"
            missing = f"how {which} ended: resolved, handed over or call back" if not inquiry.outcome else f"what {which} was about"
            self._change(problem=f"Choose {missing}.")
            self.reasoned(inquiry.subject)
            return
        self._change(inquiries=said, current=min(state.current, len(said) - 1), saving=True, problem="")
        self._writing = self._tasks.start(self._save(self._draft()), "save contact")

    def discard_problem(self) -> None:
        self._change(problem="")

    def leave(self) -> Any:
        """Show nothing more, as the call is parked; returns the draft, as ``resume`` takes it. Nothing is waited for."""
        draft = msgspec.structs.replace(self._draft(), active=False)
        self._stop_waiting()
        self._clear(self.state.recent)
        self._tasks.start(self._keep_draft(draft), "keep draft")
        return msgspec.to_builtins(draft)

    def draft_note(self, note: str) -> None:
        """The note with what was drafted into it."""
        if note != self.state.note:
            self._type(note=note, revision=self.state.revision + 1)

    async def suspend(self) -> Any:
        """Show nothing more; returns the draft. What is being written is waited for: a save that fails keeps its note."""
        self._stop_waiting()
        if self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])
        draft = self._draft() if self.state.started is not None else None
        if draft is not None:
            await self._keep_draft(draft)
        self._clear()
        return msgspec.to_builtins(draft)

    def resume(self, kept: Any) -> None:
        """Show the draft again, and who called last."""
        if kept is not None:
            self._take(msgspec.convert(kept, ContactDraft))
            self._keep_soon()
        self._tasks.start(self._read_recent(), "recent contacts")

    def _stop_waiting(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    def _take(self, draft: ContactDraft) -> None:
        self._unsafe.pop(draft.id, None)
        self._id, self._phone_call = draft.id or self.new_key(), draft.phone_call
        self._caller_name, self._members = draft.caller_name, draft.members
        self._change(
            started=draft.started,
            inquiries=draft.inquiries,
            current=draft.current,
            note=draft.note,
            channel=draft.channel,
            number=draft.number,
            hung_up=draft.hung_up,
            anonymous=draft.anonymous,
            problem="",
            revision=self.state.revision + 1,
        )
        self.restored(draft.verification)
        self.reasoned(self.state.inquiry.subject)

    def _say(self, **fields: str) -> None:
        """Change the inquiry at hand."""
        inquiries = list(self.state.inquiries)
        inquiries[self.state.current] = msgspec.structs.replace(self.state.inquiry, **fields)
        self._type(inquiries=tuple(inquiries))

    def _type(self, **fields: Any) -> None:
        if all(getattr(self.state, name) == value for name, value in fields.items()):
            return
        self.begin()
        self._change(**fields, problem=self.state.problem if self.state.problem.startswith(NOT_SAFE) else "")
        self._keep_soon()

    def _clear(self, recent: tuple[Contact, ...] = ()) -> None:
        """The next contact."""
        self._id, self._phone_call, self._rings = self.new_key(), "", False
        self._caller_name, self._members = "", ()
        self._show(msgspec.structs.replace(self._blank, revision=self.state.revision + 1, recent=recent))

    def _draft(self) -> ContactDraft:
        state = self.state
        return ContactDraft(
            id=self._id,
            started=state.started or datetime.now(UTC),
            inquiries=state.inquiries,
            current=state.current,
            note=state.note,
            query=self._query(),
            caller_name=self._caller_name,
            members=self._members,
            verification=self._verification(),
            channel=state.channel,
            number=state.number,
            phone_call=self._phone_call,
            hung_up=state.hung_up,
            anonymous=state.anonymous,
            tab=self._tab(),
            forms=self.forms(),
        )

    def _keep_soon(self, seconds: float = DRAFT_PAUSE) -> None:
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(seconds, self._keep)

    def _keep(self) -> None:
        self._pending = None
        if self.state.started is not None and not self.state.saving and (draft := self._draft()) != self._kept:
            self._writing = self._tasks.start(self._keep_draft(draft), "keep draft")

    async def _keep_draft(self, draft: ContactDraft) -> None:
        if draft.id == self._id and self.state.saving:
            return  # a draft kept after its contact was saved would be found again at the next start
        try:
            await self._contacts.keep(draft)
        except StoreUnavailable as error:
            self._change(problem=f"{NOT_SAFE} {error}")
            if draft.id == self._id:
                self._keep_soon(TRY_AGAIN)
            else:
                self._unsafe[draft.id] = draft
                asyncio.get_running_loop().call_later(TRY_AGAIN, self._keep_unsafe)
            return
        self._kept = draft
        if draft.id == self._id and self.state.problem.startswith(NOT_SAFE):
            self._change(problem="")

    def _keep_unsafe(self) -> None:
        """Those that were parked while the store could not be written."""
        drafts, self._unsafe = self._unsafe, {}
        for draft in drafts.values():
            self._tasks.start(self._keep_draft(draft), "keep draft")

    async def _save(self, draft: ContactDraft) -> None:
        self._stop_waiting()
        if not draft.note.strip():
            draft = msgspec.structs.replace(draft, note=await self.drafted())
        if draft.anonymous:
            draft = msgspec.structs.replace(draft, caller_name="", members=())
        try:
            await self._contacts.save(draft)
        except StoreUnavailable as error:
            self._change(saving=False, problem=f"Not saved: {error}")
            return
        self._clear(await self._recent())
        self.saved.emit()
        self.reasoned("")

    async def _read_recent(self) -> None:
        self._change(recent=await self._recent())

    async def _recent(self) -> tuple[Contact, ...]:
        try:
            return await self._contacts.recent()
        except StoreUnavailable:
            return self.state.recent


async def _nothing() -> str:
    return ""
