"""A made-up call in the demo city: Maria Gonzalez, known to four departments of six, as states for the screens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

import msgspec

from app.viewmodels.states import (
    CallerState,
    CallsState,
    CallState,
    CheckRow,
    DepartmentsState,
    DepartmentState,
    OpenCall,
    ReadPart,
    ReviewsState,
    SearchState,
    SessionState,
    VerificationState,
)
from models.contacts import Contact, Inquiry
from models.outcomes import Answered, Failed, Fault, NotPermitted, Outcome, Waiting
from models.people import Address, Caller, Identifier, Person, SubjectRef
from models.records import Field, Record, RecordRef, attention_for
from models.verification import Asked
from models.work import WorkItem

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = date.today()
DEPARTMENTS = (
    ("revenue", "Revenue", "#6b4fbb", "sql"),
    ("permits", "Permits", "#b4531a", "rest"),
    ("requests", "Service requests", "#0f7b6c", "open311"),
    ("benefits", "Benefits", "#9d2a6b", "rest"),
    ("library", "Parking & library", "#2d6a9f", "sql"),
    ("cases", "Cases", "#1e66d4", "rest"),
)


def person(department: str, key: str, name: str, born: date | None, address: str = "2210 N Clark St, Apt 3, 60614") -> Person:
    numbers = (Identifier("Taxpayer", "", "national_id", "reveal"),) if department == "revenue" else ()
    return Person(SubjectRef(department, key), name, NOW, birth_date=born, addresses=(Address(address),), identifiers=numbers)


BORN = date(1984, 3, 4)
MARIA = Caller(
    key="revenue:1033",
    name="Maria Gonzalez",
    birth_date=BORN,
    addresses=("2210 N Clark St, Apt 3, 60614",),
    phones=("(312) 555-0142",),
    emails=("m.gonzalez@mail.example",),
    match="certain",
    why=("Same birth date, phone and street in 4 systems", "surname spelt 2 ways"),
    members=(
        person("revenue", "1033", "GONZALEZ, MARIA", BORN),
        person("permits", "p-88", "Maria Gonzales", BORN),
        person("requests", "r-4", "Maria Gonzalez", None),
        person("cases", "c-17", "Maria Gonzalez", BORN),
    ),
    relevance=0.98,
)
OLDER = Caller(
    key="revenue:2091",
    name="Maria Gonzales",
    birth_date=date(1948, 11, 20),
    addresses=("2210 N Clark St, 60614",),
    phones=(),
    emails=(),
    match="maybe",
    why=("Same address, other birth date: kept apart",),
    members=(person("revenue", "2091", "GONZALES, MARIA", date(1948, 11, 20)),),
    relevance=0.7,
)
MARIO = Caller(
    key="library:77",
    name="Mario González",
    birth_date=date(1991, 7, 1),
    addresses=("1804 W Belmont Ave, 60657",),
    phones=(),
    emails=(),
    match="single",
    why=(),
    members=(person("library", "77", "Mario González", date(1991, 7, 1), "1804 W Belmont Ave, 60657"),),
    relevance=0.4,
)


def record(department: str, key: str, kind: str, title: str, status: str, state: Any, opened: int, due: int | None, **more: Any) -> Record:
    """A record opened so many days ago and due in so many days."""
    due_day = None if due is None else TODAY + timedelta(days=due)
    return Record(
        RecordRef(department, key),
        kind,
        title,
        NOW,
        status=status,
        state=state,
        attention=attention_for(state, due_day, TODAY),
        opened=TODAY - timedelta(days=opened),
        due=due_day,
        **more,
    )


_TAX_FIELDS = (
    Field("Account", "14-33-105-022"),
    Field("Billed", "September 1"),
    Field("Balance", "$214.50"),
    Field("Reminder sent", "November 11"),
    Field("Bank account", "", "bank", "reveal"),
    Field("Property", "2210 N Clark St, Apt 3"),
)
RECORDS = (
    record("revenue", "R-2025-3", "tax bill", "Property tax Q3 reminder", "Overdue", "late", 13, -12, amount=Decimal("214.50"),
           currency="USD", fields=_TAX_FIELDS),
    record("requests", "24-1042", "service request", "Pothole, 2200 N Clark St", "Open", "open", 15, -5,
           fields=(Field("Description", "Deep hole by the bus stop; a cyclist fell."), Field("Crew", ""))),
    record("library", "PP-143", "parking permit", "Residential parking, zone 143", "Active", "active", 22, 9, amount=Decimal("30.00"),
           currency="USD"),
    record("cases", "C-2025-118", "case", "Objection to assessment 2025", "With caseworker", "waiting", 52, 21),
    record("permits", "BP-5510", "building permit", "Porch repair, 2210 N Clark St", "Issued", "active", 61, 120),
    record("revenue", "R-2025-2", "payment", "Payment received, Q2", "Paid", "closed", 71, None, amount=Decimal("214.50"), currency="USD"),
    record("requests", "24-0377", "service request", "Missed bin collection", "Closed", "closed", 140, None),
    record("permits", "BP-4102", "street permit", "Block party, 2200 block N Clark St", "Expired", "closed", 420, None),
)  # fmt: skip


def departments(outcomes: dict[str, Outcome], records: dict[str, Outcome] | None = None) -> tuple[DepartmentState, ...]:
    return tuple(
        DepartmentState(key, title, colour, outcome=outcomes.get(key), records=(records or {}).get(key), kind=kind)
        for key, title, colour, kind in DEPARTMENTS
    )


def found(*counts: int) -> dict[str, Outcome]:
    """Each department's answer with so many people, at plausible speed; -1 stands for no answer, -2 for not permitted."""
    outcomes: dict[str, Outcome] = {}
    for (key, *_), count, ms in zip(DEPARTMENTS, counts, (38, 61, 312, 0, 52, 44), strict=True):
        if count == -1:
            outcomes[key] = Failed(Fault("timed_out"))
        elif count == -2:
            outcomes[key] = NotPermitted()
        else:
            outcomes[key] = Answered(people=MARIA.members[:1] * count, ms=ms)
    return outcomes


READ_AS = (
    ReadPart("name", "Maria Gonzales", "maria gonzales", ("address", "reference")),
    ReadPart("post_code", "60614", "60614", ("reference", "phone")),
)
_ASKED = found(2, 1, 1, -2, 1, 1)
SEARCH = SearchState(
    text="maria gonzales 60614",
    read_as=READ_AS,
    phase="done",
    departments=departments(_ASKED),
    callers=(MARIA, OLDER, MARIO),
    selected=MARIA.key,
    elapsed_ms=312,
)
SEARCH_WITH_FAULTS = msgspec.structs.replace(
    SEARCH, departments=departments({**_ASKED, "library": Failed(Fault("no_connection")), "cases": Failed(Fault("not_data"))})
)
ASKING = msgspec.structs.replace(
    SEARCH,
    phase="asking",
    callers=(MARIA,),
    selected="",
    departments=departments({**_ASKED, "requests": Waiting(monotonic() - 0.2), "cases": Waiting(monotonic() - 0.2)}),
)
NOTHING = msgspec.structs.replace(SEARCH, callers=(), selected="", departments=departments(found(0, 0, 0, -2, 0, 0)))
NOTHING_BUT_FAULTS = msgspec.structs.replace(SEARCH, callers=(), selected="", departments=departments(found(0, 0, -1, -2, 0, -1)))
NOBODY_ANSWERED = msgspec.structs.replace(SEARCH, callers=(), selected="", departments=departments(found(-1, -1, -1, -2, -1, -1)))

_READ: dict[str, Outcome] = {
    key: Answered(records=tuple(r for r in RECORDS if r.ref.department == key), ms=41) for key, *_ in DEPARTMENTS if key != "benefits"
}
CALLER = CallerState(
    caller=MARIA,
    departments=departments(_ASKED, {**_READ, "benefits": NotPermitted()}),
    records=RECORDS,
    level="verified",
    reveal_reasons=("The caller asks for it", "To correct it"),
)
CALLER_WITH_FAULTS = msgspec.structs.replace(
    CALLER,
    departments=departments(_ASKED, {**_READ, "benefits": NotPermitted(), "cases": Failed(Fault("timed_out"))}),
    records=tuple(r for r in RECORDS if r.ref.department != "cases"),
)


def _contact(number: int, minutes: int, name: str, reason: str, outcome: Any) -> Contact:
    ended = NOW - timedelta(minutes=minutes)
    return Contact(number, "areyes", ended - timedelta(minutes=4), ended, (Inquiry(reason, outcome),), "", caller_name=name)


CALL = CallState(
    started=NOW - timedelta(minutes=2, seconds=41),
    reasons=("Tax reminder", "New address", "Parking permit", "Waste collection", "Complaint", "Other"),
    departments=tuple((key, title) for key, title, *_ in DEPARTMENTS),
    inquiries=(Inquiry("Tax reminder", "resolved", "revenue"), Inquiry("New address")),
    current=1,
    note="Explained the reminder; pays by Friday.",
    revision=1,
    recent=(
        _contact(2, 6, "D. Okafor", "Parking permit", "resolved"),
        _contact(1, 14, "L. Chen", "Complaint", "handed_over"),
    ),
)
CALLS = CallsState(
    (
        OpenCall("a", "talking", NOW - timedelta(minutes=2, seconds=41), "(312) 555-0142", "in", "Maria Gonzalez", 1, active=True),
        OpenCall("b", "ringing", NOW - timedelta(seconds=7), "(312) 555-0111", share=3),
        OpenCall("c", "parked", NOW - timedelta(seconds=95), "(312) 555-0199", name="Daniel Okafor", share=1),
        OpenCall("d", "ended", NOW - timedelta(seconds=31), "", share=0),
        OpenCall("e", "parked", NOW - timedelta(seconds=31), name="Li Chen", channel="desk"),
    ),
    more=2,
)
QUESTION = VerificationState(
    caller=MARIA.key,
    name=MARIA.name,
    level="identified",
    open=True,
    ask="How much was your last payment to the city?",
    question="last payment",
    source="Revenue",
    number=3,
    asked=(Asked("birth date", True), Asked("post code", False)),
    grounds=("Parent or guardian", "Power of attorney"),
)
VERIFIED = msgspec.structs.replace(
    QUESTION,
    level="verified",
    open=False,
    ask="",
    asked=(Asked("birth date", True), Asked("post code", True), Asked("last payment", True)),
)
SHUT = msgspec.structs.replace(
    CALLER,
    caller=msgspec.structs.replace(
        MARIA,
        birth_date=None,
        addresses=(),
        phones=(),
        emails=(),
        shut=(("address", "verified"), ("birth_date", "verified"), ("email", "verified"), ("phone", "verified")),
        members=tuple(
            Person(
                member.ref,
                member.full_name,
                NOW,
                identifiers=tuple(Identifier(each.scheme, "", each.sensitivity, "verified") for each in member.identifiers),
            )
            for member in MARIA.members
        ),
    ),
    departments=tuple(
        msgspec.structs.replace(
            each,
            records=each.records if isinstance(each.records, NotPermitted) else Answered(ms=41),
            shut="" if isinstance(each.records, NotPermitted) else "identified" if each.id == "requests" else "verified",
        )
        for each in CALLER.departments
    ),
    records=(),
)
REVIEWS = ReviewsState(
    allowed=True,
    items=(
        WorkItem(2, "break-glass review", "areyes, agent", "The caller stopped answering and help must be sent.", NOW, "areyes"),
        WorkItem(
            *(
                1,
                "break-glass review",
                "rpham, caseworker",
                "A child was found alone; the parents had to be reached.",
                NOW - timedelta(days=2),
                "rpham",
            ),
            *(NOW - timedelta(days=1), "mkowalski", "Right to do; the school was told."),
        ),
    ),
)
SESSION = SessionState(actor="A. Reyes", role="agent", purpose="Inquiry", site="City of Springvale", demo=True)
_MAPPING = (
    ("title", "permit.type.label"),
    ("status", "state → code list"),
    ("due", "validUntil (date)"),
    ("amount", "fee.cents ÷ 100"),
    ("phone", "not mapped"),
)


def _check(at: int, state: Any, ms: float, **more: Any) -> CheckRow:
    key, title, colour, kind = DEPARTMENTS[at]
    given = {"capabilities": ("find", "records"), "credential": "in keyring", "asked": 1204 - at, "p95_ms": ms * 2, **more}
    return CheckRow(key, title, colour, kind, state=state, ms=ms, manifest=f"departments/{key}.toml", mapping=_MAPPING, **given)


DEPARTMENTS_STATE = DepartmentsState(
    rows=(
        _check(0, "well", 38, credential="none needed"),
        _check(1, "well", 61, failed=3, roles=("agent", "caseworker", "supervisor")),
        _check(2, "slow", 2100, capabilities=("find", "records", "lookup"), credential="none needed"),
        _check(3, "not permitted", 0, roles=("caseworker",)),
        _check(4, "down", 0, fault=Fault("no_connection"), since=NOW - timedelta(hours=1), failed=212, switchable=True),
        _check(
            5,
            "manifest error",
            0,
            problems=("departments/cases.toml:14: records.status: the code list 'states' is not defined; write [codes.states]",),
        ),
    ),
    checked_at=NOW,
)
