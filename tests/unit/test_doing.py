"""What can be done now: the likeliest first, on which record, by whom; macros; what was done in this call and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from app.services.addresses import read_address
from app.services.forms import FormReader
from app.services.reading import ReadingRules
from app.tasks import Tasks
from app.viewmodels.change import ChangeViewModel
from app.viewmodels.doing import DoingViewModel
from app.viewmodels.states import DepartmentState
from models.change_kinds import USUAL_CHANGES
from models.changes import ChangeKind, Current, Offer
from models.macros import Macro, MacroStep
from models.people import Caller
from models.records import Record, RecordRef
from tests.fakes.changes import DONE, FakeChanges, FakeRefused
from tests.fakes.contact import TODAY, FakeContact
from tests.fakes.departments import manifest, person, record

NAMES = ("revenue", "permits", "requests")
TITLES = {name: name.title() for name in NAMES}
ADDRESS = Offer(USUAL_CHANGES[0], ("revenue", "permits"))
PLAN = Offer(ChangeKind(id="plan", title="Payment plan", reasons=("Tax",)), ("revenue",), ("bill",), ("open", "late"))
RENEW = Offer(ChangeKind(id="renew", title="Renew permit"), ("permits",), ("permit",))
REPORT = Offer(ChangeKind(id="report", title="Report an issue", level="anonymous"), ("requests",), anonymous=True)
OFFERS = (ADDRESS, PLAN, RENEW, REPORT)
MARIA = Caller("revenue:1", "Maria", None, (), (), (), "certain", (), (person("revenue", "1", "Maria"), person("permits", "2", "Maria")))


def bill(key: str, state: Any, attention: Any = "none") -> Record:
    return msgspec.structs.replace(record("revenue", key, f"Bill {key}"), state=state, attention=attention, due=date(2026, 12, 1))


PERMIT = msgspec.structs.replace(record("permits", "P1", "Parking"), kind="permit", state="active")
RECORDS = (bill("late", "late", "late"), bill("paid", "closed"), bill("open", "open"), PERMIT)
MACRO = Macro(
    name="Moving",
    key="F9",
    steps=(
        MacroStep(reason="Moving", outcome="resolved"),
        MacroStep(note="Told about bins."),
        MacroStep(open="address", values={"from_date": "tomorrow"}),
    ),
)


class Situation:
    """A call that tests turn as they like; it also takes what macros do to it."""

    def __init__(self) -> None:
        self.who: Caller | None = MARIA
        self.of: tuple[Record, ...] = RECORDS
        self.about = ""
        self.key = "call-1"
        self.steps: list[tuple[str, str]] = []

    def caller(self) -> Caller | None:
        return self.who

    def records(self) -> tuple[Record, ...]:
        return self.of

    def going(self) -> bool:
        return self.who is not None

    def reason(self) -> str:
        return self.about

    def call(self) -> str:
        return self.key

    def set_reason(self, reason: str) -> None:
        self.steps.append(("reason", reason))

    def set_outcome(self, outcome: str) -> None:
        self.steps.append(("outcome", outcome))

    def add_note(self, text: str) -> None:
        self.steps.append(("note", text))


class Desk:
    def __init__(self) -> None:
        self.changes = FakeChanges(OFFERS, {"revenue": Current({}), "permits": Current({}), "requests": Current({})})
        self.now = Situation()
        self.tasks = Tasks()
        rules = ReadingRules()
        contact = FakeContact((manifest(name) for name in NAMES), alone=True)
        states = tuple(DepartmentState(name, TITLES[name], "#336699") for name in NAMES)
        reader = FormReader(rules, lambda text: read_address(text, rules), lambda: TODAY)
        self.change = ChangeViewModel(*(self.changes, contact.disclosure, reader, _no_file, states, self.now.call, FakeRefused, self.tasks))
        self.model = DoingViewModel(self.changes, self.change, self.now, self.now, TITLES, (), lambda offer: None, (MACRO,), self.tasks)
        self.changes.changed = self.model.learnt

    def titles(self) -> list[tuple[str, str]]:
        return [(each.title, each.about) for each in self.model.state.offers]

    async def until(self, come: Callable[[], bool]) -> None:
        for _ in range(500):
            if come():
                return
            await asyncio.sleep(0.002)
        raise AssertionError("it did not come about")

    async def moved(self) -> None:
        """The change of address is made in two departments."""
        self.model.start(next(each.key for each in self.model.state.offers if each.title == "Change of address"))
        self.change.set_text("address", "1804 W Belmont Ave, 60657")
        self.change.submit()
        await self.until(lambda: self.change.state.phase == "made")


async def _no_file(path: str) -> bytes:
    raise AssertionError


def play(work: Callable[[Desk], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = Desk()
        try:
            await work(desk)
        finally:
            await desk.tasks.close()

    asyncio.run(run())


def test_what_needs_somebody_stands_before_what_does_not() -> None:
    async def work(desk: Desk) -> None:
        assert desk.titles() == [
            ("Payment plan", "Bill late"),
            ("Change of address", "Revenue, Permits"),
            ("Report an issue", "Requests"),
            ("Renew permit", "Parking"),
        ]

    play(work)


def test_the_reason_of_the_call_and_the_selected_record_come_first() -> None:
    async def work(desk: Desk) -> None:
        desk.model.look_at(RecordRef("permits", "P1"))
        assert desk.titles()[0] == ("Renew permit", "Parking")
        desk.now.about = "Moving"
        desk.model.follow()
        assert desk.titles()[0] == ("Change of address", "Revenue, Permits")
        desk.now.about = "Tax"
        desk.model.follow()
        assert desk.titles()[0] == ("Payment plan", "Bill late")
        desk.model.look_at(RecordRef("revenue", "open"))
        assert desk.titles()[0] == ("Payment plan", "Bill open")
        desk.model.look_at(RecordRef("revenue", "paid"))
        assert desk.titles()[0] == ("Payment plan", "Bill late")

    play(work)


def test_nobody_open_leaves_what_needs_nobody() -> None:
    async def work(desk: Desk) -> None:
        desk.now.who, desk.now.of = None, ()
        desk.model.refresh()
        assert desk.titles() == [("Report an issue", "Requests")]

    play(work)


def test_departments_that_do_not_know_the_caller_are_no_reason_to_offer() -> None:
    async def work(desk: Desk) -> None:
        desk.now.who, desk.now.of = msgspec.structs.replace(MARIA, members=(person("requests", "9", "Maria"),)), ()
        desk.model.refresh()
        assert desk.titles() == [("Report an issue", "Requests")]

    play(work)


@pytest.mark.parametrize(("key", "offered"), [("late", ["Payment plan"]), ("paid", []), ("elsewhere", [])])
def test_actions_of_one_record(key: str, offered: list[str]) -> None:
    async def work(desk: Desk) -> None:
        found = desk.model.of_record(RecordRef("revenue", key))
        assert [each.title for each in found] == offered
        for each in found:
            desk.model.start(each.key)
            assert (desk.change.state.title, desk.change.state.about) == (each.title, f"Bill {key}")
            await desk.until(lambda: any(asked[0] == "propose" for asked in desk.changes.asked))
            assert desk.changes.asked[-1][3] == RecordRef("revenue", key)

    play(work)


def test_what_is_still_to_be_settled_has_its_action() -> None:
    async def work(desk: Desk) -> None:
        late, paid = RecordRef("revenue", "late"), RecordRef("revenue", "paid")
        assert desk.model.label("plan", late) == "Payment plan"
        assert desk.model.label("plan", paid) == ""
        assert desk.model.label("plan", None) == ""
        assert desk.model.label("address", None) == "New address"
        assert desk.model.label("nothing", None) == ""
        desk.model.act("plan", paid)
        assert desk.change.state.phase == "closed"
        desk.model.act("plan", late)
        assert desk.change.state.title == "Payment plan"

    play(work)


def test_a_macro_does_its_steps_and_opens_its_form_filled() -> None:
    async def work(desk: Desk) -> None:
        assert desk.model.state.macros == (("Moving", "F9"),)
        desk.model.start("macro Moving")
        assert desk.now.steps == [("reason", "Moving"), ("outcome", "resolved"), ("note", "Told about bins.")]
        assert desk.change.state.title == "Change of address"
        assert desk.change.state.fields[1].value == "2026-11-25"
        desk.change.leave()
        desk.now.who, desk.now.of = None, ()
        desk.model.refresh()
        desk.model.start("macro Moving")
        assert "can't be opened now" in desk.model.state.problem

    play(work)


def test_what_was_done_is_told_until_the_call_is_over() -> None:
    async def work(desk: Desk) -> None:
        await desk.moved()
        (done,) = desk.model.state.done
        assert (done.title, done.departments, done.open) == ("Change of address", 2, ("Revenue", "Permits"))
        assert desk.model.settled() == {("address", None)}
        assert desk.model.state.waiting == (("Revenue", 1), ("Permits", 1))
        written = []
        desk.model.written = lambda delivery: written.append(delivery.department)
        change = desk.changes.settle(desk.changes.made[0], revenue=DONE)
        desk.changes.settle(change, revenue=DONE)
        assert written == ["revenue"], "its records are read again, once"
        assert desk.model.state.done[0].open == ("Permits",)
        desk.changes.settle(change, permits="conflict")
        assert desk.model.state.done[0].attention
        desk.changes.settle(change, permits={"state": "refused", "fault": "conflict"})
        assert not desk.model.state.done[0].attention, "theirs was kept on purpose"
        desk.changes.settle(change, permits="conflict")
        assert desk.model.state.waiting == ()
        desk.change.leave()
        desk.model.reopen(done.change)
        assert [row.state for row in desk.change.state.rows] == ["done", "conflict"]
        desk.change.leave()
        desk.now.key = "call-2"
        desk.model.follow()
        desk.model.call_is_over()
        assert desk.model.state.done == ()
        assert desk.model.settled() == set()
        desk.now.key = "call-1"
        desk.model.follow()
        await desk.until(lambda: bool(desk.model.state.done))

    play(work)


def test_another_call_waits_too_and_is_no_part_of_this_one() -> None:
    async def work(desk: Desk) -> None:
        await desk.moved()
        desk.now.key = "call-2"
        desk.model.follow()
        await desk.until(lambda: desk.model.state.waiting == (("Revenue", 1), ("Permits", 1)) and not desk.model.state.done)

    play(work)


def test_a_store_that_can_not_be_read_is_told() -> None:
    async def work(desk: Desk) -> None:
        desk.changes.broken = True
        desk.now.key = "call-2"
        desk.model.follow()
        await desk.until(lambda: "The disk is full" in desk.model.state.problem)
        desk.model.discard_problem()
        assert not desk.model.state.problem

    play(work)


@pytest.mark.parametrize(
    "fields",
    [
        {"steps": (MacroStep(open="a"), MacroStep(open="b"))},
        {"steps": (MacroStep(values={"x": "y"}),)},
    ],
)
def test_a_macro_opens_one_form_at_most(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="form"):
        Macro(name="Both", **fields)
