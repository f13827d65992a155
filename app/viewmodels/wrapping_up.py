"""Wrapping up: the note drafted from what was done, and the summary that the caller gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from app.services.blanks import Wording
from app.services.summaries import reachable
from app.services.wrapping_up import done_in, draft, merged, talked_about
from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.saying_states import WrappingUpState
from app.viewmodels.states import CallerState, CallState
from app.viewmodels.summary_pdf import pdf_of
from models.changes import Change, ChangeKind
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.summary import Done, NotSent, Summary, Way
from models.verification import Verification

_BY: dict[Way, str] = {"email": "e-mail", "sms": "text message", "letter": "letter", "pdf": "PDF"}


class Sender(Protocol):
    """Writes and sends summaries, awaited."""

    def ways(self) -> tuple[Way, ...]: ...
    async def write(self, done: tuple[Done, ...], caller: str, language: str, wording: Wording) -> Summary: ...
    async def send(self, way: Way, to: str, summary: Summary, members: tuple[SubjectRef, ...]) -> None: ...
    async def save(self, path: Path, data: bytes, members: tuple[SubjectRef, ...]) -> None: ...


class Made(Protocol):
    """The changes that were made in calls, awaited. Raises StoreUnavailable."""

    async def of_call(self, call: str) -> tuple[Change, ...]: ...


class Call(Protocol):
    """The call that is wrapped up."""

    @property
    def state(self) -> CallState: ...
    @property
    def key(self) -> str: ...
    def draft_note(self, note: str) -> None: ...


class Around(NamedTuple):
    """What else of the call is told: who is open, how it was verified, what was read out, and in which language."""

    caller: Callable[[], CallerState]
    verification: Callable[[], Verification]
    said: Callable[[], tuple[str, ...]]
    language: Callable[[], str]


class WrappingUpViewModel(ViewModel[WrappingUpState]):
    """``kinds`` are the declared kinds of change by id, ``titles`` departments' by id, ``limits`` how long a note each takes."""

    def __init__(
        self,
        call: Call,
        around: Around,
        changes: Made,
        sender: Sender,
        kinds: Callable[[], Mapping[str, ChangeKind]],
        titles: Mapping[str, str],
        limits: Mapping[str, int],
        wording: Callable[[str], Wording],
        region: str,
        tasks: Tasks,
    ) -> None:
        super().__init__(WrappingUpState(ways=sender.ways()))
        self._call = call
        self._around = around
        self._changes = changes
        self._sender = sender
        self._kinds = kinds
        self._titles = titles
        self._limits = limits
        self._wording = wording
        self._region = region
        self._tasks = tasks
        self._drafted = ""
        self._sent: tuple[str, ...] = ()
        self.late: Callable[[str], None] = lambda problem: None
        """Called with what hindered a summary, where its call is no longer at hand."""

    def hear(self, state: CallState) -> None:
        """Which departments the call concerns, and so how long its note may be."""
        limits = [(self._limits[each.department], each.department) for each in state.inquiries if each.department in self._limits]
        limit, of = min(limits, default=(0, ""))
        self._change(limit=limit, limit_of=self._titles.get(of, of))

    def draft(self) -> None:
        """Write what was done into the note, behind what stands there."""
        self._tasks.start(self._draft(), "draft note")

    async def drafted(self) -> str:
        """The note as it would be drafted now; without the changes where the store can't be read."""
        try:
            changes = await self._changes.of_call(self._call.key)
        except StoreUnavailable:
            changes = ()
        done = done_in(changes, self._kinds(), self._titles, self._wording(""))
        inquiries = talked_about(self._call.state.inquiries, self._titles)
        return draft(inquiries, self._around.verification(), done, self._around.said(), tuple(dict.fromkeys(self._sent)))

    def open(self) -> None:
        """Show the summary that would go out now."""
        caller = self._around.caller().caller
        to: tuple[tuple[Way, tuple[str, ...]], ...] = ()
        if caller is not None:
            to = (("email", caller.emails), ("sms", caller.phones), ("letter", caller.addresses))
        self._change(open=True, summary=None, to=to, problem="", said="")
        self._tasks.start(self._write(), "write summary")

    def close(self) -> None:
        """Nothing goes out; what went out is remembered."""
        self._change(open=False, summary=None, to=(), problem="", said="")

    def send(self, way: Way, to: str) -> None:
        """Send what is shown; a second press while it is on its way sends nothing."""
        summary, to = self.state.summary, to.strip()
        if summary is None or self.state.sending:
            return
        if not reachable(way, to):
            missing = {"email": "Write an e-mail address.", "sms": "Write a phone number.", "letter": "Write an address."}
            self._change(problem=missing.get(way, "Write where it goes."), said="")
            return
        self._change(sending=True, problem="", said="")
        members, told = self._members(), f"Sent by {_BY[way]} to {to}"
        self._tasks.start(self._out(self._call.key, way, told, lambda: self._sender.send(way, to, summary, members)), "send summary")

    def save_pdf(self, path: str) -> None:
        """Write what is shown into a file."""
        summary = self.state.summary
        if summary is not None and not self.state.sending:
            self._change(sending=True, problem="", said="")
            members, data = self._members(), pdf_of(summary, self._region)
            saved = self._out(self._call.key, "pdf", f"Saved as {path}", lambda: self._sender.save(Path(path), data, members))
            self._tasks.start(saved, "save summary")

    def next_contact(self) -> None:
        """Nothing of this call is kept for the next one."""
        self._drafted, self._sent = "", ()
        self._show(WrappingUpState(ways=self.state.ways))

    async def suspend(self) -> Any:
        kept = [self._drafted, list(self._sent), list(self.state.sent)]
        self.next_contact()
        return kept

    def resume(self, kept: Any) -> None:
        if kept is not None:
            self._drafted, self._sent = kept[0], tuple(kept[1])
            self._change(sent=tuple(kept[2]))

    async def _draft(self) -> None:
        drafted = await self.drafted()
        self._call.draft_note(merged(self._call.state.note, self._drafted, drafted))
        self._drafted = drafted

    async def _write(self) -> None:
        """What was done for the open caller: a call may have been about somebody else before."""
        caller = self._around.caller().caller
        members = {member.ref for member in caller.members} if caller is not None else set()
        try:
            changes = [each for each in await self._changes.of_call(self._call.key) if _is_of(each, members)]
        except StoreUnavailable as error:
            self._change(problem=f"What was done in this call can't be read: {error}")
            return
        language = self._around.language()
        done = done_in(changes, {}, self._titles, self._wording(language))
        inquiries = talked_about(self._call.state.inquiries, self._titles)
        try:
            name = caller.name if caller is not None else ""
            summary = await self._sender.write((*inquiries, *done), name, language, self._wording(language))
        except NotSent as error:
            self._change(problem=str(error))
            return
        if self.state.open:
            self._change(summary=summary)

    async def _out(self, call: str, way: Way, told: str, work: Callable[[], Any]) -> None:
        """``call`` is the key of the call that it is of: another one may be at hand when it ends."""
        try:
            await work()
        except NotSent as error:
            self._end(call, problem=str(error), said=error.said)
        except StoreUnavailable as error:
            self._end(call, problem=f"Not sent: {error}")
        else:
            if call == self._call.key:
                self._sent = (*self._sent, _BY[way])
            self._end(call, sent=(*self.state.sent, told))

    def _end(self, call: str, **fields: Any) -> None:
        if call == self._call.key:
            self._change(sending=False, **fields)
        elif "problem" in fields:
            self.late(f"A summary of the call before did not go out. {fields['problem']}")

    def _members(self) -> tuple[SubjectRef, ...]:
        caller = self._around.caller().caller
        return tuple(member.ref for member in caller.members) if caller is not None else ()


def _is_of(change: Change, members: set[SubjectRef]) -> bool:
    """Whether a change may be told to whoever has these records: it is of one of them, or of nobody."""
    subjects = {each.subject for each in change.deliveries if each.subject is not None}
    return not subjects or bool(subjects & members)
