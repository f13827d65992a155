"""One person where there is one, two where there are two: the gate decides, and a wrong join is worse than none."""

from __future__ import annotations

import random
from datetime import date
from itertools import permutations

import pytest

from app.services.identity import compare, join_people, relevance
from app.services.identity.normalise import house_key as home_key
from models.people import Address, Person
from models.query import SearchQuery
from tests.fakes.departments import person

HOME = "2210 N Clark St, Apt 3, Springvale 60614"
PHONE = "(312) 555-0142"
MARIA = person("revenue", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)
QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez")


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("spelt otherwise, another form of the phone", person("permits", "2", "Maria Gonzales", "1984-03-09", "312.555.0142", HOME)),
        ("moved, same phone", person("permits", "2", "Maria Gonzalez", "1984-03-09", PHONE, "1804 W Belmont Ave 60657")),
        ("another phone, same house", person("permits", "2", "Maria González", "1984-03-09", "", "2210 North Clark Street")),
        ("swapped names", person("permits", "2", "Gonzalez Maria", "1984-03-09", PHONE, HOME)),
        ("married, all else the same", person("permits", "2", "Maria Kowalski", "1984-03-09", PHONE, HOME)),
        ("a second family name", person("permits", "2", "Maria Gonzalez-Ruiz", "1984-03-09", PHONE)),
    ],
)
def test_one_person_is_joined_on_two_identifiers(what: str, other: Person) -> None:
    assert compare(MARIA, other).verdict == "same", what
    assert compare(other, MARIA) == compare(MARIA, other)


@pytest.mark.parametrize(
    ("what", "other"),
    [
        ("a namesake under the same roof, another birth date", person("permits", "2", "Maria Gonzalez", "1948-05-01", PHONE, HOME)),
        ("a namesake without birth date", person("permits", "2", "Maria Gonzalez", "", PHONE, HOME)),
        ("a twin", person("permits", "2", "Marta Gonzalez", "1984-03-09", PHONE, HOME)),
        ("a twin brother", person("permits", "2", "Mario Gonzalez", "1984-03-09", PHONE, HOME)),
        ("the spouse at the same phone", person("permits", "2", "Jose Gonzalez", "1982-01-01", PHONE, HOME)),
        ("only the birth date", person("permits", "2", "Maria Gonzalez", "1984-03-09", "(312) 555-9999", "9 Elm St 60601")),
        ("only the phone", person("permits", "2", "Maria Gonzalez", "", PHONE)),
        ("nothing but a name", person("permits", "2", "Maria Gonzalez")),
        ("unknown birth dates do not agree", person("permits", "2", "Maria Gonzalez", "1900-01-01", "", HOME)),
        ("somebody else who lives there now", person("permits", "2", "Lin Chen", "", "", HOME)),
    ],
)
def test_two_people_are_kept_apart(what: str, other: Person) -> None:
    assert compare(MARIA, other).verdict != "same", what


def test_unknown_birth_dates_written_1900_are_not_evidence() -> None:
    one, two = (person(d, "1", "Ann Lee", "1900-01-01", PHONE) for d in ("a", "b"))
    assert compare(one, two).verdict == "maybe"


def test_a_chain_of_likenesses_joins_nobody_over_a_forbidden_pair() -> None:
    father = person("a", "1", "John Smith", "1950-01-01", PHONE, HOME, "john@x.example")
    blank = person("b", "2", "John Smith", "", PHONE, HOME, "john@x.example")
    son = person("c", "3", "John Smith", "1980-01-01", PHONE, HOME, "john@x.example")
    callers = join_people([father, blank, son], SearchQuery(name="john smith", given="john", family="smith"))
    for caller in callers:
        assert len({member.birth_date for member in caller.members} - {None}) <= 1


def test_the_result_does_not_depend_on_the_order_of_answers() -> None:
    people = [
        MARIA,
        person("permits", "2", "Maria Gonzales", "1984-03-09", PHONE),
        person("cases", "3", "Maria Gonzalez", "1948-05-01", "", HOME),
        person("parking", "4", "Maria Gonzalez", "", PHONE, HOME),
        person("requests", "5", "M Gonzalez", "1984-03-09", "", HOME),
    ]
    results = {tuple(tuple(sorted(m.ref for m in c.members)) for c in join_people(order, QUERY)) for order in permutations(people)}
    assert len(results) == 1


def test_callers_say_how_sure_and_why() -> None:
    callers = join_people(
        [
            MARIA,
            person("permits", "2", "Maria Gonzales", "1984-03-09", PHONE),
            person("cases", "3", "Maria Gonzalez", "", "", HOME),
            person("parking", "4", "Maria Gonzales", "1948-05-01", "", HOME),
        ],
        QUERY,
    )
    assert [caller.match for caller in callers] == ["certain", "maybe", "maybe"]
    assert callers[0].birth_date == date(1984, 3, 9)
    assert callers[0].why == ("same birth date and phone in 2 departments", "family name spelt otherwise")
    assert "same address" in callers[1].why
    assert "single" in {caller.match for caller in join_people([MARIA, person("a", "9", "Maria Gonzalez", "1948-05-01")], QUERY)}


def test_what_has_nothing_to_do_with_the_query_is_left_out() -> None:
    others = [person("revenue", f"x{n}", name) for n, name in enumerate(["Mario Gonzaga", "Gonzalo Marin", "Peter Pan"])]
    names = [caller.name for caller in join_people([MARIA, *others], QUERY)]
    assert names[0] == "Maria Gonzalez"
    assert "Peter Pan" not in names


def test_the_best_answer_comes_first() -> None:
    near = person("revenue", "2", "Maria Gonzales", "", "", "1 Elm St 60601")
    query = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez", post_code="60614")
    assert next(caller.name for caller in join_people([near, MARIA], query)) == "Maria Gonzalez"
    assert relevance(MARIA, query) > relevance(near, query)


def test_a_followed_record_stays_only_beside_whom_it_may_be() -> None:
    query = SearchQuery(phone="+13125550142")
    hers = person("cases", "7", "Maria Gonzalez", "1984-03-09", "", HOME)
    stranger = person("cases", "8", "Maria Gonzalez", "1999-09-09", "", "9 Elm St 60601")
    callers = join_people([MARIA], query, [hers, stranger])
    assert [{member.ref.id for member in caller.members} for caller in callers] == [{"1", "7"}]


@pytest.mark.parametrize("text", ["2210 N Clark St", "2210 North Clark Street, Apt 3", "2210 N. CLARK ST #3", "2210 CLARK"])
def test_one_house_however_it_is_written(text: str) -> None:
    assert home_key(Address(text)) == home_key(Address("", "N Clark St", "2210"))


def test_records_with_next_to_nothing_join_nobody() -> None:
    people = [person(f"d{n}", "1", name) for n, name in enumerate(["", "X", "Gonzalez", "Ω", "Иван Петров", "Gonzalez"])]
    for caller in join_people(people, SearchQuery(name="gonzalez", family="gonzalez")):
        assert len(caller.members) == 1


def test_a_shared_phone_of_a_shelter_joins_nobody() -> None:
    source = random.Random(4)
    people = [person("a", str(n), f"{source.choice('ABCDEFGH')}nn{n} Lee{n}", "", PHONE) for n in range(400)]
    assert all(len(caller.members) == 1 for caller in join_people(people, SearchQuery(phone="+13125550142")))
