"""Contacts: drafts that are found again, and wrap-ups that are kept once; on the real store and on its fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.services.contacts import Contacts
from app.services.credentials import KeyringUnavailable
from app.services.sealing import SealBroken, Sealer
from models.contacts import Contact, ContactDraft
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.store.store import Store
from tests.fakes.store import FakeContactRows

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MEMBERS = (SubjectRef("revenue", "17"), SubjectRef("library", "L-4"), SubjectRef("permits", "17"))
DRAFT = ContactDraft(START, "Parking", "resolved", "moved in May", "o'neill 1984", "Nóra O'Neill", MEMBERS)
SEALER = Sealer(lambda: bytes(range(32)))


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
    return Contacts(FakeContactRows() if request.param == "fake" else request.getfixturevalue("store").contacts, SEALER, Clock())


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
    contacts = Contacts(store.contacts, SEALER)
    contacts.keep_draft("ann", DRAFT)
    with store._database.writing() as connection:  # the last step of saving fails, as a full disk may make it
        connection.execute(text("CREATE TRIGGER no BEFORE DELETE ON drafts BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreUnavailable, match="can't be used now"):
        contacts.save(DRAFT, "ann")
    assert contacts.recent("ann", 5) == ()
    assert contacts.draft("ann") == DRAFT


def test_the_time_is_now_unless_told(store: Store) -> None:
    before = datetime.now(UTC)
    saved = Contacts(store.contacts, SEALER).save(ContactDraft(before), "ann")
    assert before <= saved.ended <= datetime.now(UTC)


@pytest.mark.parametrize("typed", ["half \ud83d a pair", "nul \0", "\U0001f600 ź \u202e", "x" * 100_000])
def test_a_draft_holds_any_text(contacts: Contacts, typed: str) -> None:
    every = ContactDraft(START, typed, "resolved", typed, typed, typed, (SubjectRef("revenue", typed),))
    contacts.keep_draft("ann", every)
    assert contacts.draft("ann") == every


def test_nothing_of_a_draft_is_in_the_files(store: Store, tmp_path: Path) -> None:
    contacts = Contacts(store.contacts, SEALER)
    contacts.keep_draft("ann", DRAFT)
    before_closing = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    for content in (before_closing, b"".join(path.read_bytes() for path in tmp_path.iterdir())):
        assert b"ann" in content
        for text_ in (DRAFT.note, DRAFT.query, DRAFT.caller_name, DRAFT.reason, "L-4"):
            assert text_.encode() not in content


def test_the_same_draft_is_never_sealed_alike(store: Store) -> None:
    contacts, sealed = Contacts(store.contacts, SEALER), set()
    for _ in range(3):
        contacts.keep_draft("ann", DRAFT)
        sealed.add(store.contacts.draft("ann"))
    assert len(sealed) == 3


@pytest.mark.parametrize("how", ["another key", "another actor's", "changed", "cut", "empty"])
def test_a_seal_that_does_not_fit_is_told(store: Store, how: str) -> None:
    contacts = Contacts(store.contacts, SEALER)
    contacts.keep_draft("ann", DRAFT)
    kept = store.contacts.draft("ann") or b""
    if how == "another key":
        contacts = Contacts(store.contacts, Sealer(lambda: bytes(32)))
    elif how == "another actor's":
        store.contacts.keep_draft("bob", kept, START)
    else:
        store.contacts.keep_draft("ann", {"changed": kept[:-1] + b"x", "cut": kept[:9], "empty": b""}[how], START)
    with pytest.raises(SealBroken, match="can't be opened any more"):
        contacts.draft("bob" if how == "another actor's" else "ann")
    contacts.keep_draft("ann", DRAFT)
    assert contacts.draft("ann") == DRAFT


def test_a_keyring_that_does_not_answer_is_told_as_what_hinders_keeping(store: Store) -> None:
    asked = []

    def key() -> bytes:
        asked.append(1)
        if len(asked) != 2:
            raise KeyringUnavailable("The keyring is locked.", "Unlock it.")
        return bytes(32)

    sealer = Sealer(key)
    contacts = Contacts(store.contacts, sealer)
    with pytest.raises(StoreUnavailable, match="The keyring is locked"):
        contacts.keep_draft("ann", DRAFT)
    contacts.keep_draft("ann", DRAFT)
    assert contacts.draft("ann") == DRAFT, "the key is asked once"
    sealer.forget()
    with pytest.raises(StoreUnavailable, match="The keyring is locked"):
        contacts.draft("ann")
