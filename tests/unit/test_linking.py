"""What staff decide by hand is kept, counts for more than the machine, is logged first, and can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.services.identity import ByHand, Joiner
from app.services.linking import Linking, by_hand, disagreements
from models.links import Link, LinkKind
from models.people import Caller, Person, SubjectRef
from models.query import SearchQuery
from models.store.store import Store
from tests.fakes.departments import FakeAsker, FakeAudit, person

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EVERYBODY = SearchQuery(reference="everybody")
HOME, PHONE = "2210 N Clark St 60614", "(312) 555-0142"
MARIA = person("revenue", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)
AGAIN = person("permits", "2", "Maria Gonzalez", "1984-03-09", PHONE, HOME)
JOSE = person("cases", "3", "Jose Gonzalez", "1982-01-01", PHONE, HOME)
FAR = person("library", "4", "M Novak", "", "", "9 Elm St 60601")


def link(kind: LinkKind, ones: Iterable[Person], others: Iterable[Person], number: int = 1) -> Link:
    return Link(number, kind, tuple(p.ref for p in ones), tuple(p.ref for p in others), "they said so", NOW, "rpham")


def groups(decided: ByHand, people: list[Person]) -> set[frozenset[str]]:
    found = set()
    for order in (people, people[::-1]):
        joiner = Joiner(EVERYBODY, by_hand=decided)
        for there in range(1, len(order) + 1):
            callers = joiner.join(order[:there]).callers
        found.add(frozenset(frozenset(member.ref.id for member in caller.members) for caller in callers))
    (same,) = found
    return set(same)


def test_the_machine_alone() -> None:
    assert groups({}, [MARIA, AGAIN, JOSE, FAR]) == {frozenset("12"), frozenset("3"), frozenset("4")}


def test_what_is_parted_stays_parted() -> None:
    decided = by_hand([link("part", [AGAIN], [MARIA])])
    assert groups(decided, [MARIA, AGAIN]) == {frozenset("1"), frozenset("2")}


def test_what_is_linked_is_together_whatever_speaks_against_it() -> None:
    decided = by_hand([link("link", [MARIA, AGAIN], [JOSE]), link("link", [FAR], [JOSE], 2)])
    assert groups(decided, [MARIA, AGAIN, JOSE, FAR]) == {frozenset("1234")}


def test_a_parting_by_hand_is_told() -> None:
    decided = by_hand([link("part", [AGAIN], [MARIA])])
    assert [caller.why for caller in Joiner(EVERYBODY, by_hand=decided).join([MARIA, AGAIN]).callers] == [("parted by hand",)] * 2


def test_a_link_by_hand_is_told() -> None:
    decided = by_hand([link("link", [MARIA], [FAR])])
    (found,) = Joiner(EVERYBODY, by_hand=decided).join([MARIA, FAR]).callers
    assert found.match == "certain"
    assert found.why[0] == "linked by hand"
    assert all("same  " not in why for why in found.why)


def test_the_newest_decision_counts() -> None:
    decided = by_hand([link("part", [AGAIN], [MARIA], 2), link("link", [AGAIN], [MARIA], 1)])
    assert groups(decided, [MARIA, AGAIN]) == {frozenset("1"), frozenset("2")}


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    with Store.open(tmp_path) as opened:
        yield opened


def test_decisions_are_kept_with_who_when_and_why(store: Store) -> None:
    kept = store.links.add("part", [AGAIN.ref], [MARIA.ref], "her cousin", "rpham", NOW)
    assert store.links.standing() == (kept,)
    assert (kept.kind, kept.reason, kept.made_by, kept.made) == ("part", "her cousin", "rpham", NOW)
    assert store.links.undo(kept.id, "jdoe", NOW)
    assert store.links.standing() == ()
    assert not store.links.undo(kept.id, "jdoe", NOW), "it stands no more"


def test_a_newer_decision_on_the_same_records_replaces_the_older(store: Store) -> None:
    store.links.add("part", [AGAIN.ref], [MARIA.ref], "her cousin", "rpham", NOW)
    other = store.links.add("part", [FAR.ref], [JOSE.ref], "another", "rpham", NOW)
    newer = store.links.add("link", [MARIA.ref], [AGAIN.ref], "herself", "rpham", NOW)
    assert store.links.standing() == (other, newer)


class Keeper:
    """Decisions in a list."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, tuple[SubjectRef, ...], tuple[SubjectRef, ...], str]] = []
        self.undone: list[int] = []

    async def standing(self) -> tuple[Link, ...]:
        return (link("link", [MARIA], [AGAIN]), link("part", [JOSE], [FAR], 2))

    async def add(self, kind: LinkKind, ones: Iterable[SubjectRef], others: Iterable[SubjectRef], reason: str) -> Link:
        self.kept.append((kind, tuple(ones), tuple(others), reason))
        return link(kind, [MARIA], [AGAIN])

    async def undo(self, number: int) -> bool:
        self.undone.append(number)
        return True


def caller(*people: Person) -> Caller:
    found = Joiner(EVERYBODY, by_hand=by_hand([link("link", people, people)])).join(people).callers
    assert len(found) == 1
    return found[0]


def test_every_decision_is_logged_before_it_is_kept() -> None:
    keeper, audit = Keeper(), FakeAudit()
    linking = Linking(keeper, audit, FakeAsker())

    async def work() -> None:
        await linking.link(caller(MARIA, AGAIN), caller(JOSE), "they said so")
        await linking.part(caller(MARIA, AGAIN), AGAIN.ref, "a cousin")
        await linking.undo((await linking.standing([FAR.ref]))[0])

    asyncio.run(work())
    assert [look.kind for look in audit.looks] == ["link", "part", "unlink"]
    assert set(audit.looks[0].subjects) == {MARIA.ref, AGAIN.ref, JOSE.ref}
    assert keeper.kept == [
        ("link", (AGAIN.ref, MARIA.ref), (JOSE.ref,), "they said so"),
        ("part", (AGAIN.ref,), (MARIA.ref,), "a cousin"),
    ]
    assert keeper.undone == [2]


def test_departments_that_differ_are_told_with_what_each_says() -> None:
    moved = person("permits", "2", "María González", "1984-03-09", PHONE, "17 Elm Street 60601")
    both = caller(MARIA, moved)
    (differing,) = disagreements(both, both)
    assert (differing.fact, [(said.department, said.value) for said in differing.said]) == (
        "address",
        [("permits", "17 Elm Street 60601"), ("revenue", HOME)],
    ), "an accent is no other spelling"
    hidden = Caller(both.key, both.name, None, (HOME,), both.phones, (), both.match, (), both.members)
    assert disagreements(both, hidden) == (), "what may not be seen is not told here either"
