"""What is asked of an Open311 server, and what comes of its answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.contract import BadAnswer, NotFound
from models.people import SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.fakes.open311_server import City
from tests.unit.open311.conftest import CITY, REQUESTS, ctx, request


def test_finds_people_by_phone(opened: Any) -> None:
    with opened(dialect={"days": 366}) as city:
        (ana,) = city.find(phone="+15550100")
        assert ana.full_name == "Ana Núñez"
        assert ana.ref == SubjectRef("city", "5")
        assert {parameters["phone"] for _, parameters, _ in city.server.asked} == {"15550100"}


def test_leaves_out_what_the_query_does_not_say(opened: Any) -> None:
    with opened() as city:
        assert city.numbers(city.find(name="O'Neil", family="O'Neil")) == ["6"]
        assert "first_name" not in city.server.asked[0][1]


def test_requests_that_name_nobody_are_found_themselves(opened: Any) -> None:
    with opened() as city:
        found = city.find(address="1 Main St")
        assert [type(each).__name__ for each in found] == ["Person", "Person", "Record", "Record"]
        assert city.numbers(found) == ["5", "6", "SR-3", "a/b c"]


@pytest.mark.parametrize("reference", ["SR-1", "sr-1"])
def test_a_reference_is_looked_up(opened: Any, reference: str) -> None:
    with opened() as city:
        record, person = city.find(reference=reference)
        assert (record.ref.id, record.subject) == ("SR-1", SubjectRef("city", "5"))
        assert (person.ref, person.full_name) == (record.subject, "Ana Núñez")
        assert city.numbers(city.find(reference="SR-3")) == ["SR-3"]


def test_what_fits_no_question_asks_nothing(opened: Any) -> None:
    with opened() as city:
        assert not city.department.can_find(SearchQuery(email="a@b.example"))
        assert not city.department.can_find(SearchQuery(reference="X-1"))
        assert city.department.can_find(SearchQuery(reference="sr-12"))
        assert city.find(email="a@b.example") == []
        assert city.server.asked == []


def test_a_question_whose_values_come_out_empty_is_not_asked(opened: Any) -> None:
    find = ({"needs": ("phone",), "query": {"phone": "{phone|digits}", "status": "open"}},)
    with opened(find=find) as city:
        assert city.find(phone="none") == []
        assert city.server.asked == []


def test_a_question_with_dates_of_its_own_is_asked_once(opened: Any) -> None:
    records = ({"query": {"account_id": "{subject}", "start_date": ""}}, {"query": {"account_id": "{subject}", "start_date": "{since}"}})
    with opened(records=records, dialect={"days": 80}) as city:
        assert city.numbers(city.department.records(SubjectRef("city", "5"), ctx())) == ["SR-1"]
        assert [parameters for _, parameters, _ in city.server.asked] == [
            {"account_id": "5"},
            {"account_id": "5", "start_date": "2026-09-05"},
        ]


def test_a_request_that_cant_be_read_keeps_nobody_from_the_others(opened: Any) -> None:
    own = {"service_request": {"id": "service_request_id", "title": "service_name", "due": {"from": "expected_datetime", "date": "iso"}}}
    city_of_two = City(requests=[request("SR-1", 1, expected_datetime="soon"), request("SR-2", 2)])
    with opened(city_of_two, record=own) as city:
        found = city.department.find(SearchQuery(address="1 Main St"), ctx())
        assert next(found).ref.id == "SR-2"
        with pytest.raises(BadAnswer, match="1 of 2 entries"):
            next(found)


def test_more_than_the_limit_is_one_more_than_the_limit(opened: Any) -> None:
    many = City(requests=[request(f"SR-{n}", 1, account_id=f"p{n}") for n in range(10)] + [request(f"N-{n}", 1) for n in range(10)])
    with opened(many, limits={"people": 3, "records": 4}) as city:
        found = city.find(address="1 Main St")
        assert [type(each).__name__ for each in found] == ["Person"] * 4 + ["Record"] * 5


@pytest.mark.parametrize("unknown", ["404", "empty", "text"])
@pytest.mark.parametrize("errors", ["standard", "bare", "typed", "nested"])
def test_an_unknown_number_is_nothing_found(opened: Any, unknown: str, errors: str) -> None:
    with opened(replace(CITY, unknown=unknown, errors=errors)) as city:
        assert city.find(reference="SR-404") == []
        with pytest.raises(NotFound):
            city.department.lookup(RecordRef("city", "SR-404"), ctx())


# --- records


def test_records_of_one_person_over_more_than_a_window(opened: Any) -> None:
    with opened(dialect={"days": 366}) as city:
        records = list(city.department.records(SubjectRef("city", "5"), ctx()))
        assert city.numbers(records) == ["SR-1", "SR-4", "SR-5"]
        assert all(each.subject == SubjectRef("city", "5") for each in records)
        assert len(city.server.asked) == 5


def test_ninety_days_are_one_call(opened: Any) -> None:
    with opened() as city:
        assert city.numbers(city.department.records(SubjectRef("city", "5"), ctx())) == ["SR-1"]
        ((_, parameters, _),) = city.server.asked
        assert (parameters["start_date"], parameters["end_date"]) == ("2026-08-27T00:00:00Z", "2026-11-25T00:00:00Z")


def test_a_server_that_knows_no_people_gives_nobody_elses_records(opened: Any) -> None:
    with opened(replace(CITY, requests=[each for each in REQUESTS if "account_id" in each], knows_people=False)) as city:
        assert city.numbers(city.department.records(SubjectRef("city", "6"), ctx())) == ["SR-2"]


def test_dates_without_their_time_still_reach_today(opened: Any) -> None:
    with opened(replace(CITY, drops_time=True), dialect={"days": 366}) as city:
        assert city.numbers(city.department.records(SubjectRef("city", "6"), ctx())) == ["SR-2"]


@pytest.mark.parametrize(("omit", "zone"), [(False, "+01:00"), (True, "")])
def test_dates_are_of_the_departments_zone_or_of_none(opened: Any, omit: bool, zone: str) -> None:
    with opened(dialect={"omit_timezone": omit}, time_zone="Europe/Vienna") as city:
        # Summer time ends within: by two clocks it would be an hour longer than the 90 days that the server allows.
        list(city.department.records(SubjectRef("city", "5"), ctx()))
        parameters = city.server.asked[0][1]
        assert (parameters["start_date"], parameters["end_date"]) == (f"2026-08-27T00:00:00{zone}", f"2026-11-25T00:00:00{zone}")


# --- lookup, tokens, area, services


@pytest.mark.parametrize("number", ["SR-3", "a/b c"])
@pytest.mark.parametrize("paths", [True, False])
def test_looks_up_by_path_or_by_parameter(opened: Any, number: str, paths: bool) -> None:
    with opened(replace(CITY, knows_paths=paths)) as city:
        record = city.department.lookup(RecordRef("city", number), ctx())
        assert (record.ref.id, record.title, record.subject) == (number, "Pothole, 1 Main St", None)


def test_a_token_becomes_its_request(opened: Any) -> None:
    with opened() as city:
        assert city.department.by_token("t1", ctx()).title == "Pothole, 1 Main St"
        assert city.department.lookup(RecordRef("city", "token:t1"), ctx()).ref.id == "SR-1"


def test_a_token_without_a_number_yet_is_its_own_key(opened: Any) -> None:
    with opened() as city:
        record = city.department.by_token("t2", ctx())
        assert (record.ref.id, record.title) == ("token:t2", "Service request")
        with pytest.raises(NotFound):
            city.department.by_token("t3", ctx())


def test_requests_of_an_area_and_a_time(opened: Any) -> None:
    with opened() as city:
        start, end = date(2026, 11, 20), date(2026, 11, 24)
        assert city.numbers(city.department.in_area(48.2, 16.37, 50, start, end, ctx())) == ["SR-1", "SR-2"]
        assert city.numbers(city.department.in_area(48.2, 16.37, 20_000, start, end, ctx())) == ["SR-1", "SR-2", "SR-3"]
        assert city.numbers(city.department.in_area(48.2, 16.37, None, date(2026, 3, 1), end, ctx())) == ["SR-1", "SR-2", "SR-4", "SR-5"]
        assert city.server.asked[-1][1]["radius"] == "100"


def test_services_and_their_definition(opened: Any) -> None:
    with opened() as city:
        (service,) = city.department.services(ctx())
        assert (service.code, service.name, service.metadata, service.keywords) == ("P1", "Pothole", True, ("road", "hole"))
        definition = city.department.definition("P1", ctx())
        assert definition.code == "P1"
        assert [(each.code, each.description, each.required) for each in definition.attributes] == [("Q", "How deep?", True)]
        with pytest.raises(NotFound):
            city.department.definition("P2", ctx())


def test_check_says_what_was_reached(opened: Any) -> None:
    with opened() as city:
        health = city.department.check(ctx())
        assert health.detail == "GeoReport v2, 1 services"
        assert health.ms > 0


# --- habits
