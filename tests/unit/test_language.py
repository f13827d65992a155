"""The caller's language: read as a tag from whatever a department writes, and that of the person made of several records."""

from __future__ import annotations

import msgspec
import pytest

from adapters.texts import language_tag
from app.services.identity import join_people
from models.query import SearchQuery
from tests.fakes.contact import FakeContact
from tests.fakes.departments import person

HOME, PHONE = "2210 N Clark St, Springvale 60614", "(312) 555-0142"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("es", "es"),
        (" ES ", "es"),
        ("es_MX", "es-MX"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("Spanish", ""),
        ("", ""),
        ("e", ""),
        ("es-", ""),
        ("<b>", ""),
    ],
)
def test_what_departments_write(text: str, tag: str) -> None:
    assert language_tag(text) == tag


def test_most_of_those_that_tell_one_say_it() -> None:
    told = ("es", "", "en", "es")
    people = [
        msgspec.structs.replace(person(f"d{at}", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME), language=language)
        for at, language in enumerate(told)
    ]
    (caller,) = join_people(people, SearchQuery(name="maria gonzalez", given="maria", family="gonzalez"))
    assert caller.language == "es"
    assert FakeContact().disclosure.caller(caller).language == "es"  # before anybody is verified: they are greeted in it
