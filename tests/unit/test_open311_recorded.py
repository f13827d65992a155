"""Recorded answers of real cities, and lists of real endpoints: every file is read, and nothing in it is lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.contract import CallContext, NotFound, Rejected, SignInNeeded
from adapters.manifest import Manifest, load_manifest
from adapters.open311 import Open311Department
from adapters.open311_answers import Endpoint, definition, endpoints, production, read, request_items, services
from adapters.open311_records import ItemReader
from adapters.transport import HttpResponse, Transport
from adapters.xml_answers import decode_xml
from models.records import Field

FILES = {
    "cfa-open311-gem/403.xml",
    "cfa-open311-gem/get_service_request.xml",
    "cfa-open311-gem/get_service_request_not_found.xml",
    "cfa-open311-gem/post_service_request.xml",
    "cfa-open311-gem/request_id_from_token.xml",
    "cfa-open311-gem/service_definition.xml",
    "cfa-open311-gem/service_requests.xml",
    "cfa-open311-gem/service_requests_empty.xml",
    "cfa-open311-gem/services.xml",
    "node-open311-mocks/cities.json",
    "node-open311-mocks/test/mocks/boston-err-submitrequest-base_is_duplicate.xml",
    "node-open311-mocks/test/mocks/boston-submitrequest-token.xml",
    "node-open311-mocks/test/mocks/dc-services-S0301.xml",
    "node-open311-mocks/test/mocks/dc-services.xml",
    "node-open311-mocks/test/mocks/discovery-boston.json",
    "node-open311-mocks/test/mocks/discovery-dc.xml",
    "node-open311-mocks/test/mocks/service-request.xml",
    "node-open311-mocks/test/mocks/service-requests.xml",
    "node-open311-mocks/test/mocks/token.xml",
    "open311status/cities.yml",
    "open311status/service_list.json",
    "open311status/services_giessen.xml",
    "r311/endpoints.json",
}
DIALECT = ("format", "jurisdiction", "discovery", "page_size", "omit_timezone", "accept_encoding")
CTX = CallContext(deadline=0.0, now=datetime(2010, 4, 20, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> Path:
    folder = shared_data / "open311"
    if not folder.is_dir():
        pytest.skip(f"no recorded Open311 answers at {folder}")
    return folder


def answer(recorded: Path, name: str, status: int = 200) -> HttpResponse:
    assert name in FILES
    body = (recorded / name).read_bytes()
    if body.startswith(b"HTTP/"):  # recorded with its status line
        head, _, body = body.partition(b"\n\n")
        status = int(head.split()[1])
    media = "application/json" if name.endswith(".json") else "text/xml"
    return HttpResponse(status, {"content-type": media}, body, "http://city.example/")


def requests_in(recorded: Path, name: str) -> list[dict[str, Any]]:
    return request_items(read(answer(recorded, name)))


def texts_in(element: etree._Element) -> list[str]:
    return [text.strip() for text in element.itertext() if text.strip()]


def test_no_recorded_file_is_left_unread(recorded: Path) -> None:
    found = {path.relative_to(recorded).as_posix() for path in recorded.rglob("*") if path.is_file()}
    assert found == FILES


# --- requests

TWO = {
    "node-open311-mocks/test/mocks/service-requests.xml": "http://city.gov.s3.amazonaws.com/requests/media/638349.jpg",
    "cfa-open311-gem/service_requests.xml": "http://open311.city.gov.s3.amazonaws.com/requests/media/638349.rss",
}
ONE = {
    "node-open311-mocks/test/mocks/service-request.xml": "http://city.gov.s3.amazonaws.com/requests/media/638344.jpg",
    "cfa-open311-gem/get_service_request.xml": "http://open311.city.gov.s3.amazonaws.com/requests/media/638344.rss",
}


@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_requests_keep_every_value_and_leave_out_the_empty_ones(recorded: Path, name: str) -> None:
    items = requests_in(recorded, name)
    assert len(items) == (2 if name in TWO else 1)
    assert items[0]["service_request_id"] == "638344"
    assert items[0]["status_notes"] == "Duplicate request."
    assert not {"description", "agency_responsible", "service_notice"} & items[0].keys()
    assert [value for item in items for value in item.values()] == texts_in(decode_xml(answer(recorded, name)))


@pytest.mark.parametrize(("name", "media"), ONE.items())
def test_a_request_becomes_a_record(recorded: Path, manifest: Manifest, name: str, media: str) -> None:
    (item,) = requests_in(recorded, name)
    record = ItemReader(manifest, None).record(item, CTX)
    assert (record.ref.id, record.kind, record.title) == ("638344", "service_request", "Sidewalk and Curb Issues, 8TH AVE and JUDAH ST")
    assert (record.status, record.state, record.attention) == ("closed", "closed", "none")
    assert (record.opened, record.due, record.subject) == (date(2010, 4, 14), date(2010, 4, 15), None)
    assert record.fields == (
        Field("Status notes", "Duplicate request."),
        Field("Requested", "2010-04-14 06:37"),
        Field("Updated", "2010-04-14 06:37"),
        Field("Expected", "2010-04-15 06:37"),
        Field("Address", "8TH AVE and JUDAH ST"),
        Field("Post code", "94122"),
        Field("Coordinates", "37.762221815, -122.4651145"),
        Field("Media", media),
        Field("Service code", "006"),
        Field("Address id", "545483"),
    )


@pytest.mark.parametrize(("name", "media"), TWO.items())
def test_an_open_request_past_its_promise_is_late(recorded: Path, manifest: Manifest, name: str, media: str) -> None:
    record = ItemReader(manifest, None).record(requests_in(recorded, name)[1], CTX)
    assert (record.ref.id, record.status, record.state, record.attention) == ("638349", "open", "open", "late")
    assert record.due == date(2010, 4, 19)
    assert Field("Media", media) in record.fields


def test_an_empty_list_holds_no_requests(recorded: Path) -> None:
    assert requests_in(recorded, "cfa-open311-gem/service_requests_empty.xml") == []


def test_a_posted_request_has_its_number_and_notice(recorded: Path) -> None:
    (item,) = requests_in(recorded, "cfa-open311-gem/post_service_request.xml")
    assert item.keys() == {"service_request_id", "service_notice"}
    assert item["service_request_id"] == "293944"
    assert item["service_notice"].startswith("The City will inspect")
    assert item["service_notice"].endswith("Public Works Code")


@pytest.mark.parametrize("name", ["cfa-open311-gem/request_id_from_token.xml", "node-open311-mocks/test/mocks/token.xml"])
def test_a_token_leads_to_a_number(recorded: Path, name: str) -> None:
    assert requests_in(recorded, name) == [{"service_request_id": "638344", "token": "12345"}]


def test_a_posted_request_may_have_a_token_only(recorded: Path, manifest: Manifest) -> None:
    (item,) = requests_in(recorded, "node-open311-mocks/test/mocks/boston-submitrequest-token.xml")
    assert item == {"token": "503fc045901932078800163c"}
    assert ItemReader(manifest, None).record(item, CTX).ref.id == "token:503fc045901932078800163c"


# --- errors


@pytest.mark.parametrize("status", [200, 404])
def test_not_found_whatever_the_status_says(recorded: Path, status: int) -> None:
    with pytest.raises(NotFound) as caught:
        read(answer(recorded, "cfa-open311-gem/get_service_request_not_found.xml", status))
    assert "not-an-id" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 400])
def test_a_duplicate_is_rejected(recorded: Path, status: int) -> None:
    with pytest.raises(Rejected, match=r"^Open311 error 400$"):
        read(answer(recorded, "node-open311-mocks/test/mocks/boston-err-submitrequest-base_is_duplicate.xml", status))


def test_a_refused_key_is_a_matter_of_the_credential(recorded: Path) -> None:
    response = answer(recorded, "cfa-open311-gem/403.xml")
    assert response.status == 403
    with pytest.raises(SignInNeeded):
        read(response)


# --- services


def service_elements(recorded: Path, name: str) -> list[etree._Element]:
    return list(decode_xml(answer(recorded, name)).iterfind("{*}service"))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cfa-open311-gem/services.xml", 36),
        ("node-open311-mocks/test/mocks/dc-services.xml", 86),
        ("open311status/services_giessen.xml", 8),
    ],
)
def test_services_in_xml(recorded: Path, name: str, count: int) -> None:
    found = services(read(answer(recorded, name)))
    assert len(found) == count
    for service, element in zip(found, service_elements(recorded, name), strict=True):
        said = {child.tag: (child.text or "").strip() for child in element}
        assert service.code == said["service_code"] != ""
        assert service.name == said["service_name"] != ""
        assert service.description == said.get("description", "")
        assert service.group == said.get("group", "")
        assert ",".join(service.keywords) == ",".join(filter(None, (word.strip() for word in said.get("keywords", "").split(","))))
        assert service.metadata is (said["metadata"] == "true")
        assert service.type == said["type"]


def test_services_in_json(recorded: Path) -> None:
    found = services(read(answer(recorded, "open311status/service_list.json")))
    assert [(each.code, each.name, each.group) for each in found] == [
        ("001", "Cans left out 24x7", "sanitation"),
        ("002", "Construction plate shifted", "street"),
        ("003", "Curb or curb ramp defect", "street"),
    ]
    assert all(each.metadata and each.keywords == ("lorem", "ipsum", "dolor") and each.type == "realtime" for each in found)


def test_umlauts_and_markup_in_services(recorded: Path) -> None:
    giessen = services(read(answer(recorded, "open311status/services_giessen.xml")))
    assert [each.name for each in giessen if each.code == "011"] == ["Straßen- und Gehwegschäden"]
    washington = services(read(answer(recorded, "node-open311-mocks/test/mocks/dc-services.xml")))
    assert "<br><br>" in next(each.description for each in washington if each.code == "S0003")


def test_a_definition_with_attributes_in_a_list(recorded: Path) -> None:
    found = definition(read(answer(recorded, "node-open311-mocks/test/mocks/dc-services-S0301.xml")))
    elements = list(decode_xml(answer(recorded, "node-open311-mocks/test/mocks/dc-services-S0301.xml")).iter("attribute"))
    assert found.code == "S0301"
    assert len(found.attributes) == len(elements) == 6
    assert [each.order for each in found.attributes] == sorted(int(each.findtext("order", "")) for each in elements)
    by_code = {each.code: each for each in found.attributes}
    for element in elements:
        attribute = by_code[element.findtext("code", "")]
        assert attribute.description == (element.findtext("description") or "").strip()
        assert attribute.variable is (element.findtext("variable") == "true")
        assert attribute.required is (element.findtext("required") == "true")
        assert attribute.datatype == element.findtext("datatype")
        assert attribute.values == tuple((value.findtext("key"), value.findtext("name")) for value in element.iter("value"))
    assert not by_code["NOTE001"].variable
    assert by_code["WHISPOLO"].values == (("ALLEY002", "Alley"), ("STREE001", "Street"))


def test_a_definition_with_a_bare_attribute(recorded: Path) -> None:
    found = definition(read(answer(recorded, "cfa-open311-gem/service_definition.xml")))
    assert found.code == "DMV66"
    (attribute,) = found.attributes
    assert (attribute.code, attribute.datatype, attribute.required, attribute.order) == ("WHISHETN", "singlevaluelist", True, 1)
    assert attribute.values == (("123", "Ford"), ("124", "Chrysler"))


# --- discovery


def test_discovery_in_json_with_a_date_that_is_none(recorded: Path) -> None:
    found = endpoints(read(answer(recorded, "node-open311-mocks/test/mocks/discovery-boston.json")))
    specification, formats = "http://wiki.open311.org/GeoReport_v2", ("text/xml", "application/json")
    assert found == [
        Endpoint("https://mayors24.cityofboston.gov/open311/v2", specification, "production", formats),
        Endpoint("https://mayors24.cityofboston.gov:6443/open311/v2", specification, "test", formats),
    ]
    assert production(found) == found[0]


def test_discovery_in_xml_with_a_draft_beside(recorded: Path) -> None:
    found = endpoints(read(answer(recorded, "node-open311-mocks/test/mocks/discovery-dc.xml")))
    assert [each.url for each in found] == ["http://app.311.dc.gov/cwi/Open311/v2", "http://app.311.dc.gov/cwi/Open311"]
    assert {each.formats for each in found} == {("text/xml",)}
    assert production(found[::-1]).url == "http://app.311.dc.gov/cwi/Open311/v2"


# --- lists of endpoints


def cities(recorded: Path) -> dict[str, dict[str, Any]]:
    """Every city of the three lists by a name that is fit for a file, in the words of a manifest."""
    found = {}
    for city in json.loads((recorded / "node-open311-mocks/cities.json").read_bytes()):
        found[f"node-{city['id']}"] = {
            "name": city["name"],
            "address": city["endpoint"],
            "format": city.get("format", "json"),
            "jurisdiction": city.get("jurisdiction", ""),
            "discovery": city["discovery"],
        }
    for name, city in city_yaml((recorded / "open311status/cities.yml").read_text(encoding="utf-8")).items():
        found[f"status-{name}"] = {
            "name": city["name"],
            "address": city["endpoint"],
            "format": city.get("format", "json"),
            "jurisdiction": city.get("jurisdiction", ""),
            "page_size": int(city.get("requests_limit", 0)),
            "omit_timezone": city.get("requests_omit_timezone") == "true",
            "accept_encoding": "" if "headers" in city else "gzip",
        }
    for number, city in enumerate(json.loads((recorded / "r311/endpoints.json").read_bytes())):
        found[f"r311-{number}"] = {
            "name": city["name"],
            "address": city["root"],
            "format": "json" if city["json"] else "xml",
            "jurisdiction": city.get("jurisdiction", ""),
            "page_size": city["limit"] if city["pagination"] else 0,
            "key": city["key"],
        }
    return found


def city_yaml(text: str) -> dict[str, dict[str, str]]:
    """The two levels of cities.yml: this much YAML needs no library."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(":")
        if line and not line[0].isspace():
            found[key] = {}
        elif line.strip() and not line.strip().startswith("#"):
            found[list(found)[-1]][key] = value.strip().strip("\"'")
    return found


def manifest_text(city: dict[str, Any]) -> str:
    def toml(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    dialect = {key: city[key] for key in DIALECT if key in city}
    lines = [
        'kind = "open311"',
        f"title = {toml(city['name'][:40])}",
        'colour = "#336699"',
        f"address = {toml(city['address'])}",
        'capabilities = ["find", "lookup", "check"]',
        'roles = ["agent"]',
        "references = ['[0-9]+']",
    ]
    if city.get("key"):
        lines += ['credential = "city"', 'auth = { type = "api_key", parameter = "api_key" }']
    return "\n".join([*lines, "[open311]", *(f"{key} = {toml(value)}" for key, value in dialect.items())]) + "\n"


def test_every_listed_city_makes_a_department(recorded: Path, tmp_path: Path) -> None:
    found = cities(recorded)
    assert {prefix: sum(name.startswith(prefix) for name in found) for prefix in ("node", "status", "r311")} == {
        "node": 8,
        "status": 25,
        "r311": 69,
    }
    transport = Transport()
    for name, city in found.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(manifest_text(city), encoding="utf-8")
        manifest = load_manifest(path, tmp_path)
        Open311Department(manifest, transport).close()
        assert manifest.address == city["address"]
        for key in DIALECT:
            if key in city:
                assert getattr(manifest.open311, key) == city[key]
        assert bool(manifest.credential) is city.get("key", False)
    transport.close()


def test_the_lists_hold_the_dialects_that_matter(recorded: Path) -> None:
    found = cities(recorded)
    assert found["status-chicago"]["omit_timezone"]
    assert found["status-alexandria"]["accept_encoding"] == ""
    assert {city.get("page_size", 0) for city in found.values()} == {0, 20, 50, 100, 200, 1000, 6260}
    assert sum(city["format"] == "xml" for city in found.values()) == 6
    assert [city["name"] for city in found.values() if city.get("key")] == ["St. Louis, MO"]


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(
        id="city", path="city.toml", kind="open311", title="City", colour="#336699", address="http://city.example/open311/v2",
        capabilities=("lookup",), roles=("agent",),
    )  # fmt: skip
