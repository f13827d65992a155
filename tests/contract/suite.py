"""The data set that every kind is given, and how its manifest is to be set up for the contract's tests.

A case puts PEOPLE and RECORDS into a back-end of its kind, in whatever form that has, and maps them back by a manifest with
these promises: limits of 1 person and 4 records; people are found by the beginning of their family name (``needs =
["family"]``, case does not matter); RECORD_PATTERN is in ``references``; statuses go through the code list STATUSES; all
optional parts that the case does not name as missing are mapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.records import State


@dataclass(frozen=True)
class PersonRow:
    id: str
    given: str
    family: str
    birth_date: date | None
    phone: str
    email: str
    street: str
    number: str
    post_code: str
    city: str

    @property
    def full_name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class RecordRow:
    id: str
    person: str
    title: str
    status: str
    opened: date
    due: date | None
    amount: Decimal | None


PEOPLE_LIMIT = 1
RECORDS_LIMIT = 4
RECORD_PATTERN = r"CT-\d{4}"
CURRENCY = "USD"

STATUSES: dict[str, tuple[str, State]] = {
    "O": ("Open", "open"),
    "P": ("In progress", "active"),
    "L": ("Overdue", "late"),
    "C": ("Closed", "closed"),
}
"""What the department writes: how it reads, and what it means."""

PEOPLE = (
    PersonRow(
        "1001",
        "María José",
        "González-Ruiz",
        date(1984, 3, 7),
        "+12025550101",
        "maria@mail.example",
        "Oak Street",
        "12",
        "20001",
        "Springvale",
    ),
    PersonRow(
        "1002",
        "Siobhán",
        "O'Brien",
        date(1990, 12, 31),
        "+12025550102",
        "siobhan@mail.example",
        "Elm Avenue",
        "7B",
        "20002",
        "Springvale",
    ),
    PersonRow("1003", "Łukasz", "Hundred%_Proof", date(1971, 2, 28), "+12025550103", "", "Quay", "1", "20003", "Springvale"),
    PersonRow("1004", "Jan", "Nowak", date(1955, 6, 15), "+12025550104", "jan@mail.example", "Mill Lane", "3", "20004", "Springvale"),
    PersonRow("1005", "Ewa", "Nowak", None, "", "ewa@mail.example", "Mill Lane", "3", "20004", "Springvale"),
    PersonRow("1006", "Adam", "Nowak", date(2001, 1, 1), "+12025550106", "", "Mill Lane", "5", "20004", "Springvale"),
)
MANY, NAMESAKES, QUIET, UNDATED = PEOPLE[0], PEOPLE[3:], PEOPLE[5], PEOPLE[4]
"""Who has more records than the limit; who share a family name; who has no record; who has no birth date."""

RECORDS = (
    RecordRow("CT-0001", "1001", "Water bill, Größe 3", "O", date(2026, 9, 1), date(2026, 12, 24), Decimal("120.50")),
    RecordRow("CT-0002", "1001", 'Sign "Café" <b>new</b>', "P", date(2026, 8, 1), None, None),
    RecordRow("CT-0003", "1001", "Parking fine", "L", date(2026, 7, 1), date(2026, 8, 1), Decimal("45.00")),
    RecordRow("CT-0004", "1001", "Dog licence", "C", date(2025, 1, 2), None, Decimal("0.00")),
    RecordRow("CT-0005", "1001", "Fence permit", "C", date(2024, 1, 2), date(2024, 2, 2), Decimal("80.10")),
    RecordRow("CT-0006", "1001", "Library card", "C", date(2023, 1, 2), None, None),
    RecordRow("CT-0007", "1002", "O'Brien's refund", "O", date(2026, 10, 31), None, Decimal("-12.34")),
    RecordRow("CT-0008", "1002", "Pothole; DROP TABLE records", "P", date(2026, 11, 1), date(2026, 11, 20), None),
    RecordRow("CT-0009", "1003", "100% rebate", "O", date(2026, 2, 28), None, Decimal("1234567.89")),
    RecordRow("CT-0010", "1004", "Tax 2025", "L", date(2026, 1, 31), date(2026, 4, 30), Decimal("999.99")),
)


def records_of(person: PersonRow) -> tuple[RecordRow, ...]:
    return tuple(record for record in RECORDS if record.person == person.id)
