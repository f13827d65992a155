"""What may be seen: nothing that is shut is anywhere in what the screens are given."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from app.services.disclosure import Disclosure
from app.services.identity import join_people
from app.services.verification import Known
from models.people import MASK, Address, Caller, Identifier, Person
from models.purposes import Purpose
from models.query import SearchQuery
from models.records import Field, Record
from models.verification import Question, VerificationRules
from tests.fakes.contact import FakeContact
from tests.fakes.departments import manifest, person, record

HOME, PHONE, MAIL = "2210 N Clark St, Apt 3, 60614", "(312) 555-0142", "m.gonzalez@mail.example"
ONE = person("revenue", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME, MAIL)
TWO = person("permits", "2", "Maria Gonzalez", "1984-03-09", PHONE, HOME)
SECRETS = ("1984", "Clark", "2210", "60614", "555-0142", "mail.example")
FIELDS = (
    Field("Bill", "TB1"),
    Field("Bank", "DE02 1203", "bank"),
    Field("Diagnosis", "none of yours", "health"),
    Field("Late", "only then"),
)
RECORD = {"id": "id", "title": "t", "fields": [{"label": label, "value": "v"} for label in ("Bill", "Bank", "Diagnosis")]}
RECORD["fields"] = [*RECORD["fields"], {"label": "Late", "value": "v", "level": "strong"}]  # type: ignore[misc]
LOAN = {"id": "id", "title": "t", "level": "strong"}
RULES = VerificationRules(identified=1, verified=2, strong=3, question=tuple(Question(str(n), "?", "birth_date") for n in range(3)))


def joined(*people: Person) -> Caller:
    return join_people(people, SearchQuery(name="Maria Gonzalez", given="Maria", family="Gonzalez"))[0]


def contact(level: int = 0, **more: Any) -> FakeContact:
    """One in which so many questions were answered rightly."""
    manifests = (manifest("revenue", record={"bill": RECORD, "loan": LOAN}), manifest("permits", level="identified"))
    made = FakeContact(manifests, rules=RULES, **more)
    for _ in range(level):
        of = Known(joined(ONE, TWO))
        offer = made.ladder.offer(of)
        assert offer is not None
        made.ladder.keep(made.ladder.weigh(of, offer, "3/9/1984"))
    return made


def seen(of: Disclosure, *records: Record, caller: Caller | None = None) -> list[Record]:
    sight = of.sight(caller or joined(ONE, TWO))
    return [shown for each in records if (shown := sight.record(each)) is not None]


def bill(**more: Any) -> Record:
    return record("revenue", "TB1", "Property tax", fields=FIELDS, **more)


def test_who_is_not_verified_shows_a_name_and_which_departments_know_them() -> None:
    shown = contact().disclosure.caller(joined(ONE, TWO))
    assert shown.name == "Maria Gonzalez"
    assert {member.ref.department for member in shown.members} == {"revenue", "permits"}
    assert dict(shown.shut) == {"birth_date": "verified", "address": "verified", "phone": "verified", "email": "verified"}
    assert not [secret for secret in SECRETS if secret in repr(shown)]


def test_what_the_caller_said_in_the_search_is_no_news() -> None:
    query = SearchQuery(birth_date=date(1984, 3, 9), phone="+13125550142", address="2210 N Clark St", street="N Clark St", number="2210")
    shown = contact().disclosure.caller(joined(ONE, TWO), query)
    assert (shown.birth_date, shown.phones, shown.addresses) == (date(1984, 3, 9), (PHONE,), (HOME,))
    assert shown.emails == ()
    wrong = contact().disclosure.caller(joined(ONE, TWO), SearchQuery(birth_date=date(1984, 3, 8), post_code="60614"))
    assert not [secret for secret in SECRETS if secret in repr(wrong)]


def test_facts_open_when_verified() -> None:
    shown = contact(2).disclosure.caller(joined(ONE, TWO))
    assert (shown.birth_date, shown.phones, shown.addresses, shown.emails) == (date(1984, 3, 9), (PHONE,), (HOME,), (MAIL,))
    assert shown.shut == ()


def test_what_only_a_stricter_department_knows_opens_with_it() -> None:
    strict = person("benefits", "3", "Maria Gonzalez", "1984-03-09", PHONE, HOME, "secret@mail.example")
    made = contact(2)
    made.disclosure = Disclosure(made.session, made.ladder, [manifest("benefits", level="strong")], RULES.facts)
    shown = made.disclosure.caller(joined(ONE, TWO, strict))
    assert shown.emails == (MAIL,)
    assert dict(shown.shut) == {"email": "strong"}
    assert "secret@" not in repr(shown)


@pytest.mark.parametrize(("level", "tabs"), [(0, ["verified", "identified"]), (1, ["verified", ""]), (2, ["", ""])])
def test_tabs_open_by_level(level: int, tabs: list[str]) -> None:
    sight = contact(level).disclosure.sight(joined(ONE, TWO))
    assert [sight.tab(name) for name in ("revenue", "permits")] == tabs
    shown = seen(contact(level).disclosure, bill(), record("permits", "P1"))
    assert [each.ref.department for each in shown] == [name for name, why in zip(("revenue", "permits"), tabs, strict=True) if not why]


def test_a_kind_of_record_may_need_more_than_its_department() -> None:
    loan = msgspec.structs.replace(record("revenue", "L1", "A book about divorce"), kind="loan")
    assert seen(contact(2).disclosure, loan) == []
    assert seen(contact(3).disclosure, loan) == [loan]


def test_fields_open_by_level_by_kind_and_by_purpose() -> None:
    (shown,) = seen(contact(2).disclosure, bill())
    assert [(field.value, field.shut) for field in shown.fields] == [("TB1", ""), ("", "reveal"), ("", "not permitted"), ("", "strong")]
    assert "DE02" not in repr(shown)
    wide = (Purpose("Health", fields=("open", "health")),)
    (shown,) = seen(contact(2, purposes=wide).disclosure, bill())
    assert [(field.value, field.shut) for field in shown.fields] == [("TB1", ""), ("", "not permitted"), ("", "strong"), ("", "strong")]
    (shown,) = seen(contact(3, purposes=wide).disclosure, bill())
    assert [field.shut for field in shown.fields] == ["", "not permitted", "reveal", ""]


def test_numbers_of_a_person_are_masked_too() -> None:
    number = Identifier("national id", "978-65-4321", "national_id")
    parcel = Identifier("parcel", "14-33-105")
    one = msgspec.structs.replace(ONE, identifiers=(number, parcel))
    for level, shuts in ((0, ["verified", "verified"]), (2, ["reveal", ""])):
        shown = contact(level).disclosure.caller(joined(one, TWO))
        member = next(each for each in shown.members if each.identifiers)
        assert [each.shut for each in member.identifiers] == shuts
        assert "4321" not in repr(shown)


def test_what_the_purpose_leaves_out_is_not_permitted_rather_than_nothing() -> None:
    made = contact(3, purposes=(Purpose("Streets", departments=("permits",)),))
    assert made.disclosure.sight(joined(ONE, TWO)).tab("revenue") == "not permitted"
    assert seen(made.disclosure, bill()) == []


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_auditors_and_administrators_see_nothing_of_citizens(role: str) -> None:
    made = contact(role=role)
    assert not made.session.allows("revenue")
    assert seen(made.disclosure, bill()) == []
    assert made.session.purpose == "none"


def test_at_their_own_files_nobody_is_on_the_line() -> None:
    made = contact(role="caseworker", purposes=(Purpose("Inquiry"), Purpose("Casework", ("caseworker",), ("Own files",), caller=False)))
    assert made.disclosure.level(joined(ONE, TWO)) == "anonymous"
    assert made.session.give_reason("Own files")
    assert made.disclosure.level(joined(ONE, TWO)) == "strong"
    (shown,) = seen(made.disclosure, bill())
    assert shown.fields[1].shut == "reveal"
    assert made.session.give_reason("Own fil")


def test_a_text_that_tells_a_masked_address_is_masked_in_that_place() -> None:
    made = contact(1)
    permit = record(
        "permits",
        "P1",
        "Porch repair, 2210 N Clark St, front",
        fields=(Field("Place", "2210 Clark Street"), Field("Near", "2212 N Clark St")),
    )
    (shown,) = seen(made.disclosure, permit)
    assert shown.title == f"Porch repair, {MASK}, front"
    assert [field.value for field in shown.fields] == [MASK, "2212 N Clark St"]
    assert seen(contact(2).disclosure, permit) == [permit]


def secret(who: Person) -> Person:
    return msgspec.structs.replace(who, protected=True)


ALL_FIELDS = (Purpose("Casework", fields=("open", "protected"), caller=False),)


def test_a_secret_address_is_in_no_list_whoever_holds_it() -> None:
    caller = joined(ONE, secret(TWO))
    for made in (contact(3), contact(purposes=ALL_FIELDS), contact(alone=True)):
        shown = made.disclosure.caller(caller)
        assert shown.addresses == ()
        assert not [word for word in ("Clark", "2210", "60614") if word in repr(shown)]
        (permit,) = seen(made.disclosure, record("permits", "P1", "Porch repair, 2210 N Clark St"), caller=caller)
        assert permit.title == f"Porch repair, {MASK}"
    assert dict(contact(3).disclosure.caller(caller).shut)["address"] == "not permitted"
    assert dict(contact(purposes=ALL_FIELDS).disclosure.caller(caller).shut)["address"] == "reveal"


def test_no_reason_of_the_list_names_the_address_of_somebody_who_hides() -> None:
    hidden = secret(person("cases", "9", "Jane Doe", "1990-01-01", "", HOME))
    rival = person("revenue", "8", "Jane Doe", "", "", HOME)
    callers = join_people((hidden, rival), SearchQuery(name="Jane Doe", given="Jane", family="Doe"))
    assert any("address" in why for caller in callers for why in caller.why)
    shown = contact(alone=True).disclosure.callers(callers, None)
    assert not any("address" in why for caller in shown for why in caller.why)


def test_a_matter_that_names_nobody_needs_nobody_verified() -> None:
    nobody = Caller("record:permits/24", "Pothole", None, (), (), (), "single", (), ())
    report = record("permits", "24", "Pothole")
    somebodys = msgspec.structs.replace(report, subject=ONE.ref)
    assert seen(contact().disclosure, report, caller=nobody) == [report]
    assert seen(contact().disclosure, somebodys, caller=nobody) == []


def test_two_sights_are_alike_only_when_they_show_the_same() -> None:
    caller = joined(ONE, TWO)
    assert contact(1).disclosure.sight(caller) == contact(1).disclosure.sight(caller)
    assert contact(1).disclosure.sight(caller) != contact(2).disclosure.sight(caller)
    assert contact(3).disclosure.sight(caller) != contact(3).disclosure.sight(joined(ONE, secret(TWO)))
    hidden_more = msgspec.structs.replace(secret(TWO), addresses=(Address(HOME), Address("7 Elm Rd")))
    assert contact(3).disclosure.sight(joined(ONE, secret(TWO))) != contact(3).disclosure.sight(joined(ONE, hidden_more))
