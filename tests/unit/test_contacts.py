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
from models.contacts import Contact, ContactDraft, Inquiry
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.store.store import Store
from tests.fakes.store import FakeContactRows

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MEMBERS = (SubjectRef("revenue", "17"), SubjectRef("library", "L-4"), SubjectRef("permits", "17"))
INQUIRIES = (Inquiry("Parking", "resolved", "permits"), Inquiry("Dog tax", "call_back"))
DRAFT = ContactDraft(START, INQUIRIES, 1, "moved in May", "o'neill 1984", "Nóra O'Neill", MEMBERS, id="a1", channel="letter", tab="permits")
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


def test_drafts_are_found_again_as_they_were(contacts: Contacts) -> None:
    assert contacts.drafts("ann") == ()
    other = ContactDraft(START, note="another call", id="b2")
    contacts.keep_draft("ann", ContactDraft(START, id="a1"))
    contacts.keep_draft("ann", other)
    contacts.keep_draft("ann", DRAFT)
    contacts.keep_draft("bob", ContactDraft(START, note="another's", id="a1"))
    assert contacts.drafts("ann") == (DRAFT, other)
    contacts.save(DRAFT, "ann")
    assert contacts.drafts("ann") == (other,)
    assert contacts.drafts("bob") == (ContactDraft(START, note="another's", id="a1"),)


def test_a_draft_of_a_version_with_one_inquiry_is_read(store: Store) -> None:
    before = b'{"started": "2026-11-24T09:00:00Z", "reason": "Parking", "outcome": "resolved", "note": "moved"}'
    store.contacts.keep_draft("ann", "", SEALER.seal(before, "ann"), START)
    assert Contacts(store.contacts, SEALER).drafts("ann") == (ContactDraft(START, (Inquiry("Parking", "resolved"),), note="moved"),)


def test_saving_keeps_the_contact_and_ends_the_draft(contacts: Contacts) -> None:
    contacts.keep_draft("ann", DRAFT)
    contacts.keep_draft("bob", DRAFT)
    saved = contacts.save(DRAFT, "ann")
    ended = START + timedelta(minutes=4, seconds=3)
    assert saved == Contact(saved.id, "ann", START, ended, INQUIRIES, "moved in May", "Nóra O'Neill", MEMBERS, channel="letter")
    assert contacts.drafts("ann") == ()
    assert contacts.drafts("bob") == (DRAFT,)
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


def test_a_contact_knows_how_long_it_took() -> None:
    ended = START + timedelta(minutes=6)
    contact = Contact(1, "ann", START, ended, INQUIRIES, "", hung_up=START + timedelta(minutes=4))
    assert (contact.handle_time, contact.after_call_time) == (timedelta(minutes=6), timedelta(minutes=2))
    assert Contact(1, "ann", START, ended, INQUIRIES, "").after_call_time == timedelta()
    assert (contact.outcome, contact.anonymous) == ("call_back", True)


def test_no_contact_ends_before_its_hang_up(contacts: Contacts) -> None:
    late = START + timedelta(days=1)
    assert contacts.save(ContactDraft(START, hung_up=late), "ann").after_call_time == timedelta()


def test_contacts_about_a_person_are_those_of_all_staff(contacts: Contacts) -> None:
    first = contacts.save(ContactDraft(START, INQUIRIES, members=MEMBERS[:1]), "ann")
    second = contacts.save(ContactDraft(START, members=MEMBERS), "bob")
    contacts.save(ContactDraft(START, members=(SubjectRef("revenue", "18"), SubjectRef("permits", "L-4"))), "bob")
    contacts.save(ContactDraft(START), "ann")
    assert contacts.about(MEMBERS, START) == (second, first)
    assert contacts.about(MEMBERS[:1], START) == (second, first)
    assert contacts.about(MEMBERS, second.ended) == (second,)
    assert contacts.about((), START) == ()


def test_a_contact_that_cannot_be_saved_keeps_its_draft(store: Store) -> None:
    contacts = Contacts(store.contacts, SEALER)
    contacts.keep_draft("ann", DRAFT)
    with store._database.writing() as connection:  # the last step of saving fails, as a full disk may make it
        connection.execute(text("CREATE TRIGGER no BEFORE DELETE ON drafts BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreUnavailable, match="can't be used now"):
        contacts.save(DRAFT, "ann")
    assert contacts.recent("ann", 5) == ()
    assert contacts.drafts("ann") == (DRAFT,)


def test_the_time_is_now_unless_told(store: Store) -> None:
    before = datetime.now(UTC)
    saved = Contacts(store.contacts, SEALER).save(ContactDraft(before), "ann")
    assert before <= saved.ended <= datetime.now(UTC)


@pytest.mark.parametrize("typed", ["half \ud83d a pair", "nul \0", "\U0001f600 ź \u202e", "x" * 100_000])
def test_a_draft_holds_any_text(contacts: Contacts, typed: str) -> None:
    every = ContactDraft(START, (Inquiry(typed, "resolved", typed),), 0, typed, typed, typed, (SubjectRef("revenue", typed),), number=typed)
    contacts.keep_draft("ann", every)
    assert contacts.drafts("ann") == (every,)


def test_nothing_of_a_draft_is_in_the_files(store: Store, tmp_path: Path) -> None:
    contacts = Contacts(store.contacts, SEALER)
    contacts.keep_draft("ann", DRAFT)
    before_closing = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()
    for content in (before_closing, b"".join(path.read_bytes() for path in tmp_path.iterdir())):
        assert b"ann" in content
        for text_ in (DRAFT.note, DRAFT.query, DRAFT.caller_name, DRAFT.inquiries[0].subject, "L-4"):
            assert text_.encode() not in content


def test_the_same_draft_is_never_sealed_alike(store: Store) -> None:
    contacts, sealed = Contacts(store.contacts, SEALER), set()
    for _ in range(3):
        contacts.keep_draft("ann", DRAFT)
        sealed.add(store.contacts.drafts("ann")["a1"])
    assert len(sealed) == 3


@pytest.mark.parametrize("how", ["another key", "another actor's", "changed", "cut", "empty"])
def test_a_seal_that_does_not_fit_is_told(store: Store, how: str) -> None:
    contacts = Contacts(store.contacts, SEALER)
    contacts.keep_draft("ann", DRAFT)
    kept = store.contacts.drafts("ann")["a1"]
    if how == "another key":
        contacts = Contacts(store.contacts, Sealer(lambda: bytes(32)))
    elif how == "another actor's":
        store.contacts.keep_draft("bob", "a1", kept, START)
    else:
        store.contacts.keep_draft("ann", "a1", {"changed": kept[:-1] + b"x", "cut": kept[:9], "empty": b""}[how], START)
    with pytest.raises(SealBroken, match="can't be opened any more"):
        contacts.drafts("bob" if how == "another actor's" else "ann")
    contacts.keep_draft("ann", DRAFT)
    assert contacts.drafts("ann") == (DRAFT,)


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
    assert contacts.drafts("ann") == (DRAFT,), "the key is asked once"
    sealer.forget()
    with pytest.raises(StoreUnavailable, match="The keyring is locked"):
        contacts.drafts("ann")
