"""Work items and verifications in the store, as they were put there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from models.contacts import ContactDraft, Inquiry
from models.store.store import Store
from models.verification import Asked, Mandate, Verification
from models.work import CALL_BACKS, HANDED_OVER, REVIEW

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
KEPT = Verification("verified", (Asked("birth date", True), Asked("permit", None)), Mandate("Ana", "Court order"), True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as opened:
        yield opened


def test_what_waits_comes_first_the_oldest_before_the_others(store: Store) -> None:
    first, second, third = (store.work.add(REVIEW, f"who {at}", "why", "ann", NOW + timedelta(minutes=at)) for at in range(3))
    store.work.add("another", "x", "x", "ann", NOW)
    assert store.work.finish(first.id, "bob", "fine", NOW + timedelta(hours=1))
    assert [item.id for item in store.work.items(REVIEW, 10)] == [second.id, third.id, first.id]
    assert [item.id for item in store.work.items(REVIEW, 1)] == [second.id]
    done = store.work.items(REVIEW, 10)[-1]
    assert (done.done, done.done_by, done.note, done.made) == (NOW + timedelta(hours=1), "bob", "fine", NOW)


def test_an_item_is_done_once_and_by_somebody_else(store: Store) -> None:
    item = store.work.add(REVIEW, "who", "why", "ann", NOW)
    assert not store.work.finish(item.id, "ann", "my own", NOW)
    assert store.work.finish(item.id, "bob", "fine", NOW)
    assert not store.work.finish(item.id, "cleo", "late", NOW)
    assert not store.work.finish(item.id + 1, "bob", "there is none", NOW)
    assert store.work.items(REVIEW, 10)[0].done_by == "bob"


def test_how_a_caller_was_verified_is_kept_with_draft_and_contact(store: Store) -> None:
    draft = ContactDraft(NOW, (Inquiry("Tax", "resolved"),), verification=KEPT)
    assert msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(draft))), ContactDraft) == draft
    saved = store.contacts.save("ann", draft, NOW)
    assert saved.verification == KEPT
    assert store.contacts.recent("ann", 5)[0].verification == KEPT


def test_what_waits_for_somebody_comes_by_its_due_time(store: Store) -> None:
    late = store.work.add(CALL_BACKS, "late", "", "ann", NOW, due=NOW + timedelta(hours=3), whom="bob")
    soon = store.work.add(CALL_BACKS, "soon", "", "ann", NOW, due=NOW + timedelta(hours=1), whom="role:agent", sealed=b"\0x")
    own = store.work.add(HANDED_OVER, "own", "", "bob", NOW, whom="cleo")
    store.work.add(HANDED_OVER, "another's", "", "ann", NOW, whom="cleo")
    store.work.add(REVIEW, "review", "", "ann", NOW, whom="bob")
    found = store.work.waiting((CALL_BACKS, HANDED_OVER), ("bob", "role:agent"), 10)
    assert [item.id for item in found] == [own.id, soon.id, late.id]
    assert found[1] == soon
    assert not store.work.finish(own.id, "bob", "", NOW)
    assert store.work.finish(own.id, "bob", "", NOW, own=True)
    assert [item.id for item in store.work.waiting((HANDED_OVER,), ("bob",), 10)] == []
