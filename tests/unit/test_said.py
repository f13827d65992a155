"""What callers say, in all its forms, against what departments hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.services.reading import ReadingRules
from app.services.said import says

TODAY = date(2026, 11, 24)
BORN = date(1984, 3, 9)


@pytest.mark.parametrize(
    "said",
    ["3/9/84", "03/09/1984", "03091984", "1984-03-09", "March 9, 1984", "9 March 1984", "9th of March 1984", "  mar 9 1984 "],
)
def test_a_date_in_any_form(said: str) -> None:
    assert says(BORN, said, "", ReadingRules(), TODAY)


@pytest.mark.parametrize("said", ["9/3/1984", "3/9/1985", "March 1984", "84", "", "the ninth", "0000-00-00"])
def test_another_date_or_none(said: str) -> None:
    assert not says(BORN, said, "", ReadingRules(), TODAY)


def test_a_date_in_the_sites_order() -> None:
    assert says(BORN, "9.3.1984", "", ReadingRules(date_order="dmy"), TODAY)


@pytest.mark.parametrize(
    "said", ["214.50", "$214.50", "214,50", "214.5", "214 dollars 50", "214 dollars and 50 cents", "214", "215", "about 214"]
)
def test_an_amount_to_the_cent_or_in_whole_units(said: str) -> None:
    assert says(Decimal("214.50"), said, "", ReadingRules(), TODAY)


@pytest.mark.parametrize("said", ["214.05", "213", "216", "2145", "21450", "nothing", "", "214.50 or 300 or so", "214 dollars 5"])
def test_another_amount(said: str) -> None:
    assert not says(Decimal("214.50"), said, "", ReadingRules(), TODAY)


def test_thousands_are_grouped_as_people_do() -> None:
    for said in ("1,234.50", "1.234,50", "1'234.50", "1234", "1,234"):
        assert says(Decimal("1234.50"), said, "", ReadingRules(), TODAY), said


@pytest.mark.parametrize(
    ("held", "said", "of", "agrees"),
    [
        ("60614-1234", "60614", "post_code", True),
        ("60614", "60614 1234", "post_code", True),
        ("1012 AB", "1012ab", "post_code", True),
        ("60614", "60615", "post_code", False),
        ("60614", "606", "post_code", False),
        ("60614", "", "post_code", False),
        ("+13125550142", "312 555 0142", "phone", True),
        ("(312) 555-0142", "1-312-555-0142", "phone", True),
        ("312 555 0142", "0142", "phone", False),
        ("312 555 0142", "312 555 0143", "phone", False),
        ("312 555 0142", "", "phone", False),
        ("PM-24-004211", "4211", "number", True),
        ("PM-24-004211", "pm 24 004211", "number", True),
        ("PM-24-004211", "211", "number", False),
        ("PM-24-004211", "4212", "number", False),
        ("PM-24-004211", "", "number", False),
        ("M.Gonzalez@mail.example", " m.gonzalez@MAIL.example", "email", True),
        ("m.gonzalez@mail.example", "gonzalez@mail.example", "email", False),
        ("2210", "2210", "text", True),
        ("2210", "221", "text", False),
        ("Łódź-Süd", "lodz sud", "text", True),
        ("", "", "text", False),
    ],
)
def test_texts_by_what_they_are(held: str, said: str, of: str, *, agrees: bool) -> None:
    assert says(held, said, of, ReadingRules(), TODAY) is agrees
