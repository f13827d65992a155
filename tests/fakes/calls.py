"""A desk with several calls at once, on fakes of everything behind it; ``play`` runs a test's work on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.services.reading import ReadingRules
from app.services.search import Search
from app.viewmodels.ahead import Ahead
from app.viewmodels.call import CallViewModel
from app.viewmodels.calls import CallsViewModel
from app.viewmodels.states import OpenCall
from models.people import SubjectRef
from models.telephony import CallEvent
from tests.fakes.contacts import FakeContacts
from tests.fakes.departments import FakeDepartment, departments, person, record
from tests.fakes.desk import MARIA, PHONE, Desk

OTHER = "(312) 555-0199"
SHARED = "(312) 555-0111"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OMAR = person("revenue", "2", "Omar Haddad", "1979-05-01", OTHER, "12 Elm St 60657")
FAMILY = [person("revenue", str(10 + at), name, f"19{70 + at}-01-02", SHARED) for at, name in enumerate(("Ann Lee", "Bo Lee", "Cy Lee"))]


class Forms:
    """What was typed into forms of the call on the screen."""

    def __init__(self) -> None:
        self.left: dict[str, dict[str, str]] = {}

    async def suspend(self) -> Any:
        left, self.left = self.left, {}
        return left

    def resume(self, kept: Any) -> None:
        self.left = dict(kept or {})


class Calls(Desk):
    """Maria, Omar and the Lees, of whom three share one number."""

    def __init__(self, contacts: FakeContacts | None = None) -> None:
        bills = {"1": [record("revenue", "TB1", "Property tax", SubjectRef("revenue", "1"))]}
        self.departments = departments({"revenue": FakeDepartment([MARIA, OMAR, *FAMILY], bills)})
        super().__init__(self.departments)
        self.contacts = contacts or FakeContacts()
        self.call = CallViewModel(
            *(("Tax", "Streets"), self.contacts, self.tasks, lambda: self.search.state.text, self.verification.kept),
            tab=lambda: self.caller.state.tab,
        )
        self.forms = Forms()
        self.call.forms = lambda: self.forms.left
        of_call = {
            "change": self.forms,
            "caller": self.caller,
            "search": self.search,
            "verification": self.verification,
            "glass": self.glass,
        }
        self.calls = CallsViewModel(
            *(self.call, self.search, of_call, self.contact.ladder, self.contacts, self.tasks),
            ahead=lambda number: Ahead(number, ReadingRules(), Search(self.departments, self.audit, self.session.usual())),
            fresh=lambda: self.give_reason(""),
        )
        self.call.reasoned = self.give_reason
        self.call.restored = self.contact.ladder.resume
        self.search.opened = lambda who, loose, query: (self.caller.open(who, loose, query), self.call.concern(who))
        self.vouched: list[str] = []
        self.calls.vouched = lambda caller: self.vouched.append(caller.name)
        self.greeted: list[None] = []
        self.calls.greeted = lambda: self.greeted.append(None)
        self.call.saved.connect(self.verification.next_contact)

    def tell(self, kind: Any, call: str = "1", number: str = PHONE, minutes: float = 0.0) -> None:
        self.calls.hear(CallEvent(kind, call, NOW + timedelta(minutes=minutes), number))

    async def found(self, name: str) -> None:
        await self.until(lambda: self.caller.state.caller is not None and self.caller.state.caller.name == name)
        await self.until(lambda: not self.caller.reading() and self.search.state.phase == "done")

    def open_(self, mark: str) -> OpenCall:
        return next(each for each in self.calls.state.calls if each.mark == mark)

    async def switched(self, by: Callable[[], None]) -> None:
        before = self.call.key
        by()
        await self.until(lambda: self.call.key != before)


def play(work: Callable[[Calls], Awaitable[Any]], contacts: FakeContacts | None = None) -> Calls:
    async def run() -> Calls:
        desk = Calls(contacts)
        try:
            await asyncio.sleep(0.01)
            await work(desk)
        finally:
            await desk.tasks.close()
        return desk

    desk = asyncio.run(run())
    desk.departments.close()
    return desk
