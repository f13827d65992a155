"""The kind open311 against a real server, in JSON and XML, and with the habits of real cities."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import BadAnswer, CallContext, DepartmentError, NotFound, Rejected, SignInNeeded, Unavailable
from adapters.manifest import Manifest, ManifestError, load_manifest
from adapters.open311 import WINDOW, Open311Department, windows
from adapters.registry import make_department
from adapters.transport import Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef
from tests.fakes.open311_server import City, Open311Server

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA = {"account_id": "5", "first_name": "Ana", "last_name": "Núñez", "email": "ana@mail.example", "phone": "+15550100"}
BO = {"account_id": "6", "first_name": "Bo", "last_name": "O'Neil", "phone": "+15550200"}


def request(number: object, days_ago: float, **more: Any) -> dict[str, Any]:
    opened = (NOW - timedelta(days=days_ago)).isoformat()
    base = {"service_request_id": number, "status": "open", "service_name": "Pothole", "service_code": "P1", "requested_datetime": opened}
    return {**base, "address": "1 Main St", "lat": 48.2, "long": 16.37, "status_notes": None, **more}


REQUESTS = [
    request("SR-1", 1, **ANA),
    request("SR-2", 0.1, status="closed", **BO),
    request("SR-3", 3, lat=48.3),
    request("SR-4", 100, **ANA),
    request("SR-5", 250, **ANA),
    request("a/b c", 5, lat=None, long=None),
]
CITY = City(
    requests=REQUESTS,
    services=[{"service_code": "P1", "service_name": "Pothole", "metadata": True, "type": "realtime", "keywords": "road, hole"}],
    definitions={"P1": [{"code": "Q", "variable": True, "datatype": "text", "required": True, "order": 1, "description": "How deep?"}]},
    tokens={"t1": "SR-1", "t2": None},
)


def ctx(credential: str | None = None) -> CallContext:
    return CallContext(deadline=time.monotonic() + 10, credential=credential, now=NOW)


def manifest(address: str, **more: Any) -> Manifest:
    base: dict[str, Any] = {
        "id": "city",
        "path": "city.toml",
        "kind": "open311",
        "title": "City",
        "colour": "#336699",
        "address": address,
        "capabilities": ("find", "records", "lookup", "check"),
        "roles": ("agent",),
        "references": ("SR-[0-9]+",),
        "find": (
            {"needs": ("phone",), "query": {"phone": "{phone|digits}"}},
            {"needs": ("family",), "query": {"last_name": "{family}", "first_name": "{given}"}},
            {"needs": ("address",), "query": {"address": "{address}"}},
        ),
        "records": ({"query": {"account_id": "{subject}"}},),
    }
    return Manifest.model_validate({**base, **more})


@pytest.fixture(scope="module")
def transport() -> Iterator[Transport]:
    transport = Transport()
    yield transport
    transport.close()


@pytest.fixture(params=["json", "xml"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Opened:
    """A server with habits, and the department that asks it."""

    def __init__(self, transport: Transport, form: str, city: City, dialect: dict[str, Any], **more: Any) -> None:
        self.server = Open311Server(city)
        self.department = Open311Department(manifest(self.server.url, open311={"format": form, **dialect}, **more), transport)

    def __enter__(self) -> Opened:
        self.server.__enter__()
        return self

    def __exit__(self, *how: object) -> None:
        self.department.close()
        self.server.__exit__(*how)

    def find(self, **parts: Any) -> list[Person | Record]:
        return list(self.department.find(SearchQuery(**parts), ctx()))

    def numbers(self, found: Any) -> list[str]:
        return [each.ref.id for each in found]


@pytest.fixture
def opened(transport: Transport, form: str) -> Any:
    def make(city: City = CITY, *, dialect: dict[str, Any] | None = None, **more: Any) -> Opened:
        return Opened(transport, form, city, dialect or {}, **more)

    return make


# --- find


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


@pytest.mark.parametrize(
    "habits",
    [
        {"item": "service_request"},
        {"wraps_json": True},
        {"collapses_one": True},
        {"lists": True},
        {"keeps_nulls": True},
        {"only_xml": True},
    ],
)
def test_the_form_of_an_answer_changes_nothing(opened: Any, habits: dict[str, Any]) -> None:
    with opened() as plain, opened(replace(CITY, **habits)) as city:
        subject = SubjectRef("city", "5")
        wanted = list(plain.department.records(subject, ctx()))
        assert len(wanted) == 1
        assert list(city.department.records(subject, ctx())) == wanted
        assert city.find(phone="+15550200") == plain.find(phone="+15550200") != []


def test_numbers_as_ids(opened: Any) -> None:
    with opened(City(requests=[request("638344", 1, **ANA)], number_ids=True), references=("[0-9]+",)) as city:
        assert city.numbers(city.find(reference="638344")) == ["638344", "5"]
        assert city.numbers(city.department.records(SubjectRef("city", "5"), ctx())) == ["638344"]


@pytest.mark.parametrize("discovery", ["standard", "nested", "repeated", "draft first"])
def test_the_production_endpoint_of_a_discovery_is_asked(transport: Transport, form: str, discovery: str) -> None:
    with Open311Server(replace(CITY, discovery=discovery)) as server:
        root = server.url.removesuffix("/open311/v2")
        dialect = {"format": form, "discovery": f"open311/discovery.{form}"}
        department = Open311Department(manifest(root, open311=dialect), transport)
        assert department.lookup(RecordRef("city", "SR-1"), ctx()).ref.id == "SR-1"
        assert department.lookup(RecordRef("city", "SR-2"), ctx()).ref.id == "SR-2"
        assert server.paths() == [f"/open311/discovery.{form}", f"/open311/v2/requests/SR-1.{form}", f"/open311/v2/requests/SR-2.{form}"]
        department.check(ctx())
        assert server.paths()[3:] == [f"/open311/discovery.{form}", f"/open311/v2/services.{form}"]


def test_a_server_that_offers_xml_only_is_asked_for_xml(transport: Transport) -> None:
    with Open311Server(replace(CITY, only_xml=True)) as server:
        dialect = {"format": "json", "discovery": "../discovery.json"}
        department = Open311Department(manifest(server.url, open311=dialect), transport)
        department.check(ctx())
        assert server.paths()[-1] == "/open311/v2/services.xml"


def test_a_discovery_that_leads_elsewhere_is_not_followed(transport: Transport) -> None:
    with Open311Server(CITY) as server, Open311Server(CITY) as other:
        department = Open311Department(manifest(other.url, open311={"discovery": f"{server.url}/../discovery.json"}), transport)
        with pytest.raises(BadAnswer, match="another host"):
            department.check(ctx())
        server.url = other.url
        department = Open311Department(
            manifest(f"http://127.0.0.1:{server._server.server_port}", open311={"discovery": "open311/discovery.json"}), transport
        )
        with pytest.raises(BadAnswer, match="another host"):
            department.check(ctx())
        assert other.asked == []


@pytest.mark.parametrize(
    ("habits", "size", "calls"),
    [
        ({"most_a_page": 5}, 5, 3),
        ({"most_a_page": 20}, 20, 1),
        ({"most_a_page": 10}, 1000, 2),
        ({"most_a_page": 6}, 6, 3),
        ({"most_a_page": 6, "fails_after_last_page": True}, 6, 3),
        ({"most_a_page": 12, "repeats_pages": True}, 12, 2),
        ({"most_a_page": 0}, 0, 1),
    ],
)
def test_pages_are_asked_until_there_are_no_more(opened: Any, habits: dict[str, Any], size: int, calls: int) -> None:
    many = City(requests=[request(f"SR-{n}", 1, **ANA) for n in range(12)], **habits)
    with opened(many, dialect={"page_size": size}) as city:
        found = city.numbers(city.department.records(SubjectRef("city", "5"), ctx()))
        assert found == [f"SR-{n}" for n in range(12)]
        assert len(city.server.asked) == calls


def test_accept_encoding_and_jurisdiction_are_the_manifests(opened: Any) -> None:
    with opened(replace(CITY, jurisdiction="city.gov"), dialect={"jurisdiction": "city.gov", "accept_encoding": ""}) as city:
        city.department.check(ctx())
        _, parameters, headers = city.server.asked[0]
        assert parameters == {"jurisdiction_id": "city.gov"}
        assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("errors", ["standard", "bare", "typed", "nested", "text"])
def test_a_wrong_jurisdiction_is_not_nothing_found(opened: Any, errors: str) -> None:
    with opened(replace(CITY, jurisdiction="city.gov", errors=errors)) as city:
        with pytest.raises(DepartmentError) as caught:
            city.department.services(ctx())
        assert type(caught.value) is (NotFound if errors == "text" else Rejected)


@pytest.mark.parametrize("ok", [False, True])
@pytest.mark.parametrize("errors", ["standard", "bare", "typed", "nested"])
def test_the_api_key_is_shown_and_its_refusal_understood(opened: Any, errors: str, ok: bool) -> None:
    key = {"auth": {"type": "api_key", "parameter": "api_key"}, "credential": "city"}
    with opened(replace(CITY, api_key="k-1", errors=errors, errors_are_ok=ok), **key) as city:
        assert city.department.lookup(RecordRef("city", "SR-1"), ctx("k-1")).ref.id == "SR-1"
        with pytest.raises(SignInNeeded) as refused:
            city.department.lookup(RecordRef("city", "SR-1"), ctx("k-2"))
        assert "k-2" not in str(refused.value)
        with pytest.raises(SignInNeeded) as absent:
            city.department.lookup(RecordRef("city", "SR-1"), ctx())
        assert absent.value.fault_key == "no_credential"


def test_a_server_that_is_gone_is_unavailable(transport: Transport) -> None:
    with Open311Server(CITY) as server:
        department = Open311Department(manifest(server.url), transport)
    with pytest.raises(Unavailable):
        department.check(ctx())


# --- windows and manifests


@pytest.mark.parametrize("days", [0, 1, 89, 90, 91, 179, 180, 365, 3660])
def test_windows_cover_every_day_and_none_is_too_long(days: int) -> None:
    start = date(2026, 1, 1)
    end = start + timedelta(days=days)
    found = list(windows(start, end))
    assert (found[-1][0], found[0][1]) == (start, end)
    assert all(until - since <= WINDOW for since, until in found)
    assert all(since < later_until for (since, _), (_, later_until) in pairwise(found))


MANIFEST = """\
kind = "open311"
title = "City"
colour = "#336699"
address = "http://city.example/open311/v2"
capabilities = ["lookup"]
roles = ["agent"]
"""


@pytest.mark.parametrize(
    ("more", "line", "words"),
    [
        ('time_zone = "Mars/Base"\n', 7, "no IANA name"),
        ('[[lookup]]\npath = "x"\n', 7, "take \\[\\[lookup\\]\\] out"),
        ('[[find]]\nneeds = ["phone"]\nitems = "x"\n', 9, "has no items in"),
        ('[record.a]\nid = "x"\ntitle = "x"\n[record.b]\nid = "x"\ntitle = "x"\n', 10, "one sort of record"),
    ],
)
def test_what_the_kind_cant_do_is_said_with_its_line(transport: Transport, tmp_path: Path, more: str, line: int, words: str) -> None:
    path = tmp_path / "city.toml"
    path.write_text(MANIFEST + more, encoding="utf-8")
    with pytest.raises(ManifestError, match=words) as caught:
        make_department(load_manifest(path, tmp_path), transport)
    assert [problem.line for problem in caught.value.problems] == [line]


@pytest.mark.parametrize(("capability", "words"), [("find", "references are needed"), ("records", "account_id")])
def test_a_capability_needs_its_question(transport: Transport, tmp_path: Path, capability: str, words: str) -> None:
    path = tmp_path / "city.toml"
    path.write_text(MANIFEST.replace('"lookup"', f'"{capability}"'), encoding="utf-8")
    with pytest.raises(ManifestError, match=words) as caught:
        make_department(load_manifest(path, tmp_path), transport)
    assert [problem.line for problem in caught.value.problems] == [5]
