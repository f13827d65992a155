"""View models of doing that note what they were asked: a form, and what can be done."""

from __future__ import annotations

import msgspec

from app.viewmodels.doing_states import ChangeState, Doable, DoingState, PassingOnState
from models.people import Address
from models.records import RecordRef
from tests.fakes.viewmodel import FakeViewModel


class FakeChange(FakeViewModel):
    def __init__(self, state: ChangeState | None = None) -> None:
        super().__init__(state or ChangeState())

    def set_text(self, name: str, text: str, address: Address | None = None) -> None:
        self.calls.append(("set_text", name, text))
        fields = tuple(msgspec.structs.replace(each, text=text) if each.field.name == name else each for each in self.state.fields)
        self.change(fields=fields, problem="")

    def choose(self, key: str, on: bool) -> None:
        self.calls.append(("choose", key, on))
        self.change(rows=tuple(msgspec.structs.replace(row, chosen=on) if row.key == key else row for row in self.state.rows))

    def submit(self) -> None:
        self.calls.append(("submit",))

    def resend(self, delivery: int) -> None:
        self.calls.append(("resend", delivery))

    def decide(self, delivery: int, take: str) -> None:
        self.calls.append(("decide", delivery, take))

    def undo(self, delivery: int) -> None:
        self.calls.append(("undo", delivery))

    def open_link(self, delivery: int) -> None:
        self.calls.append(("open_link", delivery))

    def leave(self) -> None:
        self.calls.append(("leave",))
        self.show(ChangeState())


class FakePassingOn(FakeViewModel):
    def __init__(self, state: PassingOnState | None = None) -> None:
        super().__init__(state or PassingOnState())

    def load(self) -> None:
        self.calls.append(("load",))

    def take(self, item: int) -> None:
        self.calls.append(("take", item))


class FakeDoing(FakeViewModel):
    """``on_record`` is what can be done on any record; ``form`` is what ``change`` shows when something is started."""

    def __init__(self, change: FakeChange, state: DoingState | None = None) -> None:
        super().__init__(state or DoingState())
        self.open_form = change
        self.on_record: tuple[Doable, ...] = ()
        self.form = ChangeState()

    def look_at(self, record: RecordRef | None) -> None:
        self.calls.append(("look_at", record))

    def of_record(self, ref: RecordRef) -> tuple[Doable, ...]:
        return self.on_record

    def start(self, key: str) -> None:
        self.calls.append(("start", key))
        self.open_form.show(self.form)

    def reopen(self, change: int) -> None:
        self.calls.append(("reopen", change))
        self.open_form.show(self.form)

    def discard_problem(self) -> None:
        self.calls.append(("discard_problem",))
        self.change(problem="")
