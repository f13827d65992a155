"""This call: its reason, outcome and note, kept at every pause in typing and saved when it is wrapped up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from PySide6.QtCore import Signal

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.states import CallState
from models.contacts import OUTCOMES, Contact, ContactDraft, ContactOutcome
from models.people import Caller, SubjectRef
from models.store.errors import StoreUnavailable
from models.verification import Verification

DRAFT_PAUSE = 0.25
"""Seconds without a key after which what was typed is on the disk."""


class ContactKeeper(Protocol):
    """The contacts of the one who works here, awaited."""

    async def restore(self) -> ContactDraft | None: ...
    async def keep(self, draft: ContactDraft) -> None: ...
    async def save(self, draft: ContactDraft) -> Contact: ...
    async def recent(self) -> tuple[Contact, ...]: ...


class CallViewModel(ViewModel[CallState]):
    """``saved`` is emitted when a contact is in the store: the desk is then cleared for the next caller.

    ``reasoned(reason)`` is called when the call is about something else, ``restored(verification)`` when one goes on that was cut short.
    """

    saved = Signal()

    def __init__(
        self,
        reasons: tuple[str, ...],
        contacts: ContactKeeper,
        tasks: Tasks,
        query: Callable[[], str],
        verification: Callable[[], Verification] = Verification,
    ) -> None:
        super().__init__(CallState(reasons=reasons))
        self._contacts = contacts
        self._tasks = tasks
        self._query = query
        self._verification = verification
        self.reasoned: Callable[[str], None] = lambda reason: None
        self.restored: Callable[[Verification], None] = lambda verification: None
        self._caller_name = ""
        self._members: tuple[SubjectRef, ...] = ()
        self._pending: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        self._tasks.start(self._restore(), "restore draft")

    def set_reason(self, reason: str) -> None:
        self._type(reason=reason)
        self.reasoned(reason)

    def set_outcome(self, outcome: str) -> None:
        self._type(outcome=outcome)

    def set_note(self, note: str) -> None:
        self._type(note=note)

    def concern(self, caller: Caller | None) -> None:
        """Whom the call is about: the caller that is open now."""
        if caller is None:
            return  # a new search within one call does not forget whom it was about
        self._caller_name = caller.name
        self._members = tuple(member.ref for member in caller.members)
        self._begin()
        self._keep_soon()

    def verified(self) -> None:
        """Something has come of verifying who calls: it belongs to the call."""
        self._begin()
        self._keep_soon()

    def save(self) -> None:
        """Wrap up. What is missing is said; nothing is lost when the store can't be written."""
        state = self.state
        if state.saving:
            return
        if not state.outcome:
            self._change(problem="Choose how the call ended: resolved, handed over or call back.")
            return
        if not state.reason:
            self._change(problem="Choose what the call was about.")
            return
        self._change(saving=True, problem="")
        self._writing = self._tasks.start(self._save(self._draft()), "save contact")

    def discard_problem(self) -> None:
        self._change(problem="")

    async def suspend(self) -> Any:
        """Show nothing more; returns the draft. What is being written is waited for: a save that fails keeps its note."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        if self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])
        draft = self._draft() if self.state.started is not None else None
        if draft is not None:
            await self._keep_draft(draft)
        self._caller_name, self._members = "", ()
        self._show(CallState(reasons=self.state.reasons, revision=self.state.revision + 1))
        return msgspec.to_builtins(draft)

    def resume(self, kept: Any) -> None:
        """Show the draft again, and who called last."""
        if kept is not None:
            self._take(msgspec.convert(kept, ContactDraft))
        self._tasks.start(self._restore(), "restore draft")

    def _take(self, draft: ContactDraft, **more: Any) -> None:
        self._caller_name, self._members = draft.caller_name, draft.members
        outcome: ContactOutcome = draft.outcome if draft.outcome in OUTCOMES else ""
        self._change(started=draft.started, reason=draft.reason, outcome=outcome, note=draft.note, revision=self.state.revision + 1, **more)
        self.restored(draft.verification)
        self.reasoned(draft.reason)

    def _type(self, **fields: str) -> None:
        if all(getattr(self.state, name) == value for name, value in fields.items()):
            return
        self._begin()
        self._change(**fields, problem="")
        self._keep_soon()

    def _begin(self) -> None:
        if self.state.started is None:
            self._change(started=datetime.now(UTC))

    def _draft(self) -> ContactDraft:
        state = self.state
        return ContactDraft(
            started=state.started or datetime.now(UTC),
            reason=state.reason,
            outcome=state.outcome,
            note=state.note,
            query=self._query(),
            caller_name=self._caller_name,
            members=self._members,
            verification=self._verification(),
        )

    def _keep_soon(self) -> None:
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(DRAFT_PAUSE, self._keep)

    def _keep(self) -> None:
        self._pending = None
        if self.state.started is not None and not self.state.saving:
            self._writing = self._tasks.start(self._keep_draft(self._draft()), "keep draft")

    async def _keep_draft(self, draft: ContactDraft) -> None:
        if self.state.saving:
            return  # a draft kept after its contact was saved would be found again at the next start
        try:
            await self._contacts.keep(draft)
        except StoreUnavailable as error:
            self._change(problem=f"Your note is not safe yet: {error}")

    async def _save(self, draft: ContactDraft) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        try:
            await self._contacts.save(draft)
        except StoreUnavailable as error:
            self._change(saving=False, problem=f"Not saved: {error}")
            return
        self._caller_name, self._members = "", ()
        recent = await self._recent()
        self._show(CallState(reasons=self.state.reasons, revision=self.state.revision + 1, recent=recent))
        self.saved.emit()
        self.reasoned("")

    async def _restore(self) -> None:
        try:
            draft = await self._contacts.restore()
        except StoreUnavailable as error:
            self._change(problem=str(error))
            return
        recent = await self._recent()
        if draft is None or self.state.started is not None:
            self._change(recent=recent)
            return
        self._take(draft, restored=True, recent=recent)

    async def _recent(self) -> tuple[Contact, ...]:
        try:
            return await self._contacts.recent()
        except StoreUnavailable:
            return self.state.recent
