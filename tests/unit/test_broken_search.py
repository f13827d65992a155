"""A search that breaks off by a fault of ours says so, and the next Enter asks anew."""

from __future__ import annotations

import asyncio

import pytest

from app.services.reading import ReadingRules
from app.services.search import Search
from app.tasks import Tasks
from app.viewmodels.search import SearchViewModel
from app.viewmodels.states import DepartmentState
from models.audit import AuditRow
from models.outcomes import Failed
from models.people import SubjectRef
from tests.fakes.contact import FakeContact
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, departments, person


class BrokenAudit(FakeAudit):
    """Breaks in a way that nobody has thought of, until it is whole."""

    whole = False

    async def seen(self, row: AuditRow, subjects: tuple[SubjectRef, ...]) -> None:
        if not self.whole:
            raise ZeroDivisionError
        await super().seen(row, subjects)


@pytest.mark.usefixtures("qapp")
@pytest.mark.expect_log("task search failed: ZeroDivisionError")
def test_a_search_that_breaks_off_says_so_and_enter_asks_again() -> None:
    desk = departments({"revenue": FakeDepartment([person("revenue", "1", "Maria Gonzalez")])})
    audit, asker = BrokenAudit(), FakeAsker()

    async def work() -> None:
        tasks = Tasks()
        contact = FakeContact((port.manifest for port in desk.ports.values()), audit=audit, alone=True)
        states = (DepartmentState("revenue", "Revenue", "#336699"),)
        model = SearchViewModel(states, lambda name: True, ReadingRules(), lambda: Search(desk, audit, asker), contact.disclosure, tasks)

        async def ended() -> None:
            for _ in range(500):
                if model.state.phase == "done":
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("the search did not end")

        model.set_query("maria gonzalez")
        model.submit()
        await ended()
        outcome = model.state.departments[0].outcome
        assert isinstance(outcome, Failed)
        assert outcome.fault.key == "unexpected"
        audit.whole = True
        model.submit()
        await ended()
        assert [caller.name for caller in model.state.callers] == ["Maria Gonzalez"]
        await tasks.close()

    asyncio.run(work())
    desk.close()
