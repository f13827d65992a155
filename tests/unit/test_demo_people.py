"""Springvale's people: the same from one seed, with every kind of dirt that real registers have."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice

import pytest

from resources.demo.dirt import Habits, known, misspell, phone_as_written
from resources.demo.people import Numbers, Resident, residents
from resources.demo.story import FATHER, LENA, LUKAS, MARIA, NAMESAKE, SON
from resources.demo.text import digits, fold


@pytest.fixture(scope="module")
def people() -> list[Resident]:
    return list(residents(5_000, 1))


def test_one_seed_gives_one_city(people: list[Resident]) -> None:
    assert list(residents(5_000, 1)) == people
    assert list(residents(5_000, 2)) != people


def test_more_people_are_added_behind_the_others(people: list[Resident]) -> None:
    more = list(islice(residents(6_000, 1), 4_990))
    assert [(each.number, each.given, each.family, each.birth) for each in more] == [
        (each.number, each.given, each.family, each.birth) for each in people[:4_990]
    ]


def test_everybody_has_a_number_of_their_own(people: list[Resident]) -> None:
    assert [each.number for each in people] == list(range(1, 5_001))


def test_the_story_comes_first(people: list[Resident]) -> None:
    named = {each.number: each for each in people[:10]}
    assert named[MARIA].home == named[NAMESAKE].home
    assert named[MARIA].birth != named[NAMESAKE].birth
    assert (named[LENA].birth, named[LENA].home) == (named[LUKAS].birth, named[LUKAS].home)
    assert (named[FATHER].given, named[FATHER].family) == (named[SON].given, named[SON].family)
    assert named[FATHER].birth.year + 20 < named[SON].birth.year


def test_there_are_twins_and_parents_with_children_of_one_name(people: list[Resident]) -> None:
    houses = _by(people, lambda each: (each.home, each.family))
    twins = namesakes = 0
    for household in houses.values():
        twins += any(times > 1 for times in Counter(each.birth for each in household).values())
        namesakes += any(times > 1 for times in Counter(each.given for each in household).values())
    assert twins >= 5
    assert namesakes >= 5


def test_mail_and_phones_reach_nobody_outside(people: list[Resident]) -> None:
    assert all(each.email.endswith(".example") for each in people if each.email)
    phones = [each.phone for each in people[10:] if each.phone]
    assert all(phone[3:6] == "555" and len(phone) == 10 for phone in phones)
    twice = [phone for phone, times in Counter(phones).items() if times > 1]
    assert twice == []


def test_phone_numbers_go_round_all_of_an_area_first() -> None:
    numbers = Numbers()
    drawn = [numbers.draw() for _ in range(20_000)]
    assert len(set(drawn)) == 20_000
    assert {number[:3] for number in drawn[:9_800]} == {"312"}


def test_names_have_letters_of_many_languages(people: list[Resident]) -> None:
    foreign = {each.family for each in people if not each.family.isascii()}
    assert len(foreign) > 30
    assert all(fold(name).isascii() and fold(name) for name in foreign)


def test_departments_know_people_wrongly(people: list[Resident]) -> None:
    rng = random.Random(5)
    pairs = [(each, known(each, "permits", Habits(), rng)) for each in people[10:]]
    moved = sum(view.home == each.former_home for each, view in pairs)
    married = sum(view.family == each.former_family for each, view in pairs)
    swapped = sum((view.given, view.family) == (each.family, each.given) for each, view in pairs)
    unborn = sum(view.birth is None for _, view in pairs)
    misspelt = sum(view.family not in (each.family, each.former_family, each.given) for each, view in pairs)
    for found, least in ((moved, 100), (married, 50), (swapped, 15), (unborn, 100), (misspelt, 100)):
        assert least <= found <= len(pairs) / 5


def test_a_misspelling_keeps_the_first_two_letters() -> None:
    rng = random.Random(3)
    for name in ("Gonzalez", "Kowalczyk", "O'Brien", "Nguyen", "Müller", "Dvořák"):
        wrong = {misspell(name, rng) for _ in range(30)}
        assert wrong - {name}
        assert all(each.startswith(name[:2]) for each in wrong)


def test_phones_are_written_in_several_ways() -> None:
    rng = random.Random(1)
    written = {phone_as_written("3125550142", rng) for _ in range(100)}
    assert len(written) == 6
    assert {digits(each)[-10:] for each in written} == {"3125550142"}
    assert phone_as_written("", rng) == ""


def _by(people: Iterable[Resident], key: object) -> dict[object, list[Resident]]:
    groups: dict[object, list[Resident]] = defaultdict(list)
    for each in people:
        groups[key(each)].append(each)  # type: ignore[operator]
    return groups
