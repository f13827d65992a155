"""The contacts about a caller stand with their file: of all staff, after verification, and without what the role may not look into."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from app.services.caller_file import CallerFile
from app.services.disclosure import Sight
from app.services.history import History
from models.contacts import HISTORY, Contact, Inquiry
from models.outcomes import Answered, Failed, NotPermitted, Outcome
from models.people import Caller, SubjectRef
from models.purposes import Purpose
from models.records import Record
from models.store.errors import StoreUnavailable
from tests.fakes.contact import FakeContact
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, departments, person, record

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MARIA = SubjectRef("revenue", "1")
SOMEBODY = Caller("k", "X", None, (), (), (), "single", (), (person("revenue", "1", "X Y"),))
TAX = Inquiry("Tax reminder", "resolved", "revenue")
CASE = Inquiry("Housing benefit", "call_back", "benefits")
TITLES = {"revenue": "Revenue", "benefits": "Benefits"}


class Kept:
    def __init__(self, *contacts: Contact, broken: bool = False) -> None:
        self.contacts = contacts
        self.broken = broken
        self.asked: list[tuple[SubjectRef, ...]] = []

    async def about(self, members: tuple[SubjectRef, ...], since: datetime) -> tuple[Contact, ...]:
        self.asked.append(members)
        if self.broken:
            raise StoreUnavailable("no_access", "The store is away.")
        return self.contacts


def contact(*inquiries: Inquiry, note: str = "pays Friday") -> Contact:
    return Contact(7, "bob", START, START + timedelta(minutes=4, seconds=5), inquiries, note, "Maria", (MARIA,), channel="email")


def history(kept: Kept, *, allowed: bool = True) -> History:
    return History(kept, TITLES, lambda name: name != "benefits", lambda: allowed)


def read(of: History) -> Outcome:
    return asyncio.run(of.read((MARIA,)))


def only(outcome: Outcome) -> Record:
    assert isinstance(outcome, Answered)
    (found,) = outcome.records
    return found


def test_a_contact_is_a_record_like_any_other() -> None:
    found = only(read(history(Kept(contact(TAX, Inquiry("Dog tax", "resolved"))))))
    assert (found.ref.department, found.title, found.status, found.state) == (HISTORY, "Tax reminder · Dog tax", "Resolved", "closed")
    assert (found.subject, found.opened) == (MARIA, START.astimezone().date())
    assert [(field.label, field.value) for field in found.fields] == [
        ("Note", "pays Friday"),
        ("Inquiry 1", "Tax reminder · Revenue · resolved"),
        ("Inquiry 2", "Dog tax · resolved"),
        ("By", "bob"),
        ("Channel", "e-mail"),
        ("Took", "4:05 min"),
    ]


def test_what_concerned_a_department_of_others_is_left_out_with_the_note() -> None:
    found = only(read(history(Kept(contact(TAX, CASE)))))
    told = f"{found.title} {found.fields}"
    assert "Tax reminder" in told
    assert "Housing" not in told
    assert "pays Friday" not in told
    assert only(read(history(Kept(contact(CASE))))).title == "Contact"


def test_without_permission_or_store_nothing_is_taken_for_none() -> None:
    kept = Kept(contact(TAX))
    assert isinstance(read(history(kept, allowed=False)), NotPermitted)
    assert kept.asked == []
    assert isinstance(read(history(Kept(broken=True))), Failed)


def test_it_is_part_of_the_look_at_the_file() -> None:
    desk = departments({"revenue": FakeDepartment(files={"1": [record("revenue", "b1", "Bill")]})})
    audit, kept = FakeAudit(), Kept(contact(TAX))
    file = CallerFile(desk, audit, FakeAsker(), history(kept))
    sight = FakeContact(alone=True).disclosure.sight(SOMEBODY)

    async def work(only: str = "") -> set[str]:
        return {name async for batch in file.read((MARIA,), lambda: sight, only) for name in batch}

    assert asyncio.run(work()) == {"revenue", HISTORY}
    assert [look.departments for look in audit.looks] == [("revenue", HISTORY)]
    assert [each.ref.department for each in file.shown(sight).records] == [HISTORY, "revenue"]
    assert asyncio.run(work(HISTORY)) == {HISTORY}
    assert kept.asked == [(MARIA,)] * 2
    desk.close()


def test_it_opens_when_the_caller_is_verified_and_the_purpose_looks_at_all() -> None:
    contact = FakeContact()

    def sight(**fields: object) -> Sight:
        return FakeContact(**fields).disclosure.sight(SOMEBODY)  # type: ignore[arg-type]

    assert contact.disclosure.sight(SOMEBODY).tab(HISTORY) == "verified"
    assert sight(alone=True).tab(HISTORY) == ""
    streets = Purpose("Streets", departments=("revenue",))
    assert sight(alone=True, purposes=(streets,)).tab(HISTORY) == "not permitted"
    assert sight(alone=True, purposes=(Purpose("Both", departments=("revenue", HISTORY)),)).tab(HISTORY) == ""
