"""Passing a call on: promised to be called back, or handed over with all of it; taken once, and nothing asked twice while it is fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.services.forms import Unreadable
from app.services.passing_on import HOLDS, PassingOn, Taken
from app.services.sealing import SealBroken
from app.services.session import Session
from app.tasks import Tasks
from app.viewmodels.passing_on import CallBack, PassingOnViewModel, Transfer
from models.changes import FormField
from models.contacts import ContactDraft, Inquiry
from models.people import Caller, SubjectRef
from models.verification import Asked, Mandate, Verification
from tests.fakes.contact import FakeContact
from tests.fakes.departments import person
from tests.fakes.work import FakeWork

STARTED = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
REFS = (SubjectRef("revenue", "1"), SubjectRef("permits", "2"))
VERIFIED = Verification("verified", (Asked("birth date", True), Asked("phone", False)), Mandate("Ana", "Court order"))
DRAFT = ContactDraft(
    *(STARTED, (Inquiry("New address"),), 0, "Moves on Dec 1 \ud800", "maria gonzalez", "Maria Gonzalez", REFS, VERIFIED), id="call-1"
)
NOON = datetime(2026, 11, 24, 12, 0).astimezone()


class FakeSeals:
    """Turns bytes round; what was not turned can't be opened."""

    async def seal(self, plain: bytes) -> bytes:
        return b"sealed" + plain[::-1]

    async def unseal(self, sealed: bytes) -> bytes:
        if not sealed.startswith(b"sealed"):
            raise SealBroken("damaged", "Its key is another.")
        return sealed[6:][::-1]


class Call:
    def __init__(self) -> None:
        self.outcome = ""
        self.now = DRAFT

    def draft(self) -> ContactDraft:
        return self.now

    def set_outcome(self, outcome: Any) -> None:
        self.outcome = outcome


class Desk:
    """One store of work items, and who sits at it."""

    def __init__(self) -> None:
        self.work = FakeWork("areyes")
        self.call = Call()
        self.clock = datetime.now(UTC)
        self.tasks = Tasks()
        self.heard: list[Taken] = []
        self.changed = 0

    def at(self, actor: str, role: str = "agent") -> PassingOn:
        self.work.actor = actor
        return PassingOn(self.work, FakeSeals(), Session(actor, role), lambda: self.clock)

    def one_more(self) -> None:
        self.changed += 1


def play(work: Callable[[Desk], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = Desk()
        try:
            await work(desk)
        finally:
            await desk.tasks.close()

    asyncio.run(run())


def test_a_call_that_is_handed_over_comes_as_it_was() -> None:
    async def work(desk: Desk) -> None:
        await desk.at("areyes").hand_over(DRAFT, "role:caseworker", "Maria Gonzalez, New address", "She needs an answer today.")
        assert not await desk.at("blum", "agent").waiting()
        colleague = desk.at("rpham", "caseworker")
        (item,) = await colleague.waiting()
        assert (item.title, item.detail, item.made_by) == ("Maria Gonzalez, New address", "She needs an answer today.", "areyes")
        assert b"Maria" not in item.sealed
        taken = await colleague.take(item)
        assert taken is not None
        assert (taken.draft, taken.verified) == (
            msgspec.structs.replace(DRAFT, started=desk.clock, note=f"{DRAFT.note}\nShe needs an answer today."),
            VERIFIED,
        )
        assert await colleague.take(item) is None
        assert not await colleague.waiting()

    play(work)


def test_long_after_who_calls_is_asked_anew() -> None:
    async def work(desk: Desk) -> None:
        item = await desk.at("areyes").hand_over(DRAFT, "rpham", "Maria", "")
        desk.clock = item.made + HOLDS + timedelta(seconds=1)
        taken = await desk.at("rpham").take(item)
        assert taken is not None
        assert taken.verified == Verification()
        assert taken.draft.verification == Verification()
        assert (taken.draft.id, taken.draft.query, taken.draft.members) == ("", DRAFT.query, REFS)

    play(work)


def test_what_can_not_be_opened_waits_on() -> None:
    async def work(desk: Desk) -> None:
        item = await desk.at("areyes").hand_over(DRAFT, "rpham", "Maria", "")
        broken = msgspec.structs.replace(item, sealed=b"other")
        with pytest.raises(SealBroken):
            await desk.at("rpham").take(broken)
        assert len(await desk.at("rpham").waiting()) == 1

    play(work)


def test_whoever_made_it_sees_it_until_it_is_taken_and_may_take_it_back() -> None:
    async def work(desk: Desk) -> None:
        item = await desk.at("areyes").hand_over(DRAFT, "rpham", "Maria", "")
        assert await desk.at("areyes").waiting() == (item,)
        assert await desk.at("areyes").take(item) is not None

    play(work)


def test_the_ladder_goes_on_where_the_colleague_stopped() -> None:
    contact = FakeContact()
    members = (person("revenue", "1", "Maria Gonzalez"), person("permits", "2", "Maria Gonzalez"))
    caller = Caller("revenue:1", "Maria Gonzalez", None, (), (), (), "certain", (), members)
    other = Caller("revenue:9", "Mario", None, (), (), (), "single", (), (person("revenue", "9", "Mario"),))
    contact.ladder.take_up(contact.ladder.handed_over(VERIFIED, REFS))
    assert contact.ladder.level(caller) == "verified"
    assert contact.ladder.level(other) == "anonymous"
    kept = contact.ladder.kept(caller)
    assert kept.asked == (*VERIFIED.asked, Asked("handed over", True))
    assert kept.mandate == VERIFIED.mandate
    contact.ladder.reset()
    assert contact.ladder.level(caller) == "anonymous"


def back(desk: Desk) -> CallBack:
    questions = {"revenue": (FormField(name="bill", label="Which bill?"),)}
    return CallBack(
        *(desk.at("areyes"), desk.call, "areyes", ("agent", "caseworker"), {"revenue": "Revenue"}, questions, desk.one_more),
        now=lambda: NOON,
    )


FILLED = {"day": "2026-11-25", "time": "10:00", "phone": "+13125550142", "whom": "role:caseworker", "department": "revenue", "bill": "TB1"}


def test_a_call_back_has_its_time_and_the_departments_questions() -> None:
    async def work(desk: Desk) -> None:
        form = back(desk)
        assert [field.label for field in await form.fields("revenue")] == ["Which bill?"]
        assert await form.fields("-") == ()
        said = await form.submit(FILLED | {"about": "Tell her the sum."})
        assert said == "Maria Gonzalez is called back on Wednesday, November 25 at 10:00. The outcome of this call is set."
        (item,) = desk.work.all
        assert item.due == datetime(2026, 11, 25, 10, 0).astimezone()
        assert (item.title, item.whom) == ("Maria Gonzalez, Revenue", "role:caseworker")
        assert item.detail == "Phone: +13125550142\nWhich bill?: TB1\nTell her the sum."
        assert (desk.call.outcome, desk.changed) == ("call_back", 1)
        taken = await desk.at("rpham", "caseworker").take(item)
        assert taken is not None
        assert taken.verified == Verification()
        assert taken.draft.note.startswith("Phone: +13125550142\nWhich bill?: TB1")

    play(work)


def test_a_call_back_in_the_past_is_none() -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(Unreadable, match="past"):
            await back(desk).submit(FILLED | {"day": "2026-11-24", "time": "11:59", "about": ""})
        assert not desk.work.all
        assert not desk.call.outcome

    play(work)


def test_a_transfer_needs_somebody() -> None:
    async def work(desk: Desk) -> None:
        form = Transfer(desk.at("areyes"), desk.call, ("agent", "caseworker"), desk.one_more)
        with pytest.raises(Unreadable, match="to whom"):
            await form.submit({"whom": "", "colleague": "", "message": ""})
        said = await form.submit({"whom": "role:caseworker", "colleague": "", "message": "Look at the bill."})
        assert said.startswith("Handed over to any caseworker")
        await form.submit({"whom": "role:caseworker", "colleague": "rpham", "message": ""})
        assert [item.whom for item in desk.work.all] == ["role:caseworker", "rpham"]
        assert desk.work.all[0].title == "Maria Gonzalez, New address"
        assert desk.call.outcome == "handed_over"

    play(work)


async def until(come: Callable[[], bool]) -> None:
    for _ in range(500):
        if come():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not come about")


def test_the_list_is_read_and_a_call_taken_from_it() -> None:
    async def work(desk: Desk) -> None:
        due = datetime.now(UTC) + timedelta(hours=1)
        await desk.at("areyes").call_back(DRAFT, due, "rpham", "Maria", "Phone: 1")
        await desk.at("areyes").hand_over(DRAFT, "rpham", "Maria, New address", "")
        model = PassingOnViewModel(desk.at("rpham"), desk.tasks)
        model.taken = desk.heard.append
        await until(lambda: len(model.state.items) == 2)
        assert [(each.kind, each.due) for each in model.state.items] == [("handed_over", None), ("call_back", due)]
        model.take(model.state.items[0].item)
        await until(lambda: bool(desk.heard))
        assert desk.heard[0].verified == VERIFIED
        assert [each.kind for each in model.state.items] == ["call_back"]
        await desk.work.finish(model.state.items[0].item, "", own=True)
        model.take(model.state.items[0].item)
        await until(lambda: model.state.problem == "Somebody else has taken it already.")
        assert not model.state.items
        await model.suspend()
        assert not model.state.problem
        await desk.at("areyes").hand_over(DRAFT, "rpham", "Maria", "")
        model.load()
        await asyncio.sleep(0.02)
        assert not model.state.items, "locked, nobody is told by name"
        desk.work.actor = "rpham"
        model.resume(None)
        await until(lambda: bool(model.state.items))

    play(work)


def test_a_store_that_is_down_is_told_and_nothing_is_taken() -> None:
    async def work(desk: Desk) -> None:
        await desk.at("areyes").hand_over(DRAFT, "rpham", "Maria", "")
        model = PassingOnViewModel(desk.at("rpham"), desk.tasks)
        model.taken = desk.heard.append
        await until(lambda: bool(model.state.items))
        desk.work.broken = True
        model.take(1)
        await until(lambda: "The disk is full" in model.state.problem)
        assert not desk.heard
        assert len(model.state.items) == 1

    play(work)
