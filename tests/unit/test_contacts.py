"""Contacts: drafts that are found again, and wrap-ups that are kept once; on the real store and on its fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.contacts import Contacts
from models.contacts import Contact, ContactDraft
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.store.store import Store
from tests.fakes.store import FakeContactRows

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MEMBERS = (SubjectRef("revenue", "17"), SubjectRef("library", "L-4"), SubjectRef("permits", "17"))
DRAFT = ContactDraft(START, "Parking", "resolved", "moved in May", "o'neill 1984", "Nóra O'Neill", MEMBERS)


class Clock:
    def __init__(self) -> None:
        self.time = START + timedelta(minutes=4)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path, patience=0.2) as opened:
        yield opened


@pytest.fixture(params=["store", "fake"])
def contacts(request: pytest.FixtureRequest) -> Contacts:
    return Contacts(FakeContactRows() if request.param == "fake" else request.getfixturevalue("store").contacts, Clock())


def test_a_draft_is_found_again_as_it_was(contacts: Contacts) -> None:
    assert contacts.draft("ann") is None
    contacts.keep_draft("ann", ContactDraft(START))
    contacts.keep_draft("ann", DRAFT)
    contacts.keep_draft("bob", ContactDraft(START, note="another's"))
    assert contacts.draft("ann") == DRAFT
    contacts.discard_draft("ann")
    contacts.discard_draft("ann")
    assert contacts.draft("ann") is None
    assert contacts.draft("bob") == ContactDraft(START, note="another's")


def test_saving_keeps_the_contact_and_ends_the_draft(contacts: Contacts) -> None:
    contacts.keep_draft("ann", DRAFT)
    contacts.keep_draft("bob", DRAFT)
    saved = contacts.save(DRAFT, "ann")
    ended = START + timedelta(minutes=4, seconds=3)
    assert saved == Contact(saved.id, "ann", START, ended, "Parking", "resolved", "moved in May", "Nóra O'Neill", MEMBERS)
    assert contacts.draft("ann") is None
    assert contacts.draft("bob") == DRAFT
    assert contacts.recent("ann", 5) == (saved,)


def test_recent_contacts_are_the_actors_own_newest_first(contacts: Contacts) -> None:
    saved = [contacts.save(ContactDraft(START, note=str(number), members=MEMBERS[:number]), "ann") for number in range(4)]
    contacts.save(DRAFT, "bob")
    assert contacts.recent("ann", 3) == (saved[3], saved[2], saved[1])
    assert contacts.recent("ann", 0) == ()
    assert contacts.recent("eve", 3) == ()


def test_a_clock_set_back_ends_no_contact_before_it_began(contacts: Contacts) -> None:
    late = START + timedelta(days=1)
    assert contacts.save(ContactDraft(late), "ann").ended == late


def test_a_contact_that_cannot_be_saved_keeps_its_draft(store: Store) -> None:
    contacts = Contacts(store.contacts)
    contacts.keep_draft("ann", DRAFT)
    with store._database.writing() as connection:  # the last step of saving fails, as a full disk may make it
        connection.execute(text("CREATE TRIGGER no BEFORE DELETE ON drafts BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreUnavailable, match="can't be used now"):
        contacts.save(DRAFT, "ann")
    assert contacts.recent("ann", 5) == ()
    assert contacts.draft("ann") == DRAFT


def test_the_time_is_now_unless_told(store: Store) -> None:
    before = datetime.now(UTC)
    saved = Contacts(store.contacts).save(ContactDraft(before), "ann")
    assert before <= saved.ended <= datetime.now(UTC)
