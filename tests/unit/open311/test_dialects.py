"""Servers as cities have them: other forms, discovery, pages, errors, credentials; and what a manifest may not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import BadAnswer, DepartmentError, NotFound, Rejected, SignInNeeded, Unavailable
from adapters.manifest import ManifestError, load_manifest
from adapters.open311 import WINDOW, Open311Department, windows
from adapters.registry import make_department
from adapters.transport import Transport
from models.people import SubjectRef
from models.records import RecordRef
from tests.fakes.open311_server import City, Open311Server
from tests.unit.open311.conftest import ANA, CITY, ctx, manifest, request


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
        ('[[lookup]]\npath = "x"\n', 7, "take \\[\\[lookup\\]\\] out"),
        ('[[find]]\nneeds = ["phone"]\nitems = "x"\n', 9, "has no items"),
        ('[record.a]\nid = "x"\ntitle = "x"\n[record.b]\nid = "x"\ntitle = "x"\n', 10, "one sort of record"),
        ('[person]\nid = "account["\nfull_name = "name"\n', 8, "person.id: .* is no JMESPath"),
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
