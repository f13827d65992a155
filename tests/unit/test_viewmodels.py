"""View models: what is typed becomes one search, the selection holds while answers come, and nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.contract import Unavailable
from app.services.caller_file import CallerFile
from app.services.checks import Checks
from app.services.departments import Departments
from app.services.reading import ReadingRules
from app.services.search import Search
from app.tasks import Tasks
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.departments import DepartmentsViewModel
from app.viewmodels.search import SearchViewModel
from app.viewmodels.states import DepartmentState
from models.outcomes import Failed, NotPermitted, Waiting
from models.people import SubjectRef
from tests.fakes.contact import FakeContact
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, Gate, departments, person, record

pytestmark = pytest.mark.usefixtures("qapp")

HOME, PHONE = "2210 N Clark St 60614", "(312) 555-0142"
MARIA = person("revenue", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)


class Bench:
    """Search and caller view models over fake departments, wired as in the application."""

    def __init__(self, desk: Departments, audit: FakeAudit | None = None) -> None:
        self.desk, self.audit, self.tasks, asker = desk, audit or FakeAudit(), Tasks(), FakeAsker()
        contact = FakeContact((port.manifest for port in desk.ports.values()), audit=self.audit, alone=True)
        states = tuple(DepartmentState(name, name, "#336699") for name in desk.ports)

        def permitted(name: str) -> bool:
            return desk.permitted(name, asker)

        self.search = SearchViewModel(
            states, permitted, ReadingRules(), lambda: Search(desk, self.audit, asker), contact.disclosure, self.tasks
        )
        self.caller = CallerViewModel(
            states, lambda: CallerFile(desk, self.audit, asker), contact.disclosure, contact.revealing, self.tasks
        )
        self.search.opened = self.caller.open

    async def until(self, come: Callable[[], bool]) -> None:
        for _ in range(500):
            if come():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come about")

    async def searched(self, text: str, *, submit: bool = True) -> None:
        self.search.set_query(text)
        if submit:
            self.search.submit()
        await self.until(lambda: self.search.state.phase == "done")


def play(work: Callable[[Bench], Awaitable[Any]], desk: Departments, audit: FakeAudit | None = None) -> None:
    async def run() -> None:
        bench = Bench(desk, audit)
        try:
            await work(bench)
        finally:
            await bench.tasks.close()

    asyncio.run(run())
    desk.close()


def test_enter_opens_the_best_answer_and_reads_its_records() -> None:
    bill = record("revenue", "b1", subject=SubjectRef("revenue", "1"))

    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez 60614")
        assert bench.search.state.selected == "revenue/1"
        await bench.until(lambda: bool(bench.caller.state.records))
        assert bench.caller.state.records == (bill,)

    play(work, departments({"revenue": FakeDepartment([MARIA], {"1": [bill]})}))


def test_typing_asks_once_when_no_further_key_comes() -> None:
    fake = FakeDepartment([MARIA])

    async def work(bench: Bench) -> None:
        for end in range(3, 15):
            bench.search.set_query("maria gonzalez"[:end])
            await asyncio.sleep(0.01)
        await bench.until(lambda: bench.search.state.phase == "done")

    play(work, departments({"revenue": fake}))
    assert [query.name for query in fake.asked] == ["maria gonzalez"]


def test_two_letters_ask_nobody_but_enter_does() -> None:
    fake = FakeDepartment()

    async def work(bench: Bench) -> None:
        bench.search.set_query("li")
        await asyncio.sleep(0.4)
        assert fake.asked == []
        await bench.searched("li")

    play(work, departments({"revenue": fake}))
    assert len(fake.asked) == 1


def test_two_people_are_not_opened_unbidden() -> None:
    other = person("revenue", "2", "Maria Gonzalez", "1948-05-01")

    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez", submit=False)
        assert bench.search.state.selected == ""
        assert bench.caller.state.caller is None
        bench.search.submit()
        assert bench.search.state.selected != ""

    play(work, departments({"revenue": FakeDepartment([MARIA, other])}))


def test_the_selection_holds_and_the_file_grows_while_answers_come() -> None:
    gate = Gate()
    early = FakeDepartment([person("zoo", "9", "Maria Gonzalez", "1984-03-09", PHONE, HOME)], {"9": [record("zoo", "z1")]})
    late = FakeDepartment(
        [person("abc", "3", "Maria Gonzales", "1984-03-09", PHONE, HOME), person("abc", "4", "Maria Gonzalez", "1950-01-01", PHONE, HOME)],
        {"3": [record("abc", "a1")]},
        before=gate,
    )

    async def work(bench: Bench) -> None:
        bench.search.set_query("maria gonzalez")
        bench.search.submit()
        await bench.until(lambda: bench.search.state.selected == "zoo/9")
        await bench.until(lambda: len(bench.caller.state.records) == 1)
        gate.open()
        await bench.until(lambda: len(bench.caller.state.records) == 2)
        assert bench.search.state.selected == "zoo/9"
        assert {each.ref.department for each in bench.caller.state.records} == {"zoo", "abc"}

    play(work, departments({"zoo": early, "abc": late}))


def test_a_new_search_forgets_the_caller_before_it() -> None:
    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez")
        assert bench.caller.state.caller is not None
        bench.search.set_query("lin chen")
        bench.search.submit()
        assert bench.caller.state.caller is None
        assert bench.caller.state.records == ()

    play(work, departments({"revenue": FakeDepartment([MARIA])}))


def test_a_department_that_failed_is_asked_again_alone() -> None:
    faults: list[Exception] = [Unavailable("refused")]
    asked = FakeDepartment([MARIA])

    def before() -> None:
        if faults:
            raise faults.pop()

    down = FakeDepartment([person("permits", "2", "Maria Gonzalez", "1984-03-09", PHONE, HOME)], before=before)

    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez")
        outcomes = {each.id: each.outcome for each in bench.search.state.departments}
        assert isinstance(outcomes["permits"], Failed)
        took = bench.search.state.elapsed_ms
        bench.search.retry("permits")
        assert isinstance({each.id: each.outcome for each in bench.search.state.departments}["permits"], Waiting)
        await bench.until(lambda: len(bench.search.state.callers[0].members) == 2)
        assert bench.search.state.elapsed_ms == took  # of the search, not of the one that was asked again

    play(work, departments({"revenue": asked, "permits": down}))
    assert len(asked.asked) == 1


def test_what_one_may_not_ask_says_so_from_the_start() -> None:
    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez")
        assert isinstance({each.id: each.outcome for each in bench.search.state.departments}["benefits"], NotPermitted)
        assert isinstance({each.id: each.records for each in bench.caller.state.departments}["benefits"], NotPermitted)

    play(work, departments({"revenue": FakeDepartment([MARIA]), "benefits": FakeDepartment()}, benefits={"roles": ("caseworker",)}))


def test_a_log_that_cannot_be_written_is_said_in_the_box() -> None:
    audit = FakeAudit()
    audit.broken = True

    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez")
        assert "disk is full" in bench.search.state.problem
        assert bench.search.state.callers == ()

    play(work, departments({"revenue": FakeDepartment([MARIA])}), audit)


def test_text_with_nothing_to_search_by_is_no_error() -> None:
    async def work(bench: Bench) -> None:
        bench.search.set_query("😀 %%%")
        bench.search.submit()
        assert "Nothing to search by" in bench.search.state.problem

    play(work, departments({"revenue": FakeDepartment([MARIA])}))


def test_a_correction_rewrites_the_text_and_asks_at_once() -> None:
    fake = FakeDepartment()

    async def work(bench: Bench) -> None:
        await bench.searched("maria gonzalez 60614")
        revision = bench.search.state.revision
        bench.search.correct(1, "reference")
        assert bench.search.state.text == "maria gonzalez ref:60614"
        assert bench.search.state.revision > revision
        await bench.until(lambda: bench.search.state.phase == "done")

    play(work, departments({"revenue": fake}))
    assert fake.asked[-1].reference == "60614"


def test_a_report_that_names_nobody_can_be_opened() -> None:
    loose = record("requests", "24-001042", "Pothole")

    async def work(bench: Bench) -> None:
        await bench.searched("ref:24-001042")
        assert bench.caller.state.caller is not None
        assert bench.caller.state.caller.name == "Pothole"
        assert bench.caller.state.records == (loose,)

    play(work, departments({"requests": FakeDepartment([loose])}))


def test_checks_are_told_as_they_come_and_a_switch_checks_again() -> None:
    down = [False]

    def before() -> None:
        if down[0]:
            raise Unavailable("refused")

    desk = departments({"a": FakeDepartment(before=before)})

    async def work() -> None:
        tasks = Tasks()

        async def switch(department: str, on: bool) -> None:
            down[0] = not on

        model = DepartmentsViewModel(Checks(desk, {}, FakeAsker()), tasks, switch)
        model.check_all()
        assert model.state.rows[0].state == "checking"
        await asyncio.sleep(0.1)
        assert model.state.rows[0].state == "well"
        model.switch("a", False)
        await asyncio.sleep(0.1)
        assert model.state.rows[0].state == "down"
        assert model.state.rows[0].switched_off
        assert model.state.rows[0].fault is not None
        await tasks.close()

    asyncio.run(work())
    desk.close()


def test_no_task_is_left_at_the_end() -> None:
    async def work() -> None:
        tasks = Tasks()
        hung = tasks.start(asyncio.sleep(60), "hung")
        assert hung is not None
        await tasks.close()
        assert hung.cancelled()
        assert tasks.start(asyncio.sleep(0), "late") is None

    asyncio.run(work())
