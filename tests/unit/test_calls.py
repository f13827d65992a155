"""Several calls at once: each keeps what belongs to it, a ring disturbs nobody, and what was open comes back after a crash."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from app.viewmodels import call as calling
from app.viewmodels.calls import MOST
from models.contacts import ContactDraft, Inquiry
from tests.fakes.calls import NOW, OTHER, SHARED, Calls, play
from tests.fakes.contacts import FakeContacts
from tests.fakes.desk import PHONE, WHY

pytestmark = pytest.mark.usefixtures("qapp")


def test_at_the_ring_the_caller_is_there_before_anybody_picks_up() -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing")
        assert desk.search.state.text == PHONE
        await desk.found("Maria Gonzalez")
        (call,) = desk.calls.state.calls
        assert (call.mark, call.active, call.number, call.name, call.share) == ("ringing", True, PHONE, "Maria Gonzalez", 1)
        assert [look.kind for look in desk.audit.looks][:2] == ["search", "records"]
        assert desk.vouched == ["Maria Gonzalez"], "the number is hers alone"
        desk.tell("ringing")
        desk.tell("answered", minutes=0.5)
        assert desk.call.state.started == NOW + timedelta(seconds=30)
        assert len(desk.calls.state.calls) == 1, "told twice, it is one call"

    play(work)


@pytest.mark.parametrize("typed", [False, True])
def test_whoever_is_picked_up_is_asked_who_they_are_once_unless_somebody_types(typed: bool) -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing")
        await desk.found("Maria Gonzalez")
        assert not desk.greeted, "nobody has picked up yet"
        desk.call.set_note("she called bef" if typed else "")
        for _ in range(2):
            desk.tell("answered", minutes=0.5)
            await asyncio.sleep(0.02)
        assert len(desk.greeted) == (not typed)

    play(work)


def test_a_number_that_several_share_says_so_and_opens_nobody() -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing", number=SHARED)
        await desk.until(lambda: desk.search.state.phase == "done")
        (call,) = desk.calls.state.calls
        assert (call.share, call.name) == (3, "")
        assert desk.search.state.selected == ""
        assert desk.vouched == []

    play(work)


def test_a_withheld_number_is_told_and_nobody_is_searched_for() -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing", number="")
        await asyncio.sleep(0.02)
        assert (desk.calls.state.calls[0].number, desk.calls.state.calls[0].share) == ("", 0)
        assert desk.audit.looks == []

    play(work)


def test_rings_disturb_nobody_who_is_at_work() -> None:
    async def work(desk: Calls) -> None:
        await desk.opened()
        desk.call.set_note("half a sent")
        before = desk.search.state, desk.caller.state, desk.call.state
        for call in range(3 * MOST):
            desk.tell("ringing", str(call), OTHER)
        assert (desk.search.state, desk.caller.state, desk.call.state) == before
        await desk.until(lambda: desk.calls.state.calls[-2].name == "Omar Haddad")
        assert (desk.search.state, desk.caller.state, desk.call.state) == before
        told = desk.calls.state
        assert len(told.calls) + told.more == 3 * MOST + 1
        assert len(told.calls) == MOST + 1
        assert [each.active for each in told.calls] == [False] * MOST + [True]

    play(work)


def test_each_call_keeps_what_belongs_to_it() -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing")
        await desk.found("Maria Gonzalez")
        desk.tell("answered", minutes=1)
        desk.verification.open()
        await desk.answered("3/9/1984")
        assert desk.verification.state.level == "verified"
        desk.caller.open_tab("revenue")
        desk.call.set_reason("Tax")
        desk.call.set_note("about her tax")
        desk.tell("ringing", "2", OTHER, 2)
        await desk.until(lambda: desk.open_("ringing").name == "Omar Haddad")
        looks = len(desk.audit.looks)
        await desk.switched(desk.calls.answer)
        assert (desk.call.state.note, desk.call.state.inquiries, desk.search.state.text) == ("", (Inquiry(),), OTHER)
        assert desk.search.state.phase == "done", "found while it rang: nobody is asked again"
        assert [look.kind for look in desk.audit.looks[looks:] if look.kind == "search"] == []
        await desk.found("Omar Haddad")
        assert desk.verification.state.level == "anonymous"
        assert desk.caller.state.tab == ""
        desk.tell("answered", "2", OTHER, 3)
        desk.call.set_note("his dog")
        parked = desk.open_("parked")
        assert (parked.name, parked.number) == ("Maria Gonzalez", PHONE)
        await desk.switched(desk.calls.next)
        await desk.found("Maria Gonzalez")
        assert (desk.call.state.note, desk.call.state.inquiry.subject) == ("about her tax", "Tax")
        assert (desk.caller.state.tab, desk.verification.state.level) == ("revenue", "verified")
        assert desk.call.state.started == NOW + timedelta(minutes=1)
        await desk.switched(desk.calls.next)
        assert desk.call.state.note == "his dog"
        await desk.found("Omar Haddad")
        assert desk.verification.state.level == "anonymous"

    play(work)


def test_purpose_and_broken_glass_belong_to_a_call() -> None:
    async def work(desk: Calls) -> None:
        await desk.opened()
        desk.call.set_reason("Pothole")
        assert desk.session.purpose == "Streets"
        desk.glass.start(WHY)
        await desk.until(lambda: desk.glass.state.until > 0)
        await desk.switched(desk.calls.park)
        assert not desk.session.emergency()
        assert desk.session.purpose == "Inquiry"
        await desk.switched(desk.calls.next)
        assert desk.session.purpose == "Streets"
        assert desk.glass.state.until == 0

    play(work)


def test_what_was_typed_without_a_call_is_parked_too() -> None:
    async def work(desk: Calls) -> None:
        desk.search.set_query("omar haddad")
        desk.tell("ringing")
        await desk.switched(desk.calls.answer)
        assert desk.search.state.text == PHONE
        await desk.switched(desk.calls.next)
        assert desk.search.state.text == "omar haddad"

    play(work)


def test_a_call_that_nobody_answers_goes_without_a_trace() -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing")
        await desk.found("Maria Gonzalez")
        desk.tell("hung_up")
        assert (desk.calls.state.calls, desk.search.state.text, desk.caller.state.caller) == ((), "", None)
        assert desk.contacts.drafts == {}
        desk.tell("ringing", "2")
        desk.call.set_note("I had begun")
        desk.tell("hung_up", "2")
        assert desk.call.state.note == "I had begun"
        assert desk.open_("ended").active

    play(work)


def test_the_hang_up_is_kept_with_the_call_wherever_it_stands() -> None:
    async def work(desk: Calls) -> None:
        for call, number in (("1", PHONE), ("2", OTHER)):
            desk.tell("ringing", call, number)
            desk.tell("answered", call, number)
            await desk.switched(desk.calls.park) if call == "1" else None
        desk.tell("hung_up", "1", minutes=5)
        desk.tell("hung_up", "2", minutes=6)
        assert desk.call.state.hung_up == NOW + timedelta(minutes=6)
        assert [each.mark for each in desk.calls.state.calls] == ["ended", "ended"]
        for subject in ("Tax", "Streets"):
            desk.call.set_reason(subject)
            desk.call.set_outcome("resolved")
            desk.call.save()
            await desk.until(lambda: desk.call.state.started is None)
            desk.calls.next()
            await asyncio.sleep(0.02)
        assert [(each.number, each.hung_up) for each in desk.contacts.saved] == [
            (OTHER, NOW + timedelta(minutes=6)),
            (PHONE, NOW + timedelta(minutes=5)),
        ]
        assert desk.calls.state.calls == ()
        assert desk.contacts.drafts == {}

    play(work)


def test_when_the_desk_is_clear_whoever_rings_comes_to_the_screen() -> None:
    async def work(desk: Calls) -> None:
        desk.call.set_reason("Tax")
        desk.call.set_outcome("resolved")
        desk.tell("ringing")
        desk.call.save()
        await desk.until(lambda: bool(desk.contacts.saved))
        await desk.found("Maria Gonzalez")

    play(work)


def test_after_a_crash_every_open_call_is_there_and_the_one_at_hand_as_it_was() -> None:
    contacts = FakeContacts()

    async def first(desk: Calls) -> None:
        desk.tell("ringing")
        desk.tell("answered")
        await desk.found("Maria Gonzalez")
        desk.call.set_note("hers")
        await desk.switched(desk.calls.park)
        await desk.opened("omar haddad")
        desk.caller.open_tab("revenue")
        desk.call.add_inquiry()
        desk.forms.left = {"address": {"address": "1804 W"}}
        desk.call.set_note("his")
        await asyncio.sleep(0.4)

    async def then(desk: Calls) -> None:
        await desk.found("Omar Haddad")
        assert (desk.call.state.note, desk.search.state.text, desk.caller.state.tab) == ("his", "omar haddad", "revenue")
        assert desk.forms.left == {"address": {"address": "1804 W"}}
        assert desk.call.state.restored
        assert desk.verification.state.level == "anonymous"
        assert desk.open_("parked").name == "Maria Gonzalez"
        await desk.switched(desk.calls.next)
        await desk.found("Maria Gonzalez")
        assert (desk.call.state.note, desk.call.state.number) == ("hers", PHONE)
        desk.tell("hung_up", minutes=9)
        assert desk.call.state.hung_up == NOW + timedelta(minutes=9), "its line is known again"

    play(first, contacts)
    assert [draft.active for draft in contacts.drafts.values()] == [False, True]
    play(then, contacts)


def test_what_is_typed_at_once_is_not_overwritten_by_what_was_open() -> None:
    async def work(desk: Calls) -> None:
        assert desk.call.state.note == "old"
        await desk.switched(desk.calls.park)
        assert desk.calls.state.calls[0].mark == "parked"

    contacts = FakeContacts(ContactDraft(NOW, note="old", id="a"))
    play(work, contacts)

    async def typed() -> None:
        desk = Calls(FakeContacts(ContactDraft(NOW, note="old", id="a")))
        desk.call.set_note("new")
        await asyncio.sleep(0.05)
        assert desk.call.state.note == "new"
        assert desk.open_("parked").key == "a"
        await desk.tasks.close()
        desk.departments.close()

    asyncio.run(typed())


def test_a_store_that_is_full_says_so_and_the_call_goes_on() -> None:
    async def work(desk: Calls) -> None:
        desk.contacts.broken = True
        desk.call.set_note("important")
        await desk.until(lambda: "not safe yet" in desk.call.state.problem)
        await desk.switched(desk.calls.park)
        await desk.switched(desk.calls.next)
        assert desk.call.state.note == "important"
        desk.contacts.broken = False
        desk.call.set_note("important!")
        await desk.until(lambda: [each.note for each in desk.contacts.drafts.values()] == ["important!"])

    play(work)


def test_a_store_that_has_room_again_is_written_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "TRY_AGAIN", 0.05)

    async def work(desk: Calls) -> None:
        desk.contacts.broken = True
        desk.call.set_note("important")
        await desk.until(lambda: "not safe yet" in desk.call.state.problem)
        desk.contacts.broken = False
        await desk.until(lambda: bool(desk.contacts.drafts))
        assert desk.call.state.problem == ""
        desk.contacts.broken = True
        desk.call.set_note("more")
        await desk.switched(desk.calls.park)
        desk.call.set_note("the next one")
        await desk.until(lambda: "not safe yet" in desk.call.state.problem)
        desk.call.set_note("the next one!")
        assert "not safe yet" in desk.call.state.problem, "it is said as long as it is so"
        desk.contacts.broken = False
        await desk.until(lambda: {draft.note for draft in desk.contacts.drafts.values()} == {"more", "the next one!"})

    play(work)


def test_locked_no_call_is_told_and_what_rang_meanwhile_is_there_afterwards() -> None:
    async def work(desk: Calls) -> None:
        desk.tell("ringing")
        desk.tell("answered")
        await desk.found("Maria Gonzalez")
        desk.call.set_note("hers")
        await desk.switched(desk.calls.park)
        desk.call.set_note("somebody at the desk")
        kept = await desk.calls.suspend()
        looks = len(desk.audit.looks)
        desk.tell("ringing", "2", OTHER)
        desk.tell("hung_up", "1", minutes=4)
        await asyncio.sleep(0.05)
        assert (desk.calls.state.calls, desk.search.state.text, len(desk.audit.looks)) == ((), "", looks)
        assert not [word for word in ("Maria", PHONE, "hers") if word in repr(vars(desk.calls)["_lines"])]
        desk.calls.resume(msgspec.json.decode(msgspec.json.encode(kept)))
        assert desk.call.state.note == "somebody at the desk"
        assert [each.mark for each in desk.calls.state.calls] == ["ended", "ringing", "talking"]
        await desk.until(lambda: desk.open_("ringing").name == "Omar Haddad")
        await desk.switched(desk.calls.next)
        assert (desk.call.state.note, desk.call.state.hung_up) == ("hers", NOW + timedelta(minutes=4))
        await desk.found("Maria Gonzalez")

    play(work)


def test_a_look_that_cannot_be_logged_tells_nobody() -> None:
    async def work(desk: Calls) -> None:
        desk.call.set_note("at work")
        desk.audit.broken = True
        desk.tell("ringing")
        await asyncio.sleep(0.05)
        ringing = desk.open_("ringing")
        assert (ringing.name, ringing.share) == ("", None)

    play(work)
