"""The lock: everything is put away sealed, only the right secret brings it back, and time can't be cheated."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.services.caller_file import CallerFile
from app.services.reading import ReadingRules
from app.services.search import Search
from app.services.session import LONGEST_IDLE, Watch, steady
from app.services.sign_in import SignInUnavailable
from app.tasks import Tasks
from app.viewmodels import lock as locking
from app.viewmodels.ahead import Ahead
from app.viewmodels.call import CallViewModel
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.calls import CallsViewModel
from app.viewmodels.lock import LockViewModel
from app.viewmodels.search import SearchViewModel
from app.viewmodels.states import CallState, DepartmentState
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from tests.fakes.contact import FakeContact
from tests.fakes.contacts import FakeContacts
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, departments, person, record
from tests.fakes.lock import SECRET, FakeGate, FakeSignIn

pytestmark = pytest.mark.usefixtures("qapp")

HOME = "2210 N Clark St 60614"


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


class Desk:
    """Maria Gonzalez, known to two departments, and the desk that finds her."""

    def __init__(self) -> None:
        maria = [person(name, "1", "Maria Gonzalez", "1984-03-09", "", HOME) for name in ("revenue", "permits")]
        bill = record("revenue", "b1", subject=SubjectRef("revenue", "1"))
        self.revenue = FakeDepartment([maria[0]], {"1": [bill]})
        self.departments = departments({"revenue": self.revenue, "permits": FakeDepartment([maria[1]])})
        self.audit, self.contacts, self.tasks, self.clock = FakeAudit(), FakeContacts(), Tasks(), Clock()
        asker = FakeAsker()
        states = tuple(DepartmentState(name, name, "#336699") for name in self.departments.ports)
        contact = FakeContact((port.manifest for port in self.departments.ports.values()), audit=self.audit, alone=True)
        self.search = SearchViewModel(
            *(
                states,
                lambda name: True,
                ReadingRules(),
                lambda: Search(self.departments, self.audit, asker),
                contact.disclosure,
                self.tasks,
            )
        )
        self.caller = CallerViewModel(
            *(states, lambda: CallerFile(self.departments, self.audit, asker), contact.disclosure, contact.revealing, self.tasks)
        )
        self.call = CallViewModel(("Tax",), self.contacts, self.tasks, lambda: self.search.state.text)
        self.calls = CallsViewModel(
            *(self.call, self.search, {"caller": self.caller, "search": self.search}, contact.ladder, self.contacts, self.tasks),
            ahead=lambda number: Ahead(number, ReadingRules(), Search(self.departments, self.audit, asker)),
        )
        self.search.opened = lambda who, loose, query: (self.caller.open(who, loose, query), self.call.concern(who))
        self.sign_in = FakeSignIn()
        self.gate = FakeGate(self.sign_in)
        self.watch = Watch(900, 12 * 3600, self.clock)
        self.lock = LockViewModel("areyes", self.sign_in, self.gate, self.watch, {"calls": self.calls}, self.tasks)

    async def until(self, come: Callable[[], bool]) -> None:
        for _ in range(500):
            if come():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come about")

    async def in_a_call(self) -> None:
        self.search.set_query("maria gonzalez 60614")
        self.search.submit()
        await self.until(lambda: bool(self.caller.state.records) and self.search.state.phase == "done")
        self.call.set_reason("Tax")
        self.call.set_note("promised a call back")

    async def locked(self) -> None:
        self.lock.lock()
        await self.until(lambda: bool(self.gate.log_))

    async def unlocked(self) -> None:
        self.lock.unlock(SECRET)
        await self.until(lambda: not self.lock.state.why)

    def shows(self) -> str:
        """All that view models hold, as text."""
        return repr([self.search.state, self.caller.state, self.call.state])


def play(work: Callable[[Desk], Awaitable[Any]]) -> Desk:
    async def run() -> Desk:
        desk = Desk()
        try:
            await work(desk)
        finally:
            await desk.tasks.close()
        return desk

    desk = asyncio.run(run())
    desk.departments.close()
    return desk


def test_what_is_shown_is_put_away_and_comes_back() -> None:
    async def work(desk: Desk) -> None:
        await desk.in_a_call()
        before, asked, looks = desk.search.state, len(desk.revenue.asked), len(desk.audit.looks)
        desk.lock.lock()
        assert desk.lock.state.why == "asked", "at once, before anything is put away"
        await desk.until(lambda: bool(desk.gate.log_))
        assert not [word for word in ("maria", "Maria", "Gonzalez", "promised", "b1", "60614") if word in desk.shows()]
        assert desk.call.state == CallState(reasons=("Tax",), revision=desk.call.state.revision)
        assert [draft.note for draft in desk.contacts.drafts.values()] == ["promised a call back"], "and it is on the disk"
        await desk.unlocked()
        await desk.until(lambda: desk.search.state.phase == "done" and bool(desk.caller.state.records))
        # Its key is that of whichever record came first this time.
        assert (desk.search.state.text, bool(desk.search.state.selected)) == (before.text, True)
        assert desk.caller.state.caller is not None
        assert {member.ref.department for member in desk.caller.state.caller.members} == {"revenue", "permits"}
        assert (desk.call.state.inquiry.subject, desk.call.state.note) == ("Tax", "promised a call back")
        assert len(desk.revenue.asked) > asked, "the search is asked again"
        assert len(desk.audit.looks) >= looks + 2, "which is a look"
        desk.call.set_outcome("resolved")
        desk.call.save()
        await desk.until(lambda: bool(desk.contacts.saved))
        (saved,) = desk.contacts.saved
        assert (saved.caller_name, saved.note, len(saved.members)) == ("Maria Gonzalez", "promised a call back", 2)

    desk = play(work)
    assert desk.gate.log_ == [("lock", "asked"), ("unlock", "signed in")]


def test_an_empty_desk_comes_back_empty() -> None:
    async def work(desk: Desk) -> None:
        await desk.locked()
        await desk.unlocked()
        await asyncio.sleep(0.05)
        assert (desk.search.state.text, desk.call.state.started, desk.audit.looks) == ("", None, [])

    play(work)


def test_who_was_open_is_opened_again_though_another_fits_as_well() -> None:
    async def work(desk: Desk) -> None:
        desk.revenue.people = [*desk.revenue.people, person("revenue", "2", "Maria Gonzalez", "1991-01-02")]
        desk.search.set_query("maria gonzalez")
        await desk.until(lambda: desk.search.state.phase == "done")
        assert desk.search.state.selected == ""
        other = next(caller.key for caller in desk.search.state.callers if caller.members[0].ref.id == "2")
        desk.search.select(other)
        await desk.locked()
        await desk.unlocked()
        await desk.until(lambda: desk.search.state.phase == "done")
        assert desk.search.state.selected == other

    play(work)


def test_a_save_under_way_is_not_cut_short_by_the_lock() -> None:
    class Slow(FakeContacts):
        async def save(self, draft):  # type: ignore[no-untyped-def]
            await asyncio.sleep(0.1)
            if self.broken:
                raise StoreUnavailable("full", "The disk is full.")
            return await super().save(draft)

    async def work(desk: Desk) -> None:
        desk.call._contacts = slow = Slow()
        for slow.broken in (False, True):
            desk.gate.log_.clear()
            desk.call.set_reason("Tax")
            desk.call.set_note("the last word")
            desk.call.set_outcome("resolved")
            desk.call.save()
            await desk.locked()
            await desk.unlocked()
            assert desk.call.state.note == ("the last word" if slow.broken else "")
        assert len(slow.saved) == 1

    play(work)


def test_a_wrong_secret_is_told_and_has_to_wait_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(locking, "steady", clock)

    async def work(desk: Desk) -> None:
        await desk.locked()
        waits = []
        for _ in range(9):
            desk.lock.unlock("wrong")
            await desk.until(lambda: not desk.lock.state.checking)
            assert "not the password of areyes" in desk.lock.state.problem
            waits.append(desk.lock.state.wait)
            desk.lock.unlock(SECRET)  # too soon: not even asked
            assert not desk.lock.state.checking
            clock.time += desk.lock.state.wait
        assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
        await desk.unlocked()
        await desk.locked()
        desk.lock.unlock("wrong")
        await desk.until(lambda: not desk.lock.state.checking)
        assert desk.lock.state.wait == 1, "a new lock begins anew"

    desk = play(work)
    assert desk.gate.log_[:3] == [("lock", "asked"), ("unlock", "refused"), ("unlock", "refused")]


def test_nobody_gets_in_where_the_system_cannot_be_asked() -> None:
    async def work(desk: Desk) -> None:
        await desk.locked()
        desk.sign_in.fault = SignInUnavailable("There is no sign-in service.")
        desk.lock.unlock(SECRET)
        await desk.until(lambda: not desk.lock.state.checking)
        assert (desk.lock.state.why, desk.lock.state.problem) == ("asked", "There is no sign-in service.")
        desk.sign_in.fault = None
        await desk.unlocked()

    play(work)


def test_nobody_gets_in_unlogged_or_without_the_keyring() -> None:
    async def work(desk: Desk) -> None:
        await desk.in_a_call()
        await desk.locked()
        for fault in ("full", "gone"):
            setattr(desk.gate, fault, True)
            desk.lock.unlock(SECRET)
            await desk.until(lambda: not desk.lock.state.checking)
            assert desk.lock.state.why, fault
            assert ("disk is full" if fault == "full" else "keyring is locked") in desk.lock.state.problem
            assert "promised" not in desk.shows()
            setattr(desk.gate, fault, False)
        await desk.unlocked()
        assert desk.call.state.note == "promised a call back"

    play(work)


def test_locking_needs_neither_log_nor_keyring() -> None:
    async def work(desk: Desk) -> None:
        await desk.in_a_call()
        desk.gate.full = desk.gate.gone = True
        desk.lock.lock()
        await desk.until(lambda: desk.call.state.note == "")
        await asyncio.sleep(0.05)
        desk.gate.full = desk.gate.gone = False
        await desk.unlocked()
        await desk.until(lambda: desk.call.state.note == "promised a call back")
        assert desk.call.state.restored, "it comes from the disk"

    play(work)


@pytest.mark.expect_log("first could not be put away")
@pytest.mark.expect_log("first could not be brought back")
def test_one_screen_that_fails_keeps_no_other_from_being_put_away() -> None:
    class Broken:
        async def suspend(self) -> Any:
            raise ZeroDivisionError

        def resume(self, kept: Any) -> None:
            raise ZeroDivisionError

    async def work(desk: Desk) -> None:
        desk.lock._screens = {"first": Broken(), **desk.lock._screens}
        await desk.in_a_call()
        await desk.locked()
        assert "promised" not in desk.shows()
        await desk.unlocked()
        assert desk.call.state.note == "promised a call back"

    play(work)


@pytest.mark.expect_log("could not be sealed")
@pytest.mark.expect_log("the sign-in failed")
def test_nothing_unexpected_leaves_the_desk_open_or_shut_for_good() -> None:
    async def bug(*_: object) -> Any:
        raise ZeroDivisionError

    async def work(desk: Desk) -> None:
        await desk.in_a_call()
        right, desk.gate.check = desk.gate.check, bug  # type: ignore[method-assign]
        desk.gate.seal = bug  # type: ignore[method-assign]
        await desk.locked()
        assert "promised" not in desk.shows()
        desk.lock.unlock(SECRET)
        await desk.until(lambda: not desk.lock.state.checking)
        assert desk.lock.state.why
        assert "unexpected" in desk.lock.state.problem
        desk.gate.check = right  # type: ignore[method-assign]
        await desk.unlocked()
        await desk.until(lambda: desk.call.state.note == "promised a call back")

    play(work)


def test_what_is_sealed_is_what_was_shown() -> None:
    async def work(desk: Desk) -> None:
        await desk.in_a_call()
        await desk.locked()

    kept = json.loads(play(work).gate.sealed[0])
    assert kept["calls"]["kept"]["search"]["text"] == "maria gonzalez 60614"
    assert kept["calls"]["kept"]["call"]["note"] == "promised a call back"


def test_fifteen_minutes_without_a_hand_lock_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "TICK", 0.01)

    async def work(desk: Desk) -> None:
        desk.clock.time += 899
        await asyncio.sleep(0.05)
        assert not desk.lock.state.why
        assert desk.lock.touched()
        desk.clock.time += 899
        await asyncio.sleep(0.05)
        assert not desk.lock.state.why
        desk.clock.time += 1
        await desk.until(lambda: desk.lock.state.why == "idle")

    play(work)


def test_a_hand_that_comes_too_late_finds_the_desk_locked() -> None:
    async def work(desk: Desk) -> None:
        desk.clock.time += 901  # the computer slept: no tick came meanwhile
        assert not desk.lock.touched()
        assert desk.lock.state.why == "idle"
        assert not desk.lock.touched()

    play(work)


def test_a_session_has_an_end_however_busy_and_signing_in_begins_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "TICK", 0.01)

    async def work(desk: Desk) -> None:
        for _ in range(12 * 6):
            assert desk.lock.touched()
            desk.clock.time += 600
        await desk.until(lambda: desk.lock.state.why == "limit")
        await desk.until(lambda: bool(desk.gate.log_))
        await desk.unlocked()
        await asyncio.sleep(0.05)
        assert not desk.lock.state.why

    assert play(work).gate.log_ == [("lock", "limit"), ("unlock", "signed in")]


def test_no_site_can_lengthen_the_time() -> None:
    clock = Clock()
    watch = Watch(10 * LONGEST_IDLE, 1e9, clock)
    clock.time += LONGEST_IDLE
    assert watch.overdue() == "idle"


def test_the_clock_goes_on() -> None:
    first = steady()
    assert steady() >= first > 0
    assert abs(steady() - datetime.now(UTC).timestamp()) > 1, "nobody can set it"
