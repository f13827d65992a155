"""The open calls: one is on the screen, others ring, are parked, or wait to be wrapped up; each with all that belongs to it.

Parking a call is what locking the desk does to all of it: its screens are suspended, and resumed when it comes back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import msgspec

from app.services.telephony.numbers import holders
from app.services.verification import Aside, Ladder
from app.tasks import Tasks
from app.viewmodels.ahead import Ahead
from app.viewmodels.base import ViewModel
from app.viewmodels.call import CallViewModel
from app.viewmodels.screens import Screen, bring_back, put_away
from app.viewmodels.search import SearchViewModel
from app.viewmodels.states import CallMark, CallsState, OpenCall
from models.contacts import ContactDraft
from models.people import Caller
from models.store.errors import StoreUnavailable
from models.telephony import CallEvent
from models.verification import Verification

MOST = 40
"""Calls that are kept apart; of what rings besides, only the number is told."""

HEARD = 1000
"""Events that are remembered while the desk is locked."""


class Drafts(Protocol):
    """The contacts that were open when the desk last ran, awaited."""

    async def restore(self) -> tuple[ContactDraft, ...]: ...


class Line(msgspec.Struct):
    """One call that is not only typed into: it rings, or rang; or it is parked. ``kept`` is what its screens need to come back."""

    key: str
    since: datetime
    number: str = ""
    direction: Literal["in", "out"] = "in"
    phone: Literal["", "ringing", "talking", "ended"] = ""
    """What the telephone system told last; empty where none did."""
    phone_call: str = ""
    name: str = ""
    share: int | None = None
    """How many persons share the number; None: not known yet."""
    kept: dict[str, Any] | None = None
    vouched: bool = False
    """It was told that the number speaks for the caller."""
    greeted: bool = False
    """It was told that the caller is on the line and waits to be asked who they are."""


class CallsViewModel(ViewModel[CallsState]):
    """``screens`` belong to a call, besides ``call`` itself, and are put away and brought back in their order.

    ``ahead(number)`` makes the search for a number that rings, ``readable(number)`` writes it as staff do, ``fresh()`` is called when a
    call begins of which nothing is known, ``vouched(caller)`` when the caller who is open alone has the number that calls, ``greeted()``
    when that caller was picked up and nothing was typed yet.
    """

    def __init__(
        self,
        call: CallViewModel,
        search: SearchViewModel,
        screens: Mapping[str, Screen],
        ladder: Ladder,
        drafts: Drafts,
        tasks: Tasks,
        ahead: Callable[[str], Ahead],
        readable: Callable[[str], str] = str,
        fresh: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(CallsState())
        self._call = call
        self._search = search
        self._screens = screens
        self._ladder = ladder
        self._drafts = drafts
        self._tasks = tasks
        self._new_ahead = ahead
        self._readable = readable
        self._fresh = fresh
        self.vouched: Callable[[Caller], None] = lambda caller: None
        self.greeted: Callable[[], None] = lambda: None
        self._lines: dict[str, Line] = {}
        self._aheads: dict[str, Ahead] = {}
        self._asides: dict[str, Aside] = {}
        self._active = call.key
        self._more = 0
        self._meanwhile: deque[CallEvent] = deque(maxlen=HEARD)
        self._locked = self._switching = False
        call.state_changed.connect(self._tell)
        search.state_changed.connect(self._searched)
        call.saved.connect(self._saved)
        tasks.start(self._restore(), "restore calls")

    @property
    def number(self) -> str:
        """The number that the call on the screen comes from, as the telephone system told it; empty where none did."""
        return line.number if (line := self._lines.get(self._active)) is not None else ""

    def hear(self, event: CallEvent) -> None:
        """What the telephone system tells; told twice, it changes nothing."""
        if self._locked:
            self._meanwhile.append(event)
            return
        line = next((each for each in self._lines.values() if each.phone_call == event.call), None)
        if event.kind == "hung_up":
            if line is not None:
                self._hung_up(line, event.at)
            return
        if line is None:
            if len(self._lines) >= MOST:
                self._more += 1
                self._tell()
                return
            line = self._ring(event)
        if event.kind == "answered" and line.phone == "ringing":
            self._answered(line, event.at)

    def answer(self) -> None:
        """To the screen: the call that waits longest of those that ring, or that were answered and not opened yet."""
        waiting = [line for line in self._lines.values() if line.key != self._active and line.kept is None]
        if waiting:
            self.switch(min(waiting, key=lambda line: (line.phone != "talking", line.since)).key)

    def park(self) -> None:
        """The call on the screen aside, and an empty desk."""
        self._start("")

    def next(self) -> None:
        """To the next of the calls that were begun, and round again."""
        keys = [key for key, line in self._lines.items() if line.kept is not None]
        order = list(self._lines)
        at = order.index(self._active) if self._active in order else -1
        after = [key for key in keys if order.index(key) > at] or keys
        if after:
            self.switch(after[0])

    def switch(self, key: str) -> None:
        """This call to the screen, the one there aside."""
        if key in self._lines and key != self._active:
            self._start(key)

    def go_on(self, draft: ContactDraft, before: Verification) -> None:
        """A call that was passed on comes to the screen; ``before`` is how sure it is already who is on the line."""
        draft = msgspec.structs.replace(draft, id=draft.id or self._call.new_key())
        self._lines[draft.id] = _line_of(draft)
        self._asides[draft.id] = self._ladder.handed_over(before, draft.members)
        self.switch(draft.id)

    async def suspend(self) -> Any:
        """Show nothing more, of no call."""
        self._locked = True
        for ahead in self._aheads.values():
            ahead.search.cancel()
        self._aheads.clear()
        self._asides.clear()  # levels begin anew
        kept = await put_away({"call": self._call, **self._screens})
        lines = [msgspec.to_builtins(line) for line in self._lines.values()]
        self._lines.clear()
        self._show(CallsState())
        return {"active": self._active, "kept": kept, "lines": lines}

    def resume(self, kept: Any) -> None:
        """Show again what was on the screen; the others are parked as before. What was told meanwhile is heard now."""
        self._locked = False
        screens: dict[str, Any] = {}
        if kept is not None:
            screens, self._active = kept["kept"], kept["active"]
            self._lines = {line.key: line for line in msgspec.convert(kept["lines"], list[Line])}
        self._call.resume(screens.get("call"))
        if (line := self._lines.get(self._active)) is not None:
            self._call.comes_from(line.key, line.number, line.phone_call, rings=line.phone == "ringing")
        self._active = self._call.key
        bring_back(self._screens, screens)
        for line in self._lines.values():
            if line.phone == "ringing" and line.key != self._active:
                self._look_ahead(line)
        meanwhile, self._meanwhile = list(self._meanwhile), deque(maxlen=HEARD)
        for event in meanwhile:
            self.hear(event)
        if kept is None:
            self._tasks.start(self._restore(), "restore calls")
        self._tell()

    def _ring(self, event: CallEvent) -> Line:
        number = self._readable(event.number)
        line = Line(self._call.new_key(), event.at, number, event.direction, "ringing", event.call)
        if not number:
            line.share = 0
        self._lines[line.key] = line
        if self._free():
            self._bring(line.key)
        else:
            self._look_ahead(line)
        self._tell()
        return line

    def _answered(self, line: Line, at: datetime) -> None:
        line.phone, line.since = "talking", at
        if line.key == self._active:
            self._call.begin(at)
            self._greet(line)
        elif self._free():
            self._bring(line.key)
        self._tell()

    def _hung_up(self, line: Line, at: datetime) -> None:
        missed, line.phone, line.since = line.phone == "ringing", "ended", at
        if line.key == self._active and (self._call.state.started is not None or not missed):
            self._call.hang_up(line.since)
        elif line.kept is not None:
            draft = line.kept["call"]
            line.kept["call"] = msgspec.to_builtins(self._call.hung_up_meanwhile(msgspec.convert(draft, ContactDraft), line.since))
        elif missed:
            self._forget(line)
        self._tell()

    def _forget(self, line: Line) -> None:
        """Nobody answered, and nothing was typed: there is nothing to wrap up."""
        self._lines.pop(line.key)
        if (ahead := self._aheads.pop(line.key, None)) is not None:
            ahead.search.cancel()
        if line.key == self._active:
            self._call.forget()
            self._active = self._call.key
            if self._search.state.text == line.number:
                self._search.clear()
            self._take_what_rings()

    def _free(self) -> bool:
        """Whether nobody is at work on the screen."""
        return not self._locked and self._call.state.started is None and not self._search.state.text and self._active not in self._lines

    def _take_what_rings(self) -> None:
        waiting = [line for line in self._lines.values() if line.kept is None]
        if waiting and self._free():
            self._bring(min(waiting, key=lambda line: (line.phone != "talking", line.since)).key)

    def _look_ahead(self, line: Line) -> None:
        if line.number and line.key not in self._aheads:
            ahead = self._aheads[line.key] = self._new_ahead(line.number)
            self._tasks.start(ahead.run(lambda: self._found(line, ahead.callers, known=ahead.finished)), "look up a number that rings")

    def _found(self, line: Line, callers: tuple[Caller, ...], *, known: bool) -> None:
        line.name = callers[0].name if len(callers) == 1 else ""
        line.share = len(callers) if callers or known else None
        self._tell()

    def _searched(self, _state: object = None) -> None:
        """What the search on the screen has found of the number that calls."""
        line = self._lines.get(self._active)
        if line is not None and line.number and self._search.state.text == line.number:
            callers, known = holders(self._search.callers, line.number), self._search.state.phase == "done"
            self._found(line, callers, known=known)
            sole = known and len(callers) == 1 and callers[0].key == self._search.state.selected
            if sole and line.direction == "in" and not line.vouched:
                line.vouched = True
                self.vouched(callers[0])
                self._greet(line)
        self._call.touched()

    def _greet(self, line: Line) -> None:
        untouched = not self._call.state.note and self._call.state.inquiry.blank() and self._search.state.text == line.number
        if line.vouched and line.phone == "talking" and untouched and not line.greeted:
            line.greeted = True
            self.greeted()

    def _start(self, key: str) -> None:
        if not (self._locked or self._switching or self._call.state.saving):
            self._switching = True
            self._tasks.start(self._switch(key), "switch calls")

    async def _switch(self, key: str) -> None:
        """Nothing in here waits for anything: what is typed goes to the one call or to the other."""
        try:
            await self._put_aside()
            self._bring(key)
        finally:
            self._switching = False
            self._tell()

    async def _put_aside(self) -> None:
        line = self._lines.get(self._active)
        if line is not None and line.phone == "ringing" and self._call.state.started is None:
            self._call.forget()
            await self._suspended()
            return
        if line is None and self._call.state.started is None and not self._search.state.text:
            return
        self._call.begin()
        line = line or Line(self._call.key, datetime.now(UTC))
        line.name = self._call.caller_name or line.name
        line.kept = {"call": self._call.leave()} | await self._suspended(line.key)
        if line.phone != "ended":
            line.since = datetime.now(UTC)
        self._lines[line.key] = line

    async def _suspended(self, key: str = "") -> dict[str, Any]:
        if key:
            self._asides[key] = self._ladder.set_aside()
        return await put_away(self._screens)

    def _bring(self, key: str) -> None:
        line = self._lines.get(key)
        if line is None:
            self._fresh()
        elif line.kept is None:
            self._call.comes_from(key, line.number, line.phone_call, rings=line.phone == "ringing")
            self._fresh()
            if line.phone != "ringing":
                self._call.begin(line.since)
            if line.phone == "ended":
                self._call.hang_up(line.since)
            self._active = key
            if line.number:
                self._search.pop(line.number, self._aheads.pop(key, None))
        else:
            self._active, kept, line.kept = key, line.kept, None
            line.since = datetime.now(UTC) if line.phone != "ended" else line.since
            self._call.resume(kept["call"])
            if (aside := self._asides.pop(key, None)) is not None:
                self._ladder.take_up(aside)
            bring_back(self._screens, kept)
        self._active = self._call.key

    def _saved(self) -> None:
        """The desk is clear: whoever waits longest comes to the screen."""
        self._lines.pop(self._active, None)
        self._asides.pop(self._active, None)
        self._active, self._more = self._call.key, 0
        self._search.clear()
        self._take_what_rings()
        self._tell()

    async def _restore(self) -> None:
        try:
            drafts = await self._drafts.restore()
        except StoreUnavailable as error:
            self._call.complain(str(error))
            return
        for draft in drafts:
            self._lines[draft.id] = _line_of(draft)
        active = next((draft.id for draft in drafts if draft.active), drafts[0].id if drafts else "")
        if active and self._free():
            self._bring(active)
            self._call.tell_restored()
        self._tell()

    def _tell(self, _state: object = None) -> None:
        if self._locked:
            return
        if self._call.state.started is not None and not self._switching:
            self._active = self._call.key  # a call that was passed on has come to the screen
        calls = [self._told(line) for line in self._lines.values()]
        started = self._call.state.started
        if started is not None and self._active not in self._lines:
            calls.append(OpenCall(self._active, "talking", started, active=True, channel=self._call.state.channel))
        self._show(CallsState(tuple(calls), self._more))

    def _told(self, line: Line) -> OpenCall:
        active = line.key == self._active
        mark: CallMark = "parked" if line.kept is not None and line.phone != "ended" else line.phone or "talking"
        since = self._call.state.started if active and mark == "talking" else None
        channel = self._call.state.channel if active else line.kept["call"]["channel"] if line.kept is not None else "phone"
        return OpenCall(line.key, mark, since or line.since, line.number, line.direction, line.name, line.share, active, channel)


def _line_of(draft: ContactDraft) -> Line:
    """A call of which nothing but its draft is known: it was open when the desk last ran, or somebody else began it."""
    return Line(
        *(draft.id, draft.hung_up or draft.started, draft.number, "in"),
        phone="ended" if draft.hung_up else "talking" if draft.phone_call else "",
        phone_call=draft.phone_call,
        name=draft.caller_name,
        kept={
            "call": msgspec.to_builtins(draft),
            "caller": {"tab": draft.tab},
            "change": draft.forms,
            "search": {"text": draft.query, "members": [[ref.department, ref.id] for ref in draft.members]},
        },
    )
