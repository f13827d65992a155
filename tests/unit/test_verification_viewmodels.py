"""Verifying, revealing and break-glass through the view models: what opens, when, and what the states never hold."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.services import revealing
from app.services.break_glass import Reviews
from app.services.session import Session
from app.tasks import Tasks
from app.viewmodels.call import CallViewModel
from app.viewmodels.glass import ReviewsViewModel
from models.outcomes import Answered, NotPermitted
from models.people import ValuePlace
from models.purposes import BreakGlassRules
from models.verification import Asked, Mandate, Verification
from tests.fakes.contacts import FakeContacts
from tests.fakes.departments import FakeAudit
from tests.fakes.desk import MARIA, PHONE, PLACE, SECRETS, WHY, Desk, play
from tests.fakes.work import FakeWork

pytestmark = pytest.mark.usefixtures("qapp")


def told(desk: Desk) -> str:
    """Everything that the screens were ever given."""
    return repr(desk.states)


def test_nothing_of_the_file_is_in_any_state_before_the_caller_is_verified() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        assert desk.verification.state.level == "anonymous"
        (revenue,) = (each for each in desk.caller.state.departments if each.id == "revenue")
        assert revenue.shut == "verified"
        assert isinstance(revenue.records, Answered)
        assert revenue.records.records == ()
        assert desk.caller.state.records == ()

    assert not [secret for secret in SECRETS if secret in told(play(work))]


def test_right_answers_open_the_file_and_close_the_questions() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        desk.verification.open()
        assert (desk.verification.state.ask, desk.verification.state.source) == ("When were you born?", "Revenue")
        await desk.answered("march 9 1984")
        assert desk.verification.state.level == "verified"
        assert not desk.verification.state.open
        assert [each.title for each in desk.caller.state.records] == ["Property tax"]
        assert desk.caller.state.caller is not None
        assert desk.caller.state.caller.phones == (PHONE,)
        assert desk.search.state.callers[0].birth_date == MARIA.birth_date
        assert desk.caller.state.records[0].fields[0].shut == "reveal"

    desk = play(work)
    assert "march" not in told(desk)
    assert "DE02" not in told(desk)
    assert desk.audit.outcomes[-1] == "birth date: right"


def test_two_wrong_answers_lock_it_and_nothing_opens() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        desk.verification.open()
        await desk.answered("1/1/1999")
        assert desk.verification.state.ask == "Which phone?"
        await desk.answered("999 999 9999")
        state = desk.verification.state
        assert (state.ended, state.ask, state.level) == ("locked", "", "anonymous")
        assert [each.right for each in state.asked] == [False, False]
        desk.verification.answer("march 9 1984")
        await asyncio.sleep(0.02)
        assert desk.caller.state.records == ()

    desk = play(work)
    assert not [secret for secret in SECRETS if secret in told(desk)]
    assert [look.kind for look in desk.audit.looks].count("verification") == 2


def test_what_is_typed_into_the_search_meanwhile_is_no_question() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened("maria gonzalez 3/9/1984")
        desk.verification.open()
        assert desk.verification.state.ask == "Which phone?"
        await desk.answered(None)
        assert desk.verification.state.ask == "Which house?"
        assert [each.right for each in desk.verification.state.asked] == [None]

    play(work)


def test_an_answer_that_cannot_be_logged_is_not_weighed() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        desk.verification.open()
        desk.audit.broken = True
        desk.verification.answer("3/9/1984")
        await desk.until(lambda: bool(desk.verification.state.problem))
        assert "Not weighed" in desk.verification.state.problem
        assert desk.verification.state.level == "anonymous"
        desk.audit.broken = False
        await desk.answered("3/9/1984")
        assert desk.verification.state.level == "verified"

    play(work)


def test_another_contact_begins_at_the_bottom() -> None:
    async def work(desk: Desk) -> None:
        await desk.verified()
        desk.search.clear()
        desk.verification.next_contact()
        assert desk.verification.state.caller == ""
        await desk.opened()
        assert desk.verification.state.level == "anonymous"
        assert desk.caller.state.records == ()

    play(work)


def test_somebody_who_acts_for_another_needs_a_name_and_a_ground() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        desk.verification.act_for("", "Court order")
        assert "who calls" in desk.verification.state.problem
        desk.verification.act_for("Ana", "she said so")
        assert desk.verification.state.mandate is None
        desk.verification.act_for(" Ana  Gonzalez ", "Court order")
        await desk.until(lambda: desk.verification.state.mandate is not None)
        kept = desk.verification.kept()
        assert kept.mandate is not None
        assert (kept.mandate.name, kept.mandate.ground) == ("Ana Gonzalez", "Court order")
        desk.verification.act_for_themselves()
        await desk.until(lambda: desk.verification.state.mandate is None)

    assert play(work).audit.outcomes[-2:] == ["acts for another: Court order", "acts for themselves"]


def test_at_their_own_files_nobody_is_asked_anything() -> None:
    async def work(desk: Desk) -> None:
        desk.give_reason("Own files")
        await desk.opened()
        assert desk.verification.state.caller == ""
        assert "Property tax" in [each.title for each in desk.caller.state.records]
        desk.give_reason("Inquiry about something")
        assert desk.caller.state.records == ()
        assert desk.verification.state.caller

    play(work)


def test_the_reason_of_the_call_decides_which_departments_are_asked() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        outcomes = {each.id: each.outcome for each in desk.search.state.departments}
        assert isinstance(outcomes["requests"], NotPermitted)
        desk.give_reason("Both")
        await desk.until(lambda: isinstance(desk.search.state.departments[0].outcome, Answered))
        await desk.until(lambda: len(desk.search.state.callers[0].members) == 2)
        desk.give_reason("Pothole")
        await desk.until(lambda: isinstance(desk.search.state.departments[1].outcome, NotPermitted))
        await desk.until(lambda: desk.audit.looks[-1].purpose == "Streets")
        tabs = {each.id: each.records for each in desk.caller.state.departments}
        assert isinstance(tabs["revenue"], NotPermitted)

    assert {look.purpose for look in play(work).audit.looks} >= {"Inquiry", "Both", "Streets"}


def test_reveal_is_one_field_logged_first_and_masked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.viewmodels.caller.SECONDS", 0.05)
    assert revealing.SECONDS == 30

    async def work(desk: Desk) -> None:
        await desk.verified()
        desk.caller.reveal(PLACE, "It is asked")
        assert desk.caller.state.revealed is None
        await desk.until(lambda: desk.caller.state.revealed is not None)
        assert desk.caller.state.revealed is not None
        assert desk.caller.state.revealed.value == "DE02 1203"
        assert desk.audit.looks[-1].kind == "reveal"
        assert desk.audit.looks[-1].subjects == (MARIA.ref,)
        assert desk.audit.outcomes[-1] == "Bank: It is asked"
        assert "DE02" not in repr(desk.caller.state.records)
        await desk.until(lambda: desk.caller.state.revealed is None)

    play(work)


def test_a_reveal_that_cannot_be_logged_is_refused() -> None:
    async def work(desk: Desk) -> None:
        await desk.verified()
        desk.audit.broken = True
        desk.caller.reveal(PLACE, "It is asked")
        await desk.until(lambda: bool(desk.caller.state.problem))
        assert desk.caller.state.revealed is None

    assert "DE02" not in told(play(work))


@pytest.mark.parametrize(
    "place", [PLACE, ValuePlace("revenue", "TB1", "Sum"), ValuePlace("revenue", "TB2", "Bank"), ValuePlace("", "revenue/1", "address")]
)
def test_what_is_not_there_to_be_revealed_is_not(place: ValuePlace) -> None:
    async def work(desk: Desk) -> None:
        await (desk.opened() if place == PLACE else desk.verified())
        desk.caller.reveal(place, "It is asked")
        await asyncio.sleep(0.02)
        assert desk.caller.state.revealed is None

    assert [look.kind for look in play(work).audit.looks].count("reveal") == 0


def test_what_was_revealed_goes_with_the_caller_and_is_copied_only_when_logged() -> None:
    async def work(desk: Desk) -> None:
        await desk.verified()
        copied: list[str] = []
        desk.caller.copied.connect(copied.append)
        desk.caller.copy_revealed()
        desk.caller.reveal(PLACE, "It is asked")
        await desk.until(lambda: desk.caller.state.revealed is not None)
        desk.caller.copy_revealed()
        await desk.until(lambda: copied == ["DE02 1203"])
        assert desk.audit.outcomes[-1] == "copied"
        desk.search.clear()
        assert desk.caller.state.revealed is None
        desk.caller.copy_revealed()
        await asyncio.sleep(0.02)
        assert copied == ["DE02 1203"]

    play(work)


def test_break_glass_opens_at_once_and_ends_with_everything_shut() -> None:
    async def work(desk: Desk) -> None:
        await desk.opened()
        desk.glass.start("short")
        assert "at least 20 letters" in desk.glass.state.problem
        desk.glass.start(WHY)
        await desk.until(lambda: desk.glass.state.until > 0)
        assert "Property tax" in [each.title for each in desk.caller.state.records]
        await desk.until(lambda: len(desk.search.state.callers[0].members) == 2)
        assert {look.purpose for look in desk.audit.looks[-2:]} == {"Break-glass"}
        desk.glass.end()
        await desk.until(lambda: desk.glass.state.until == 0)
        assert desk.caller.state.records == ()

    desk = play(work)
    assert "ended" in desk.audit.outcomes
    assert [item.detail for item in desk.work.all] == [WHY]


def test_supervisors_note_what_they_make_of_it() -> None:
    async def work() -> None:
        tasks, work, audit = Tasks(), FakeWork(), FakeAudit()
        await work.add("break-glass review", "areyes, agent", WHY)
        work.actor = "rpham"
        model = ReviewsViewModel(Reviews(Session("rpham", "supervisor"), BreakGlassRules(), audit, work), tasks)
        model.load()
        await asyncio.sleep(0.01)
        model.seen(1, "  ")
        assert "Note what you make" in model.state.problem
        model.seen(1, "right  to do")
        await asyncio.sleep(0.01)
        assert (model.state.items[0].note, model.state.problem) == ("right to do", "")
        model.seen(1, "again")
        work.all[0] = msgspec.structs.replace(work.all[0], done=None, made_by="rpham")
        model.load()
        await asyncio.sleep(0.01)
        model.seen(1, "my own")
        await asyncio.sleep(0.01)
        assert "Somebody else" in model.state.problem
        await tasks.close()

    asyncio.run(work())


def test_a_contact_keeps_method_and_outcome_and_brings_failures_back() -> None:
    kept = Verification("verified", (Asked("birth date", True), Asked("phone", False)), Mandate("Ana", "Court order"))
    contacts = FakeContacts()

    async def work() -> None:
        tasks = Tasks()
        call = CallViewModel(("Tax",), contacts, tasks, lambda: "", lambda: kept)
        restored: list[Verification] = []
        reasons: list[str] = []
        call.restored, call.reasoned = restored.append, reasons.append
        await asyncio.sleep(0.01)
        call.verified()
        call.set_reason("Tax")
        await asyncio.sleep(0.3)
        assert [draft.verification for draft in contacts.drafts.values()] == [kept]
        again = CallViewModel(("Tax",), contacts, tasks, lambda: "")
        again.restored, again.reasoned = restored.append, reasons.append
        again.resume(msgspec.to_builtins(next(iter(contacts.drafts.values()))))
        assert restored == [kept]
        assert reasons == ["Tax", "Tax"]
        call.set_outcome("resolved")
        call.save()
        await asyncio.sleep(0.05)
        assert contacts.saved[-1].verification == kept
        assert reasons[-1] == ""
        await tasks.close()

    asyncio.run(work())
