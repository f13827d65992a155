"""A contact that is saved without a note gets the one that can be drafted; what was typed is kept as it is."""

from __future__ import annotations

import asyncio

import pytest

from app.tasks import Tasks
from app.viewmodels.call import CallViewModel
from tests.fakes.contacts import FakeContacts

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(("typed", "kept"), [("", "Tax: resolved."), (" \n", "Tax: resolved."), ("typed", "typed")])
def test_saved_without_a_note(typed: str, kept: str) -> None:
    contacts = FakeContacts()

    async def run() -> None:
        tasks = Tasks()
        call = CallViewModel(("Tax",), contacts, tasks, str)

        async def drafted() -> str:
            return f"{call.state.inquiry.subject}: {call.state.inquiry.outcome}."

        call.drafted = drafted
        call.set_reason("Tax")
        call.set_outcome("resolved")
        call.set_note(typed)
        call.save()
        for _ in range(300):
            if contacts.saved:
                break
            await asyncio.sleep(0.01)
        await tasks.close()

    asyncio.run(run())
    assert [draft.note for draft in contacts.saved] == [kept]


def test_the_drafted_note_comes_to_the_screen_and_to_the_disk() -> None:
    contacts = FakeContacts()

    async def run() -> None:
        tasks = Tasks()
        call = CallViewModel(("Tax",), contacts, tasks, str)
        before = call.state.revision
        call.draft_note("Tax: resolved.")
        assert (call.state.note, call.state.revision) == ("Tax: resolved.", before + 1)
        call.draft_note("Tax: resolved.")
        assert call.state.revision == before + 1
        for _ in range(300):
            if contacts.drafts:
                break
            await asyncio.sleep(0.01)
        await tasks.close()

    asyncio.run(run())
    assert [draft.note for draft in contacts.drafts.values()] == ["Tax: resolved."]
