"""What is typed into a form: days and times in any common form, values as departments are given them, and what is wrong in words."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from app.services.addresses import read_address
from app.services.forms import FormReader, Unreadable, read_media, same
from app.services.reading import ReadingRules
from app.services.said_dates import said_day, said_time
from models.changes import FieldChoice, FormField

TODAY = date(2026, 11, 24)  # a Tuesday
RULES = ReadingRules()
READER = FormReader(RULES, lambda text: read_address(text, RULES), lambda: TODAY)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", date(2026, 11, 24)),
        ("Tomorrow", date(2026, 11, 25)),
        ("fri", date(2026, 11, 27)),
        ("tuesday", date(2026, 12, 1)),
        ("in 3 days", date(2026, 11, 27)),
        ("+2w", date(2026, 12, 8)),
        ("Dec 1", date(2026, 12, 1)),
        ("1. December", date(2026, 12, 1)),
        ("Jan 5", date(2027, 1, 5)),
        ("nov 1", date(2026, 11, 1)),
        ("December 1, 2027", date(2027, 12, 1)),
        ("12/1", date(2026, 12, 1)),
        ("12/1/26", date(2026, 12, 1)),
        ("12/1/27", date(2027, 12, 1)),
        ("2026-12-01", date(2026, 12, 1)),
        ("20261201", date(2026, 12, 1)),
        ("13/1", None),
        ("2/30", None),
        ("1/1/123", None),
        ("the first", None),
        ("", None),
    ],
)
def test_days(said: str, day: date | None) -> None:
    assert said_day(said, "mdy", TODAY) == day


def test_days_in_the_order_of_the_site() -> None:
    assert said_day("1.12.", "dmy", TODAY) == date(2026, 12, 1)
    assert said_day("1/12/2026", "dmy", TODAY) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("15:30", time(15, 30)),
        ("3pm", time(15)),
        ("12 am", time(0)),
        ("9", time(9)),
        ("15h30", time(15, 30)),
        ("25:00", None),
        ("13pm", None),
    ],
)
def test_times(said: str, at: time | None) -> None:
    assert said_time(said) == at


CHOICE = FormField(name="plan", label="Plan", type="choice", choices=(FieldChoice("3", "Three months"),))


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (FormField(name="d", label="From", type="date"), "dec 1", "2026-12-01"),
        (FormField(name="t", label="At", type="time"), "3pm", "15:00"),
        (FormField(name="p", label="Phone", type="phone"), "(312) 555-0142", "+13125550142"),
        (FormField(name="e", label="E-mail", type="email"), " M.G@Mail.Example ", "m.g@mail.example"),
        (FormField(name="n", label="Sum", type="number"), "$1,234.50", "1234.50"),
        (FormField(name="n", label="Sum", type="number"), "1.234,50", "1234.50"),
        (FormField(name="n", label="Sum", type="number"), "12,5", "12.5"),
        (CHOICE, "Three months", "3"),
        (FormField(name="y", label="Sure", type="yes_no"), "yes", "yes"),
        (FormField(name="l", label="Text", type="lines"), "one\n two ", "one\n two"),
        (FormField(name="x", label="Text"), " one\n two ", "one two"),
    ],
)
def test_values_as_departments_are_given_them(field: FormField, typed: str, value: str) -> None:
    assert READER.read(field, typed) == {field.name: value}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (FormField(name="d", label="From", type="date"), "soon"),
        (FormField(name="t", label="At", type="time"), "late"),
        (FormField(name="p", label="Phone", type="phone"), "12"),
        (FormField(name="e", label="E-mail", type="email"), "maria at home"),
        (FormField(name="n", label="Sum", type="number"), "ten"),
        (CHOICE, "Four months"),
        (FormField(name="y", label="Sure", type="yes_no"), "perhaps"),
        (FormField(name="f", label="Photo", type="file"), "/nowhere/photo.jpg"),
        (FormField(name="x", label="Text", longest=3), "four"),
        (FormField(name="a", label="New address", type="address"), "somewhere nice"),
    ],
)
def test_what_can_not_be_read_is_told(field: FormField, typed: str) -> None:
    with pytest.raises(Unreadable, match=r"\w.+[.]"):
        READER.read(field, typed)


def test_of_several_choices_each_is_a_line() -> None:
    many = FormField(name="m", label="M", type="several", choices=(FieldChoice("a", "First"), FieldChoice("b", "Second")))
    assert READER.read(many, "a\nb") == {"m": "a\nb"}
    assert READER.told(many, {"m": "a\nb"}) == "First, Second"
    with pytest.raises(Unreadable):
        READER.read(many, "a\nc")
    assert READER.read(FormField(name="t", label="Read this", type="told"), "x") == {}


def test_of_a_report_any_place_will_do() -> None:
    field = FormField(name="address_string", label="Where", type="address")
    assert READER.read(field, "Clark & Belmont", any_place=True)["address_string"] == "Clark & Belmont"


def test_an_address_fills_its_parts() -> None:
    field = FormField(name="address", label="New address", type="address")
    assert READER.read(field, "1804 W Belmont Ave Apt 3, 60657") == {
        "address": "1804 W Belmont Ave Apt 3, 60657",
        "street": "W Belmont Ave",
        "number": "1804",
        "unit": "Apt 3",
        "post_code": "60657",
        "city": "",
    }
    assert READER.read(field, "") == {"address": "", "street": "", "number": "", "unit": "", "post_code": "", "city": ""}


def test_an_address_typed_in_haste_begins_its_words_with_capitals() -> None:
    field = FormField(name="address", label="New address", type="address")
    read = READER.read(field, "1804 w belmont ave, 60657")
    assert (read["address"], read["street"]) == ("1804 W Belmont Ave, 60657", "W Belmont Ave")
    assert READER.read(field, "12 O'Hare 3rd St")["address"] == "12 O'Hare 3rd St"


def test_values_are_told_as_people_write_them() -> None:
    address = FormField(name="address", label="New address", type="address")
    parts = {"street": "N Clark St", "number": "2210", "unit": "Apt 3", "city": "Springvale"}
    assert READER.told(address, parts) == "2210 N Clark St, Apt 3"
    assert READER.told(address, {"address": "somewhere"}) == "somewhere"
    assert READER.told(FormField(name="p", label="P", type="phone"), {"p": "+13125550142"}) == "(312) 555-0142"
    assert READER.told(FormField(name="p", label="P", type="phone"), {"p": "ext. 12"}) == "ext. 12"
    assert READER.told(CHOICE, {"plan": "3"}) == "Three months"


def test_the_same_address_written_otherwise_is_no_change() -> None:
    field = FormField(name="address", label="New address", type="address")
    new = READER.read(field, "1804 W Belmont Ave, 60657")
    assert same(field, {"street": "WEST BELMONT AVENUE", "number": "1804"}, new)
    assert not same(field, {"street": "WEST BELMONT AVENUE", "number": "1804", "unit": "3"}, new)
    assert not same(field, {"street": "", "number": ""}, new)
    phone = FormField(name="phone", label="New phone", type="phone")
    assert same(phone, {"phone": "312-555-0142"}, {"phone": "+13125550142"})


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"x" * 100)
    assert read_media(str(photo)) == b"x" * 100
    photo.write_bytes(b"x" * 10_000_001)
    with pytest.raises(Unreadable, match="too large"):
        read_media(str(photo))
    with pytest.raises(Unreadable, match="can't be read"):
        read_media(str(tmp_path))
