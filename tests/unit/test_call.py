"""This call: what is typed is kept at every pause, wrapped up once, and lost by nothing."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.tasks import Tasks
from app.viewmodels.call import CallViewModel
from models.contacts import Inquiry
from models.people import Caller
from tests.fakes.contacts import FakeContacts
from tests.fakes.departments import person

pytestmark = pytest.mark.usefixtures("qapp")

MARIA_ALONE = Caller("m", "Maria Gonzalez", None, (), (), (), "single", (), (person("revenue", "1", "Maria Gonzalez"),))


def call_model(contacts: FakeContacts, tasks: Tasks) -> CallViewModel:
    return CallViewModel(("Tax", "Moving"), contacts, tasks, lambda: "maria")


def test_what_is_typed_is_kept_and_found_again() -> None:
    contacts = FakeContacts()

    async def work() -> None:
        tasks = Tasks()
        call = call_model(contacts, tasks)
        await asyncio.sleep(0)
        call.set_note("explained the remi")
        call.set_note("explained the reminder")
        call.set_reason("Tax")
        await asyncio.sleep(0.4)
        await tasks.close()
        again = Tasks()
        reopened = call_model(contacts, again)
        (draft,) = await contacts.restore()
        reopened.resume(msgspec.to_builtins(draft))
        assert reopened.state.note == "explained the reminder"
        assert reopened.state.inquiry.subject == "Tax"
        assert reopened.key == draft.id
        await again.close()

    asyncio.run(work())


def test_saving_wants_an_outcome_and_a_reason_and_then_clears() -> None:
    contacts = FakeContacts()

    async def work() -> None:
        tasks = Tasks()
        call = call_model(contacts, tasks)
        saved = []
        call.saved.connect(lambda: saved.append(1))
        await asyncio.sleep(0.05)
        call.concern(None)
        call.set_note("done")
        call.save()
        assert "how the call ended" in call.state.problem
        call.set_outcome("resolved")
        call.save()
        assert "about" in call.state.problem
        call.set_reason("Tax")
        call.save()
        call.save()  # Ctrl+Enter twice saves once
        await asyncio.sleep(0.05)
        assert saved == [1]
        assert [draft.note for draft in contacts.saved] == ["done"]
        assert call.state.note == ""
        assert call.state.recent[0].outcome == "resolved"
        await tasks.close()

    asyncio.run(work())


def test_each_inquiry_has_its_own_subject_outcome_and_department() -> None:
    contacts, reasons = FakeContacts(), []

    async def work() -> None:
        tasks = Tasks()
        call = call_model(contacts, tasks)
        call.reasoned = reasons.append
        call.concern(MARIA_ALONE)
        call.set_reason("Tax")
        call.set_department("revenue")
        call.add_inquiry()
        call.add_inquiry()  # one that is blank is gone on with
        call.set_reason("Dog tax")
        call.set_outcome("call_back")
        call.set_channel("letter")
        call.save()
        assert call.state.current == 0, "what is missing is on the screen"
        assert call.state.problem == "Choose how inquiry 1 ended: resolved, handed over or call back."
        call.set_outcome("resolved")
        call.add_inquiry()  # nothing comes of it
        call.save()
        await asyncio.sleep(0.05)
        (kept,) = contacts.saved
        assert kept.inquiries == (Inquiry("Tax", "resolved", "revenue"), Inquiry("Dog tax", "call_back"))
        assert (kept.channel, kept.members) == ("letter", (MARIA_ALONE.members[0].ref,))
        assert reasons == ["Tax", "", "Dog tax", "Tax", "", ""]
        await tasks.close()

    asyncio.run(work())


def test_an_anonymous_contact_belongs_to_nobody() -> None:
    contacts = FakeContacts()

    async def work() -> None:
        tasks = Tasks()
        call = call_model(contacts, tasks)
        call.concern(MARIA_ALONE)
        call.set_reason("Tax")
        call.set_outcome("resolved")
        call.set_anonymous(True)
        call.save()
        await asyncio.sleep(0.05)
        assert [(kept.caller_name, kept.members) for kept in contacts.saved] == [("", ())]
        assert not call.state.anonymous
        await tasks.close()

    asyncio.run(work())


def test_a_contact_that_cannot_be_saved_stays_on_the_screen() -> None:
    contacts = FakeContacts()

    async def work() -> None:
        tasks = Tasks()
        call = call_model(contacts, tasks)
        await asyncio.sleep(0.05)
        contacts.broken = True
        call.set_note("important")
        call.set_reason("Tax")
        call.set_outcome("resolved")
        call.save()
        await asyncio.sleep(0.05)
        assert call.state.note == "important"
        assert "Not saved" in call.state.problem
        assert not call.state.saving
        await tasks.close()

    asyncio.run(work())
