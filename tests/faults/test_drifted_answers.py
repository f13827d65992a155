"""Whatever part of an answer is another than it was, a department of any JSON kind fails with a word of its own, and never otherwise.

Every place of an answer that is right is taken out, or gets a value of each other type: what servers do after an update.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.contract import CallContext, Department, DepartmentError
from adapters.manifest import load_manifest
from adapters.registry import make_department
from adapters.transport import HttpRequest, HttpResponse, Transport
from models.people import SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.contract import case_arcgis, case_fhir, case_graphql, case_odata, case_zgw
from tests.fakes import rest_city

URL = "http://127.0.0.1:9/api"
ADDRESS = {"street": "Mill Lane", "number": "3", "postCode": "20004", "city": "Springvale"}
ZAAK = {
    "identificatie": "CT-0001",
    "omschrijving": "Melding",
    "startdatum": "2026-09-01",
    "einddatumGepland": None,
    "zaaktype": f"{URL}/zaaktypen/1",
    "status": f"{URL}/statussen/1",
    "rollen": [f"{URL}/rollen/1"],
    "statustype": f"{URL}/statustypen/1",
    "betrokkeneType": "natuurlijk_persoon",
    "betrokkeneIdentificatie": {"inpBsn": "999991004", "geslachtsnaam": "Nowak", "geboortedatum": "1955-06-15"},
    "_expand": {"zaaktype": {"omschrijving": "Melding"}},
}
PATIENT = {
    "resourceType": "Patient",
    "id": "1004",
    "meta": {"versionId": "3"},
    "identifier": [{"value": "CT-0001"}],
    "name": [{"use": "official", "family": "Nowak", "given": ["Jan"]}],
    "birthDate": "1955-06-15",
    "telecom": [{"system": "phone", "value": "+12025550104"}],
    "address": [{"line": ["3 Mill Lane"], "city": "Springvale", "postalCode": "20004"}],
    "status": "requested",
    "description": "Tax 2025",
    "for": {"reference": "Patient/1004"},
    "restriction": {"period": {"end": "2026-04-30T17:00:00Z"}},
    "input": [{"type": {"text": "fee"}, "valueMoney": {"value": 999.99}}],
}
LAND = {
    "OWNER_ID": "1004",
    "FAMILY": "Nowak",
    "BORN": -459216000000,
    "NUMBER": "CT-0001",
    "SUBJECT": "Tax",
    "OPENED": 1756684800000,
    "FEE": 9.5,
}
CASE = {"number": "CT-0001", "subject": "Tax", "owner": {"id": "1004"}, "state": "O", "opened": "2026-01-31", "due": None, "amount": 9.5}
PERSON = {"id": "1004", "given": "Jan", "family": "Nowak", "born": "1955-06-15", "phones": ["1"], "emails": [], "home": ADDRESS}
RIGHT: dict[str, tuple[str, Any]] = {
    "fhir": (
        case_fhir.manifest_toml(URL, "Task"),
        {
            "resourceType": "Bundle",
            "total": 1,
            "link": [{"relation": "self", "url": f"{URL}/Patient?family=Nowak&subject=Patient/1004"}],
            "entry": [{"fullUrl": "urn:1", "resource": PATIENT, "search": {"mode": "match"}}],
        },
    ),
    "fhir of one": (case_fhir.manifest_toml(URL, "Task"), PATIENT),
    "fhir capabilities": (
        case_fhir.manifest_toml(URL, "Task"),
        {
            "resourceType": "CapabilityStatement",
            "fhirVersion": "4.0.1",
            "rest": [{"resource": [{"type": "Patient", "searchParam": [{"name": "family"}]}, {"type": "Task", "searchParam": []}]}],
        },
    ),
    "graphql": (
        case_graphql.manifest_toml(URL, "connection"),
        {
            "data": {
                "__typename": "Query",
                "people": {"edges": [{"node": PERSON}], "pageInfo": {"hasNextPage": False, "endCursor": None}},
                "person": {"cases": {"edges": [{"node": CASE}], "pageInfo": {"hasNextPage": False, "endCursor": "c"}}},
                "case": CASE,
            },
            "errors": [{"message": "x", "path": ["people", 0], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}],
        },
    ),
    "zgw": (
        case_zgw.manifest_toml(URL, expand=False),
        {"count": 1, "next": None, "previous": None, "results": [ZAAK]},
    ),
    "zgw of one": (case_zgw.manifest_toml(URL, expand=False), ZAAK),
    "arcgis": (
        case_arcgis.manifest_toml(URL),
        {
            "currentVersion": 11.2,
            "fields": [{"name": "BORN", "type": "esriFieldTypeDate"}, {"name": "OWNER_ID", "type": "esriFieldTypeString"}],
            "features": [{"attributes": LAND}],
            "exceededTransferLimit": False,
        },
    ),
    "rest": (
        rest_city.manifest_toml(URL, paging="cursor"),
        {"data": {"items": [{"id": 1004, "name": {"given": "Jan", "family": "Nowak"}, "number": "CT-0001", "cents": 950}]}, "next": None},
    ),
    "odata": (
        case_odata.manifest_toml(URL, "filter", credential=False, batch=False),
        {"@odata.context": "$metadata#People", "value": [{"@odata.etag": "1", "id": "1004", "family": "Nowak", "number": "CT-0001"}]},
    ),
}

NOTHING = object()
OTHERS: tuple[Any, ...] = (NOTHING, None, True, -(2**63), 0.5, "", "x", [], [None], {}, {"x": [1]})


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value."""
    yield place
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*place, key))


def drifted(answer: Any, place: tuple[Any, ...], other: Any) -> Any:
    """The answer with another value at that place, or none."""
    if not place:
        return None if other is NOTHING else other
    answer = deepcopy(answer)
    holder = answer
    for key in place[:-1]:
        holder = holder[key]
    if other is NOTHING:
        del holder[place[-1]]
    else:
        holder[place[-1]] = other
    return answer


class Canned(Transport):
    """Answers every question alike."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._body = msgspec.json.encode(answer)

    def send(self, request: HttpRequest, ctx: CallContext, **_: Any) -> HttpResponse:
        ctx.remaining()
        return HttpResponse(200, {"content-type": "application/json", "etag": '"1"'}, self._body, request.url)


def asked_all(department: Department, ctx: CallContext) -> Iterator[Any]:
    """What each method of a department gives, or the error that it tells."""
    for call in (
        lambda: list(department.find(SearchQuery(name="Nowak", family="Nowak"), ctx)),
        lambda: list(department.find(SearchQuery(reference="1004"), ctx)),
        lambda: list(department.records(SubjectRef("office", "1004"), ctx)),
        lambda: department.lookup(RecordRef("office", "CT-0001"), ctx),
        lambda: department.check(ctx),
    ):
        try:
            yield call()
        except DepartmentError as error:
            yield error


def told_by(kind: str, folder: Path, answers: Iterable[Any]) -> Iterator[list[Any]]:
    """What a department of that kind makes of each of these answers."""
    file = folder / "office.toml"
    file.write_text(RIGHT[kind][0], encoding="utf-8")
    manifest = load_manifest(file, folder)
    for answer in answers:
        transport = Canned(answer)
        yield list(asked_all(make_department(manifest, transport), CallContext(time.monotonic() + 30, "secret")))
        transport.close()


@pytest.mark.parametrize("kind", RIGHT)
def test_the_answer_is_right_to_begin_with(kind: str, tmp_path: Path) -> None:
    [told] = told_by(kind, tmp_path, [RIGHT[kind][1]])
    assert any(not isinstance(each, DepartmentError) for each in told)


@pytest.mark.parametrize("kind", RIGHT)
def test_an_answer_that_drifted_is_never_a_bug(kind: str, tmp_path: Path) -> None:
    right = RIGHT[kind][1]
    answers = [drifted(right, place, other) for place in places(right) for other in OTHERS]
    assert all(len(told) == 5 for told in told_by(kind, tmp_path, answers))
