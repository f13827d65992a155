"""Joining does not depend on the order in which answers come, nor on how they are cut into answers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.identity import Joiner
from models.people import Person
from models.query import SearchQuery
from tests.fakes.departments import person

EVERYBODY = SearchQuery(reference="everybody")
GIVEN = ("Maria", "Marta", "Maria E", "M", "Mario", "Gonzalez", "Мария", "")
FAMILY = ("Gonzalez", "Gonzales", "Novak", "Gonzalez Novak", "Gonzalez Jr", "Maria", "G")
BORN = ("1984-03-09", "1984-09-03", "1984-03-19", "1954-03-09", "1900-01-01", "1984-01-01", "")
PHONES = ("312 555 0142", "312 555 0143", "773 555 0199", "000 000 0000", "")
HOMES = ("2210 N Clark St, Apt 3, Springvale 60614", "2210 North Clark Street 60614", "17 Elm Street, Springvale 60601", "")
EMAILS = ("maria@mail.example", "family@mail.example", "")


@st.composite
def answers(draw: st.DrawFn) -> list[Person]:
    """Records that have much in common, a few of them of many families, so that phones turn out to be shared by a crowd."""
    count = draw(st.integers(2, 14))
    return [
        person(
            f"d{number % 4}",
            str(number),
            f"{draw(st.sampled_from(GIVEN))} {draw(st.sampled_from(FAMILY))}{draw(st.sampled_from(('', '', '', 'berg', 'ski', 'ez')))}",
            draw(st.sampled_from(BORN)),
            draw(st.sampled_from(PHONES)),
            draw(st.sampled_from(HOMES)),
            draw(st.sampled_from(EMAILS)),
        )
        for number in range(count)
    ]


@settings(max_examples=300, deadline=None)
@given(answers(), st.randoms(use_true_random=False))
def test_joining_is_independent_of_the_order_of_answers(people: list[Person], chance) -> None:
    whole = Joiner(EVERYBODY).join(people)
    shuffled = people[:]
    chance.shuffle(shuffled)
    streaming = Joiner(EVERYBODY)
    there = 0
    while there < len(shuffled):
        there = min(len(shuffled), there + chance.randint(1, 5))
        streamed = streaming.join(shuffled[:there])
    assert {frozenset(member.ref for member in caller.members) for caller in streamed.callers} == {
        frozenset(member.ref for member in caller.members) for caller in whole.callers
    }
    assert streamed == whole


@settings(max_examples=60, deadline=None)
@given(answers())
def test_what_a_department_takes_back_is_forgotten(people: list[Person]) -> None:
    joiner = Joiner(EVERYBODY)
    joiner.join(people)
    assert joiner.join(people[1:]) == Joiner(EVERYBODY).join(people[1:])
