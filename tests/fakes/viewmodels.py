"""View models that hold a state and note what they were asked: the screens are tested and photographed with these."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Signal

from app.viewmodels.states import (
    CallerState,
    CallsState,
    CallState,
    DepartmentsState,
    GlassState,
    LockState,
    Revealed,
    ReviewsState,
    SearchState,
    SessionState,
    SetupAsked,
    SetupState,
    TrailState,
    VerificationState,
    WhyState,
)
from models.contacts import Inquiry
from models.people import SubjectRef, ValuePlace
from tests.fakes.box_viewmodels import FakeAddresses, FakeDocument
from tests.fakes.doing_viewmodels import FakeChange, FakeDoing, FakePassingOn
from tests.fakes.saying_viewmodels import FakeHangingUp, FakeSaying, FakeWrappingUp
from tests.fakes.viewmodel import FakeViewModel


class FakeSearch(FakeViewModel):
    def __init__(self, state: SearchState | None = None) -> None:
        super().__init__(state or SearchState())

    def set_query(self, text: str) -> None:
        self.calls.append(("set_query", text))
        self.change(text=text)

    def submit(self) -> None:
        self.calls.append(("submit",))

    def correct(self, index: int, part: str) -> None:
        self.calls.append(("correct", index, part))
        self.change(text=f"{part}:{self.state.text}", revision=self.state.revision + 1)

    def retry(self, department_id: str) -> None:
        self.calls.append(("retry", department_id))

    def select(self, caller_key: str) -> None:
        self.calls.append(("select", caller_key))
        self.change(selected=caller_key)

    def clear(self) -> None:
        self.calls.append(("clear",))
        self.show(SearchState(departments=self.state.departments, revision=self.state.revision + 1))


class FakeCaller(FakeViewModel):
    """Reveals ``secret`` wherever it is asked to."""

    copied = Signal(str)
    secret = "021000021 4411"

    def __init__(self, state: CallerState | None = None) -> None:
        super().__init__(state or CallerState())

    def retry(self, department_id: str) -> None:
        self.calls.append(("retry", department_id))

    def reveal(self, place: ValuePlace, reason: str) -> None:
        self.calls.append(("reveal", place, reason))
        self.change(revealed=Revealed(place, self.secret))

    def open_link(self, link: str) -> None:
        self.calls.append(("open_link", link))

    def copy_revealed(self) -> None:
        self.calls.append(("copy_revealed",))
        self.copied.emit(self.state.revealed.value)

    def mask(self) -> None:
        self.calls.append(("mask",))
        self.change(revealed=None)

    def open_tab(self, department_id: str) -> None:
        if department_id != self.state.tab:
            self.calls.append(("open_tab", department_id))
            self.change(tab=department_id)


class FakeCall(FakeViewModel):
    saved = Signal()

    def __init__(self, state: CallState | None = None) -> None:
        super().__init__(state or CallState())

    def set_reason(self, text: str) -> None:
        self.calls.append(("set_reason", text))
        self.say(subject=text)

    def set_outcome(self, outcome: Any) -> None:
        self.calls.append(("set_outcome", outcome))
        self.say(outcome=outcome)

    def set_department(self, department: str) -> None:
        self.calls.append(("set_department", department))
        self.say(department=department)

    def set_channel(self, channel: Any) -> None:
        self.calls.append(("set_channel", channel))
        self.change(channel=channel)

    def set_anonymous(self, on: bool) -> None:
        self.calls.append(("set_anonymous", on))
        self.change(anonymous=on)

    def add_inquiry(self) -> None:
        self.calls.append(("add_inquiry",))
        inquiries = (*self.state.inquiries, Inquiry())
        self.change(inquiries=inquiries, current=len(inquiries) - 1, revision=self.state.revision + 1)

    def open_inquiry(self, index: int) -> None:
        self.calls.append(("open_inquiry", index))
        self.change(current=index, revision=self.state.revision + 1)

    def say(self, **fields: Any) -> None:
        """Changes the inquiry at hand, as if it had been typed."""
        inquiries = list(self.state.inquiries)
        inquiries[self.state.current] = msgspec.structs.replace(self.state.inquiry, **fields)
        self.change(inquiries=tuple(inquiries))

    def set_note(self, text: str) -> None:
        self.calls.append(("set_note", text))
        self.change(note=text)

    def save(self) -> None:
        self.calls.append(("save",))
        self.change(inquiries=(Inquiry(),), current=0, note="", started=None, restored=False, revision=self.state.revision + 1)
        self.saved.emit()

    def discard_problem(self) -> None:
        self.calls.append(("discard_problem",))
        self.change(problem="")


class FakeCalls(FakeViewModel):
    def __init__(self, state: CallsState | None = None) -> None:
        super().__init__(state or CallsState())

    def answer(self) -> None:
        self.calls.append(("answer",))

    def park(self) -> None:
        self.calls.append(("park",))

    def next(self) -> None:
        self.calls.append(("next",))

    def switch(self, key: str) -> None:
        self.calls.append(("switch", key))


class FakeDepartments(FakeViewModel):
    def __init__(self, state: DepartmentsState | None = None) -> None:
        super().__init__(state or DepartmentsState())

    def check_all(self) -> None:
        self.calls.append(("check_all",))

    def check(self, department_id: str) -> None:
        self.calls.append(("check", department_id))

    def switch(self, department_id: str, on: bool) -> None:
        self.calls.append(("switch", department_id, on))

    def read_again(self) -> None:
        self.calls.append(("read_again",))


class FakeSetup(FakeViewModel):
    written = Signal()

    def __init__(self, state: SetupState | None = None) -> None:
        super().__init__(state or SetupState(True, ("rest", "sql"), ("agent", "caseworker", "supervisor", "auditor")))

    def open(self) -> None:
        self.calls.append(("open",))

    def propose(self, asked: SetupAsked) -> None:
        self.calls.append(("propose", asked))

    def edit(self, text: str) -> None:
        self.calls.append(("edit", text))

    def try_out(self, search: str) -> None:
        self.calls.append(("try_out", search))

    def write(self) -> None:
        self.calls.append(("write",))

    def leave(self) -> None:
        self.calls.append(("leave",))


class FakeLock(FakeViewModel):
    def __init__(self, state: LockState | None = None) -> None:
        super().__init__(state or LockState())
        self.touches = 0

    def touched(self) -> bool:
        self.touches += 1
        return not self.state.why

    def lock(self) -> None:
        self.calls.append(("lock",))
        self.change(why="asked")

    def unlock(self, secret: str) -> None:
        self.calls.append(("unlock", secret))


class FakeTrail(FakeViewModel):
    def __init__(self, state: TrailState | None = None) -> None:
        super().__init__(state or TrailState())

    def open(self) -> None:
        self.calls.append(("open",))

    def more(self) -> None:
        self.calls.append(("more",))

    def leave(self) -> None:
        self.calls.append(("leave",))
        self.show(TrailState())


class FakeVerification(FakeViewModel):
    def __init__(self, state: VerificationState | None = None) -> None:
        super().__init__(state or VerificationState())

    def open(self) -> None:
        self.calls.append(("open",))
        self.change(open=bool(self.state.caller))

    def close(self) -> None:
        self.calls.append(("close",))
        self.change(open=False)

    def answer(self, said: str) -> None:
        self.calls.append(("answer", said))

    def do_not_know(self) -> None:
        self.calls.append(("do_not_know",))

    def act_for(self, name: str, ground: str) -> None:
        self.calls.append(("act_for", name, ground))

    def act_for_themselves(self) -> None:
        self.calls.append(("act_for_themselves",))


class FakeGlass(FakeViewModel):
    def __init__(self, state: GlassState | None = None) -> None:
        super().__init__(state or GlassState(allowed=True))

    def start(self, reason: str) -> None:
        self.calls.append(("start", reason))

    def end(self) -> None:
        self.calls.append(("end",))
        self.change(until=0.0)

    def discard_problem(self) -> None:
        self.calls.append(("discard_problem",))


class FakeReviews(FakeViewModel):
    def __init__(self, state: ReviewsState | None = None) -> None:
        super().__init__(state or ReviewsState())

    def load(self) -> None:
        self.calls.append(("load",))

    def seen(self, item: int, note: str) -> None:
        self.calls.append(("seen", item, note))


class FakeWhy(FakeViewModel):
    """``about`` is what it shows when it is asked."""

    def __init__(self, about: WhyState | None = None) -> None:
        super().__init__(WhyState())
        self.about = about or WhyState()

    def open(self, key: str) -> None:
        self.calls.append(("open", key))
        self.show(msgspec.structs.replace(self.about, key=key))

    def link(self, other: str, reason: str) -> None:
        self.calls.append(("link", other, reason))

    def part(self, ref: SubjectRef, reason: str) -> None:
        self.calls.append(("part", ref, reason))

    def undo(self, link: int) -> None:
        self.calls.append(("undo", link))

    def note(self, fact: str, department: str) -> None:
        self.calls.append(("note", fact, department))

    def leave(self) -> None:
        self.calls.append(("leave",))
        self.show(WhyState())


class FakeViewModels:
    """All of them; each may be given its first state."""

    def __init__(
        self,
        search: SearchState | None = None,
        caller: CallerState | None = None,
        call: CallState | None = None,
        departments: DepartmentsState | None = None,
        session: SessionState | None = None,
        lock: LockState | None = None,
        verification: VerificationState | None = None,
        glass: GlassState | None = None,
        reviews: ReviewsState | None = None,
    ) -> None:
        self.search = FakeSearch(search)
        self.caller = FakeCaller(caller)
        self.call = FakeCall(call)
        self.calls = FakeCalls()
        self.call.saved.connect(self.search.clear)
        self.departments = FakeDepartments(departments)
        self.session = FakeViewModel(session or SessionState())
        self.lock = FakeLock(lock)
        self.trail = FakeTrail()
        self.why = FakeWhy()
        self.verification = FakeVerification(verification)
        self.glass = FakeGlass(glass)
        self.reviews = FakeReviews(reviews)
        self.addresses = FakeAddresses()
        self.document = FakeDocument()
        self.saying = FakeSaying()
        self.hanging_up = FakeHangingUp()
        self.wrapping_up = FakeWrappingUp()
        self.change = FakeChange()
        self.doing = FakeDoing(self.change)
        self.passing_on = FakePassingOn()
        self.setup = FakeSetup()
