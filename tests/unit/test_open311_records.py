"""Open311 items as the vocabulary has them: service requests, their dates and states, and their reporters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import CallContext, DepartmentError
from adapters.manifest import Manifest
from adapters.open311_answers import request_items
from adapters.open311_records import ItemReader, item_key, moment
from adapters.toml_tables import read_table
from models.people import Address, SubjectRef
from models.records import Field

CTX = CallContext(deadline=0.0, now=datetime(2026, 11, 24, 12, tzinfo=UTC))
VIENNA = ZoneInfo("Europe/Vienna")


def manifest(**more: Any) -> Manifest:
    base = {"id": "city", "path": "city.toml", "kind": "open311", "title": "City", "colour": "#336699"}
    return read_table(Manifest, {**base, "address": "http://city.example", "capabilities": ("find",), "roles": ("agent",), **more})


def reader(zone: ZoneInfo | None = None, **more: Any) -> ItemReader:
    return ItemReader(manifest(**more), zone)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2010-04-14T06:37:38-08:00", "2010-04-14T06:37:38-08:00"),
        ("2010-04-14T06:37:38.123Z", "2010-04-14T06:37:38.123000+00:00"),
        ("2010-04-14T06:37:38+0200", "2010-04-14T06:37:38+02:00"),
        ("2010-04-14 06:37:38 UTC", "2010-04-14T06:37:38+00:00"),
        ("2010-04-14T06:37:38", "2010-04-14T06:37:38+02:00"),
        ("2011-09-1 17:35", "2011-09-01T17:35:00+02:00"),
        ("2011-12-01", "2011-12-01T00:00:00+01:00"),
    ],
)
def test_dates_as_cities_write_them(written: str, expected: str) -> None:
    found = moment(written, VIENNA)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "written", ["", "soon", "0000-00-00 00:00", "2011-02-30", "2011-09-01T25:00", "04/05/2011", "2011-09-01T00:00+99:00"]
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert moment(written) is None


@pytest.mark.parametrize(
    ("zone", "opened"),
    [(None, date(2026, 11, 1)), (VIENNA, date(2026, 11, 2))],
)
def test_the_day_is_that_of_the_departments_zone(zone: ZoneInfo | None, opened: date) -> None:
    item = {"service_request_id": "1", "requested_datetime": "2026-11-01T23:30:00Z"}
    assert reader(zone).record(item, CTX).opened == opened


def test_a_date_that_cant_be_read_is_shown_as_it_is() -> None:
    record = reader().record({"service_request_id": "1", "requested_datetime": "last Tuesday"}, CTX)
    assert record.opened is None
    assert record.fields == (Field("Requested", "last Tuesday"),)


@pytest.mark.parametrize(
    ("word", "state"),
    [("open", "open"), ("Closed", "closed"), ("ACKNOWLEDGED", "active"), ("in process", "active"), ("parked", ""), ("", "")],
)
def test_states(word: str, state: str) -> None:
    record = reader().record({"service_request_id": "1", "status": word}, CTX)
    assert (record.status, record.state) == (word, state)


def test_a_code_list_of_the_manifest_comes_first() -> None:
    codes = {"status": {"OPEN": {"label": "Received", "state": "waiting"}, "*": {"label": "Unknown"}}}
    records = [reader(codes=codes).record({"service_request_id": "1", "status": word}, CTX) for word in ("open", "closed", "")]
    assert [(each.status, each.state) for each in records] == [("Received", "waiting"), ("Unknown", ""), ("", "")]


@pytest.mark.parametrize(("due", "attention"), [("2026-11-23", "late"), ("2026-12-01", "soon"), ("2027-03-01", "none")])
def test_attention_follows_from_the_promise(due: str, attention: str) -> None:
    assert reader().record({"service_request_id": "1", "status": "open", "expected_datetime": due}, CTX).attention == attention


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ({"service_name": "Pothole", "address": "1 Main St"}, "Pothole, 1 Main St"),
        ({"service_code": 12}, "12"),
        ({}, "Service request"),
    ],
)
def test_titles(item: dict[str, Any], title: str) -> None:
    assert reader().record({"service_request_id": "1", **item}, CTX).title == title


def test_every_further_value_is_a_field_and_the_reporters_are_masked() -> None:
    item = {
        "service_request_id": 1,
        "first_name": "Ana",
        "phone": "555 0100",
        "notes": [{"datetime": "2026-11-01", "description": "called"}, {"datetime": "2026-11-02", "description": "done"}],
        "lat": 1.5,
        "long": 2,
    }
    assert reader().record(item, CTX).fields == (
        Field("Coordinates", "1.5, 2"),
        Field("First name", "Ana", "sensitive"),
        Field("Phone", "555 0100", "sensitive"),
        Field("Notes", "datetime: 2026-11-01; description: called, datetime: 2026-11-02; description: done"),
    )


def test_keys_of_items_without_a_number_are_stable_and_differ() -> None:
    pothole, lamp = {"description": "a hole"}, {"description": "no light"}
    assert item_key({"service_request_id": 7, "token": "t"}) == "7"
    assert item_key({"token": "t"}) == "token:t"
    assert item_key(pothole) == item_key(dict(pothole)) != item_key(lamp)


def test_one_person_for_all_items_of_a_reporter() -> None:
    ana = {"account_id": 5, "first_name": "Ana", "last_name": "Núñez", "phone": "555 0100", "address_string": "1 Home St"}
    items = [
        {**ana, "service_request_id": "1", "address": "9 Elm St"},
        {**ana, "service_request_id": "4", "email": "ana@mail.example", "phone": "555 0199"},
    ]
    first = reader().person(items, CTX)
    second = reader().person([{"account_id": "6", "service_request_id": "3", "address": "4 Oak St"}], CTX)
    assert first.ref == SubjectRef("city", "5")
    assert (first.full_name, first.given_name, first.family_name) == ("Ana Núñez", "Ana", "Núñez")
    assert (first.phones, first.emails) == (("555 0100", "555 0199"), ("ana@mail.example",))
    assert first.addresses == (Address("1 Home St"),)
    assert (second.ref.id, second.full_name, second.addresses) == ("6", "", (Address("4 Oak St"),))


def test_a_person_and_record_map_of_the_manifest_are_used() -> None:
    own = reader(
        person={"id": "reporter.id", "full_name": {"from": "reporter.name", "name_order": "family-first"}, "phones": ["reporter.tel"]},
        record={"report": {"id": "service_request_id", "title": "headline"}},
    )
    items = [
        {"service_request_id": 1, "headline": "Hole", "reporter": {"id": 9, "name": "Núñez, Ana", "tel": "1"}},
        {"service_request_id": 2},
    ]
    assert [own.account(item) for item in items] == ["9", ""]
    person = own.person(items[:1], CTX)
    assert (person.ref.id, person.full_name, person.phones) == ("9", "Ana Núñez", ("1",))
    record = own.record(items[0], CTX)
    assert (record.ref.id, record.kind, record.title, record.subject) == ("1", "report", "Hole", SubjectRef("city", "9"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_DATES = ["requested_datetime", "expected_datetime"]
keys = st.sampled_from(["service_request_id", "status", *_DATES, "lat", "long", "account_id", "first_name", "phone", "address"])


@given(st.dictionaries(keys | st.text(max_size=8), values, max_size=8))
@settings(max_examples=300, deadline=None)
def test_no_item_raises_anything_but_a_departments_error(item: dict[str, Any]) -> None:
    read = reader(VIENNA)
    try:
        items = request_items([item])
    except DepartmentError:
        return
    for each in items:
        record = read.record(each, CTX)
        assert record.ref.id
        assert record.title
        assert not any("\x00" in field.value or not field.label for field in record.fields)
        read.person([each], CTX)
