"""A call over fake departments, with every view model wired as in the application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from app.services.break_glass import BreakGlass
from app.services.caller_file import CallerFile
from app.services.departments import Departments
from app.services.reading import ReadingRules
from app.services.search import Search
from app.tasks import Tasks
from app.viewmodels.caller import CallerViewModel
from app.viewmodels.glass import GlassViewModel
from app.viewmodels.search import SearchViewModel
from app.viewmodels.states import DepartmentState
from app.viewmodels.verification import VerificationViewModel
from models.people import SubjectRef, ValuePlace
from models.purposes import BreakGlassRules, Purpose
from models.records import Field
from models.verification import Question, VerificationRules
from tests.fakes.contact import FakeContact
from tests.fakes.departments import FakeAudit, FakeDepartment, departments, person, record
from tests.fakes.work import FakeWork

HOME, PHONE = "2210 N Clark St 60614", "(312) 555-0142"
MARIA = person("revenue", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)
BILL = record("revenue", "TB1", "Property tax", SubjectRef("revenue", "1"), fields=(Field("Bank", "DE02 1203", "bank"), Field("Sum", "12")))
SECRETS = ("date(1984", "1984-03", "2210 N", "Clark", "555-0142", "Property tax", "DE02")
"""None is short enough to stand in a time by chance."""
RULES = VerificationRules(
    identified=1,
    verified=2,
    strong=4,
    question=(
        Question("birth date", "When were you born?", "birth_date", 2),
        Question("phone", "Which phone?", "phone"),
        Question("house", "Which house?", "house_number"),
    ),
)
USUAL = (
    Purpose("Inquiry", departments=("revenue",)),
    Purpose("Streets", reasons=("Pothole",), departments=("requests",)),
    Purpose("Both", reasons=("Both",)),
    Purpose("Casework", reasons=("Own files",), caller=False),
)
PLACE = ValuePlace("revenue", "TB1", "Bank")
WHY = "Somebody is in danger at this address"


class Desk:
    """All view models of a call over fake departments, wired as in the application."""

    def __init__(self, desk: Departments) -> None:
        self.audit, self.tasks, self.desk = FakeAudit(), Tasks(), desk
        self.contact = FakeContact((port.manifest for port in desk.ports.values()), audit=self.audit, purposes=USUAL, rules=RULES)
        session = self.session = self.contact.session
        states = tuple(DepartmentState(name, name.title(), "#336699") for name in desk.ports)
        self.search = SearchViewModel(
            *(states, lambda name: desk.permitted(name, session), ReadingRules(), lambda: Search(desk, self.audit, session)),
            *(self.contact.disclosure, self.tasks),
        )
        self.caller = CallerViewModel(
            *(
                states,
                lambda: CallerFile(desk, self.audit, session),
                self.contact.disclosure,
                self.contact.revealing,
                self.tasks,
                ("It is asked",),
            ),
        )
        self.verification = VerificationViewModel(
            *(
                self.contact.verifier,
                self.caller.known,
                self.caller.reading,
                lambda: session.has_caller,
                {"revenue": "Revenue"},
                ("Court order",),
            ),
            self.tasks,
        )
        self.work = FakeWork()
        self.glass = GlassViewModel(BreakGlass(session, BreakGlassRules(), self.audit, self.work), self.caller.open_caller, self.tasks)
        self.search.opened, self.search.asking = self.caller.open, self.verification.hear
        self.caller.learnt, self.verification.changed = self.verification.follow, self.redraw
        self.glass.changed = self.reclassified
        self.states: list[Any] = []
        for model in (self.search, self.caller, self.verification):
            model.state_changed.connect(self.states.append)

    def redraw(self) -> None:
        self.search.refresh()
        self.caller.refresh()

    def reclassified(self) -> None:
        self.search.permissions_changed()
        self.caller.refresh()

    def give_reason(self, reason: str) -> None:
        if self.session.give_reason(reason):
            self.reclassified()

    async def until(self, come: Callable[[], bool]) -> None:
        for _ in range(500):
            if come():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it did not come about")

    async def opened(self, text: str = "maria gonzalez") -> None:
        self.search.set_query(text)
        self.search.submit()
        await self.until(lambda: self.search.state.phase == "done")
        await self.until(lambda: self.caller.state.caller is not None and not self.caller.reading())

    async def answered(self, said: str | None) -> None:
        number = self.verification.state.number
        if said is None:
            self.verification.do_not_know()
        else:
            self.verification.answer(said)
        await self.until(lambda: self.verification.state.number > number and not self.verification.state.busy)

    async def verified(self) -> None:
        await self.opened()
        self.verification.open()
        await self.answered("3/9/1984")


def play(work: Callable[[Desk], Awaitable[Any]]) -> Desk:
    made = departments(
        {
            "revenue": FakeDepartment([MARIA], {"1": [BILL]}),
            "requests": FakeDepartment(
                [person("requests", "5", "Maria Gonzalez", "1984-03-09", PHONE, HOME)], {"5": [record("requests", "24")]}
            ),
        }
    )

    async def run() -> Desk:
        desk = Desk(made)
        try:
            await work(desk)
        finally:
            await desk.tasks.close()
        return desk

    try:
        return asyncio.run(run())
    finally:
        made.close()
