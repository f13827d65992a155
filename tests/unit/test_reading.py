"""Free text is read into typed parts, in any order, and no text is an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cutting import split_address, split_name
from app.services.reading import MAX_LENGTH, ReadingRules, read_query, relabelled
from models.query import PARTS

TODAY = date(2026, 11, 24)
RULES = ReadingRules(references=(("permits", r"PM-\d\d-\d{6}"), ("requests", r"\d\d-\d{6}"), ("revenue", r"\d\d-\d\d-\d{3}-\d{4}")))


def read(text: str, rules: ReadingRules = RULES) -> dict[str, object]:
    query, _ = read_query(text, rules, TODAY)
    return {part: getattr(query, part) for part in PARTS if getattr(query, part)}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("maria gonzales 60614", {"name": "maria gonzales", "post_code": "60614"}),
        ("60614 maria gonzales", {"name": "maria gonzales", "post_code": "60614"}),
        ("Gonzalez, Maria 3/9/1984", {"name": "Maria Gonzalez", "birth_date": date(1984, 3, 9)}),
        ("gonzales born 9 March 1984", {"name": "gonzales", "birth_date": date(1984, 3, 9)}),
        ("März 9 1984", {"birth_date": date(1984, 3, 9)}),
        ("1984-03-09", {"birth_date": date(1984, 3, 9)}),
        ("19840309", {"birth_date": date(1984, 3, 9)}),
        ("3/9/84", {"birth_date": date(1984, 3, 9)}),
        ("(312) 555-0142", {"phone": "+13125550142"}),
        ("312.555.0142 chen", {"phone": "+13125550142", "name": "chen"}),
        ("+1 312 555 0142", {"phone": "+13125550142"}),
        ("555-0142", {"phone": "5550142"}),
        ("M.Gonz@Mail.Example", {"email": "m.gonz@mail.example"}),
        ("2210 N Clark St Apt 3 60614", {"address": "2210 N Clark St Apt 3", "post_code": "60614"}),
        ("maria gonzales 2210 clark", {"name": "maria gonzales", "address": "2210 clark"}),
        ("1804 W Belmont Ave, 60657 L. Chen", {"address": "1804 W Belmont Ave", "post_code": "60657", "name": "L. Chen"}),
        ("Hauptstraße 12a Müller", {"address": "Hauptstraße 12a", "name": "Müller"}),
        ("pm-24-004211", {"reference": "PM-24-004211"}),
        ("24-001042 please", {"reference": "24-001042", "name": "please"}),
        ("ref:4821 maria", {"reference": "4821", "name": "maria"}),
        (
            "maria gonzalez 2210 N Clark St, Springvale 60614 3/9/1984 312-555-0142",
            {
                "name": "maria gonzalez",
                "address": "2210 N Clark St",
                "post_code": "60614",
                "birth_date": date(1984, 3, 9),
                "phone": "+13125550142",
            },
        ),
        ("1600 Pennsylvania Avenue NW Chen", {"address": "1600 Pennsylvania Avenue NW", "name": "Chen"}),
        ("pm 24 004211", {"reference": "PM-24-004211"}),
        ("permit number pm24004211 Chen", {"reference": "PM-24-004211", "name": "Chen"}),
        ("case 24-001042", {"reference": "24-001042"}),
        ("Maria Gonzalez DOB 03091984", {"name": "Maria Gonzalez", "birth_date": date(1984, 3, 9)}),
        ("born 030984 gonzalez", {"name": "gonzalez", "birth_date": date(1984, 3, 9)}),
        ("Dr. John O'Neil Jr", {"name": "John O'Neil"}),
        ("Smith, John 2/30/1980", {"name": "John Smith", "reference": "2/30/1980"}),
        ('name:"clark st" zip:60614', {"name": "clark st", "post_code": "60614"}),
        ("phone:60614", {"phone": "60614"}),
        ("😀", {}),
        ("", {}),
    ],
)
def test_parts_are_read_in_any_order(text: str, parts: dict[str, object]) -> None:
    assert read(text) == parts


def test_the_site_says_how_dates_are_written() -> None:
    assert read("3.4.1984", ReadingRules(date_order="dmy"))["birth_date"] == date(1984, 4, 3)
    assert read("3/4/1984")["birth_date"] == date(1984, 3, 4)


def test_a_date_that_nobody_was_born_on_is_no_birth_date() -> None:
    assert "birth_date" not in read("2031-01-01")
    assert "birth_date" not in read("1850-01-01")
    assert "birth_date" not in read("2/30/1984")


def test_a_reference_names_the_departments_that_write_such_numbers() -> None:
    query, _ = read_query("14-33-105-0223", RULES, TODAY)
    assert query.reference_of == ("revenue",)


def test_a_piece_that_was_read_wrongly_is_corrected_by_a_label() -> None:
    text = "maria gonzales 60614"
    _, parts = read_query(text, RULES, TODAY)
    assert "reference" in parts[1].alternatives
    corrected = relabelled(text, parts[1], "reference")
    assert read(corrected) == {"name": "maria gonzales", "reference": "60614"}
    _, parts = read_query(corrected, RULES, TODAY)
    again = relabelled(corrected, next(part for part in parts if part.part == "reference"), "phone")
    assert read(again) == {"name": "maria gonzales", "phone": "60614"}
    _, parts = read_query(text, RULES, TODAY)
    assert read(relabelled(text, parts[0], "address")) == {"address": "maria gonzales", "post_code": "60614"}


def test_a_name_in_two_pieces_is_corrected_as_one() -> None:
    text = "maria 60614 gonzalez"
    _, parts = read_query(text, RULES, TODAY)
    name = next(part for part in parts if part.part == "name")
    assert read(relabelled(text, name, "reference")) == {"reference": "MARIA GONZALEZ", "post_code": "60614"}


def test_digits_that_only_a_word_makes_a_date_are_corrected_without_it() -> None:
    _, parts = read_query("dob 03091984", RULES, TODAY)
    assert read(relabelled("dob 03091984", parts[0], "reference")) == {"reference": "03091984"}


def test_the_chip_of_an_address_shows_the_town_that_was_read_with_it() -> None:
    _, parts = read_query("2210 N Clark St, Springvale 60614", RULES, TODAY)
    assert [part.value for part in parts] == ["2210 N Clark St, Springvale", "60614"]


def test_names_and_addresses_are_cut_where_departments_need_them() -> None:
    assert split_name("Maria van der Berg") == ("Maria", "van der Berg")
    assert split_name("Gonzalez, Maria") == ("Maria", "Gonzalez")
    assert split_name("van der Berg") == ("", "van der Berg")
    assert split_name("Smith Jr., John") == ("John", "Smith")
    assert split_name("Gonzalez") == ("", "Gonzalez")
    assert split_address("2210 N Clark St Apt 3") == ("N Clark St", "2210")
    assert split_address("Hauptstraße 12a") == ("Hauptstraße", "12a")


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE people; --", "%_%", "\x00\x00", "\ud800", "a" * 10_000, '"' * 500, "name:", "((((", "0" * 400]
)
def test_hostile_text_is_some_query(text: str) -> None:
    query, parts = read_query(text, RULES, TODAY)
    for part in parts:
        assert len(part.text) <= MAX_LENGTH
    assert "\x00" not in repr(query)


@given(st.text(max_size=400))
def test_no_text_is_an_error_and_every_part_told_is_in_the_query(text: str) -> None:
    query, parts = read_query(text, RULES, TODAY)
    assert {part.part for part in parts} == {part for part in PARTS if getattr(query, part)}
    for part in parts:
        for meant in part.alternatives:
            relabelled(text, part, meant)
