"""FHIR: values can't become part of a search, nothing is left out of one, versions are kept, and R4's official examples can be read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from adapters.contract import BadAnswer, CallContext, Conflict, Department, NotFound
from adapters.fhir import LONGEST_URL
from adapters.manifest import ManifestError
from adapters.transport import HttpRequest, Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef
from tests.architecture.source import ROOT
from tests.contract.case import department_at
from tests.contract.case_fhir import PERSON, manifest_toml
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.node_servers import node_server

ONE = {"resourceType": "Patient", "id": "1", "name": [{"use": "official", "family": "Nowak", "given": ["Jan", "Maria"]}]}


def bundle(*resources: Any, **links: str) -> dict[str, Any]:
    link = [{"relation": relation, "url": url} for relation, url in links.items()]
    return {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": [{"resource": each} for each in resources]}


@contextmanager
def clinic(folder: Path, answer: Any, post: bool = False, more: str = "") -> Iterator[tuple[HttpServer, Department, CallContext]]:
    """A department whose server answers every question alike, or as ``answer(asked)``."""

    def reply(asked: Asked) -> Reply:
        found = answer(asked) if callable(answer) else answer
        return found if isinstance(found, Reply) else Reply(found)

    with HttpServer(reply) as server:
        manifest = manifest_toml(f"{server.url}/r4", "Task", post) + more
        with department_at(manifest, folder, None) as (department, ctx):
            yield server, department, ctx


def family(department: Department, ctx: CallContext, name: str) -> list[Any]:
    return list(department.find(SearchQuery(name=name, family=name), ctx))


def test_a_value_does_not_part_into_several(tmp_path: Path) -> None:
    with clinic(tmp_path, bundle()) as (server, department, ctx):
        assert family(department, ctx, "a,b|c$d\\e&family=f+g h") == []
        assert server.asked[0].query == {"family": "a\\,b\\|c\\$d\\\\e&family=f+g h"}
        assert server.asked[0].headers["prefer"] == "handling=strict"


@pytest.mark.parametrize("number", ["CT-1?x=1", "../Patient/1", "CT 1", "CT_1", "", "%43T-1", "x" * 65])
def test_what_is_no_id_is_not_asked_for(tmp_path: Path, number: str) -> None:
    with clinic(tmp_path, bundle(ONE)) as (server, department, ctx):
        with pytest.raises(NotFound):
            department.lookup(RecordRef("office", number), ctx)
        assert server.asked == []


def test_with_post_no_address_names_anybody(tmp_path: Path) -> None:
    with clinic(tmp_path, bundle(ONE), post=True) as (server, department, ctx):
        [person] = family(department, ctx, "Nowak & Ü")
        assert person.full_name == "Jan Maria Nowak"
        [asked] = server.asked
        assert (asked.method, asked.path, asked.query, asked.body) == ("POST", "/r4/Patient/_search", {}, b"family=Nowak%20%26%20%C3%9C")


def test_a_text_longer_than_any_address_is_nobodys_name(tmp_path: Path) -> None:
    with clinic(tmp_path, bundle(ONE)) as (server, department, ctx):
        assert family(department, ctx, "x" * LONGEST_URL) == []
        assert server.asked == []


def test_what_a_server_includes_or_says_of_its_own_is_no_match(tmp_path: Path) -> None:
    answer = bundle(ONE)
    answer["entry"] += [
        {"resource": {**ONE, "id": "2"}, "search": {"mode": "include"}},
        {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}},
        {"resource": {"resourceType": "OperationOutcome"}},
        {"fullUrl": "urn:uuid:1"},
        {"resource": {**ONE, "id": "3"}, "search": {"mode": "match"}},
    ]
    with clinic(tmp_path, answer) as (_, department, ctx):
        assert [each.ref.id for each in family(department, ctx, "Nowak")] == ["1", "3"]


@pytest.mark.parametrize("own", ["{url}/r4/Patient?_count=10", "{url}/r4/Patient"])
def test_a_server_that_left_a_parameter_out_shows_nobody(tmp_path: Path, own: str) -> None:
    with clinic(tmp_path, lambda asked: bundle(ONE, self=own.format(url=f"http://{asked.headers['host']}"))) as (_, department, ctx):
        with pytest.raises(BadAnswer, match=r"office.toml:\d+: find.query: the server does not search by family") as caught:
            family(department, ctx, "Nowak")
        assert caught.value.fault_key == "mapping"


@pytest.mark.parametrize("own", ["{url}/r4/Patient?family:contains=nowak", "{url}/Patient?x=1&family=Nowak", ""])
def test_a_server_may_write_what_it_searched_by_in_its_own_way(tmp_path: Path, own: str) -> None:
    with clinic(tmp_path, bundle(ONE, self=own)) as (_, department, ctx):
        assert len(family(department, ctx, "Nowak")) == 1


def task(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Task", "id": "CT-1", "identifier": [{"value": "CT-1"}], "description": "Refund", **more}


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        (Reply(task(meta={"versionId": "7"}), headers={"etag": 'W/"6"'}), "7"),
        (Reply(task(), headers={"etag": 'W/"6"'}), "6"),
        (Reply(task(meta={}), headers={"etag": '"5"'}), "5"),
        (Reply(task(meta="none"), headers={"etag": '"5"'}), ""),
        (Reply(task(), headers={"etag": "5"}), ""),
        (Reply(bundle(task(meta={"versionId": "4"})), headers={"etag": 'W/"9"'}), "4"),
    ],
)
def test_a_record_keeps_its_version(tmp_path: Path, answer: Reply, version: str) -> None:
    with clinic(tmp_path, answer) as (_, department, ctx):
        assert department.lookup(RecordRef("office", "CT-1"), ctx).version == version


def test_the_version_is_the_one_that_the_server_takes_for_a_change(tmp_path: Path) -> None:
    """Medplum's If-Match: with the version that was read it changes the Task, with an older one it refuses."""
    server = node_server("fhir", "none")
    with department_at(manifest_toml(f"{server.url}/fhir", "Task"), tmp_path, None) as (department, ctx):
        read = department.lookup(RecordRef("office", "CT-0010"), ctx)
        with urlopen(f"{server.url}/fhir/Task/CT-0010", timeout=10) as answer:
            body = answer.read()
            assert answer.headers["etag"] == f'W/"{read.version}"'
        change = Request(f"{server.url}/fhir/Task/CT-0010", body, method="PUT")
        change.add_header("content-type", "application/fhir+json")
        change.add_header("if-match", f'W/"{read.version}"')
        with urlopen(change, timeout=10) as answer:
            assert answer.status == 200
        assert department.lookup(RecordRef("office", "CT-0010"), ctx).version not in ("", read.version)
        transport = Transport()
        headers = {"content-type": "application/fhir+json", "if-match": f'W/"{read.version}"'}
        with pytest.raises(Conflict):
            transport.send(HttpRequest("PUT", f"{server.url}/fhir/Task/CT-0010", headers, body), ctx, max_bytes=100_000)
        transport.close()


def capability(version: str = "4.0.1", **parameters: list[str]) -> dict[str, Any]:
    resources = [{"type": kind, "searchParam": [{"name": name} for name in names]} for kind, names in parameters.items()]
    return {"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": [{"mode": "server", "resource": resources}]}


GOOD = {"Patient": ["family", "given", "birthdate"], "Task": ["subject"]}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (capability(Patient=GOOD["Patient"]), r"office.toml:\d+: records.path: the server has no Task; it has: Patient"),
        (
            capability(Patient=["given", "birthdate"], Task=["subject"]),
            r"office.toml:\d+: find.query: Patient is not searched by family, but by: birthdate, given",
        ),
        (capability("5.0.0", **GOOD), "speaks FHIR 5.0.0, not R4"),
        (capability("3.0.2", **GOOD), "speaks FHIR 3.0.2, not R4"),
        ({"resourceType": "Patient"}, "is no CapabilityStatement"),
        ([], "is no CapabilityStatement"),
    ],
)
def test_the_manifest_is_held_against_what_the_server_can_do(tmp_path: Path, answer: Any, words: str) -> None:
    with clinic(tmp_path, answer) as (server, department, ctx):
        with pytest.raises(BadAnswer, match=words):
            department.check(ctx)
        assert server.asked[0].path == "/r4/metadata"


SAYS_LITTLE = ([], [{"resource": "all"}], ["x"], {"mode": "server"}, [{"resource": [{"type": "Task"}, {"type": "Patient"}]}])


@pytest.mark.parametrize("rest", SAYS_LITTLE)
def test_a_server_that_tells_little_of_itself_is_there_all_the_same(tmp_path: Path, rest: Any) -> None:
    with clinic(tmp_path, {**capability("4.0.1"), "rest": rest}) as (_, department, ctx):
        assert department.check(ctx).detail.startswith("FHIR 4.0.1")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "/Patient"', 'path = "Patient"', 'path is "Patient": begin it with /'),
        ('path = "/Patient"\n', "", 'find has no path: write path = "/Patient"'),
        ('path = "/Patient"', 'path = "/Patient"\npaging = { by = "link" }', "kind fhir follows the server's own links"),
        ('path = "/Patient"', 'path = "/Patient"\nbody = { a = "b" }', "kind fhir has no body: write path and query"),
        ('address = "http', 'address = "ftp', "address is no web address"),
    ],
)
def test_what_the_kind_can_not_do_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = manifest_toml("http://127.0.0.1:1/r4", "Task").replace(old, new, 1)
    with pytest.raises(ManifestError) as caught, department_at(text, tmp_path, None):
        pass
    assert words in str(caught.value)
    assert caught.value.problems[0].line > 1


EXAMPLES = f"""
kind = "fhir"
title = "Clinic"
colour = "#336699"
address = "URL"
capabilities = ["find", "records", "lookup"]
roles = ["agent"]
time_zone = "Europe/Amsterdam"
{PERSON}
[[find]]
needs = ["name"]
path = "/Patient"
query = {{ _count = "1000" }}

[[records]]
path = "/Task"
map = "task"
query = {{ patient = "Patient/{{subject}}" }}

[[records]]
path = "/ServiceRequest"
map = "request"
query = {{ subject = "Patient/{{subject}}" }}

[[records]]
path = "/Encounter"
map = "visit"
query = {{ subject = "Patient/{{subject}}" }}

[[lookup]]
path = "/TYPE/{{reference}}"
map = "MAP"

[record.task]
id = {{ first = ["identifier[0].value", "id"] }}
title = {{ first = ["description", "code.text", "code.coding[0].code"] }}
status = "status"
opened = "authoredOn"
due = "restriction.period.end"

[record.request]
id = {{ first = ["identifier[0].value", "id"] }}
title = {{ first = ["code.text", "code.coding[0].display", "code.coding[0].code"] }}
status = "status"
opened = {{ first = ["authoredOn", "occurrenceDateTime"] }}

[record.visit]
id = {{ first = ["identifier[0].value", "id"] }}
title = {{ first = ["type[0].coding[0].display", "class.display"] }}
status = "status"
opened = "period.start"
"""


def test_the_official_examples_are_read(tmp_path: Path, shared_data: Path) -> None:
    """Every Patient, and each Task, ServiceRequest and Encounter of one of them; fhir.resources says what R4's example is."""
    from fhir.resources.R4B import get_fhir_model_class

    folder = shared_data / "fhir-r4"
    examples = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    valid = [get_fhir_model_class(each["resourceType"]).model_validate(each) for each in examples]
    patients = {each.id: each for each in valid if each.get_resource_type() == "Patient"}
    owned: dict[tuple[str, str], Any] = {}
    for each in valid:
        whose = getattr(each, "subject", None) or getattr(each, "for_fhir", None)
        if each.get_resource_type() in ("Task", "ServiceRequest", "Encounter") and whose and whose.reference:
            owned[whose.reference.removeprefix("Patient/"), each.get_resource_type() + each.id] = each
    assert len(patients) > 20

    server = node_server("fhir", "none", str(folder))
    text = EXAMPLES.replace("URL", f"{server.url}/fhir")
    with department_at(text.replace("TYPE", "Task").replace("MAP", "task"), tmp_path, None) as (department, ctx):
        found = {each.ref.id: each for each in department.find(SearchQuery(name="anybody"), ctx) if isinstance(each, Person)}
        assert found.keys() == patients.keys()
        for key, person in found.items():
            assert person.family_name in {name.family or "" for name in patients[key].name or []} | {""}
            whole = patients[key].birthDate is not None and len(str(patients[key].birthDate)) == 10
            assert person.birth_date == (patients[key].birthDate if whole else None)
        read = {key: list(department.records(SubjectRef("office", key), ctx)) for key in patients}
    assert {key: len(records) for key, records in read.items()} == {
        key: len([owner for owner, _ in owned if owner == key]) for key in patients
    }
    assert sum(map(len, read.values())) > 25
    assert all(isinstance(each, Record) and each.title and each.status and each.version for records in read.values() for each in records)

    for kind, name in {"Task": "task", "ServiceRequest": "request", "Encounter": "visit"}.items():
        with department_at(text.replace("TYPE", kind).replace("MAP", name), tmp_path, None) as (department, ctx):
            for each in valid:
                if each.get_resource_type() == kind:
                    record = department.lookup(RecordRef("office", each.id), ctx)
                    assert (record.status, record.kind, bool(record.title)) == (each.status, name, True)


def test_the_desk_does_not_load_the_models_that_check_the_examples() -> None:
    code = "import adapters.fhir, sys; sys.exit(any(name.split('.')[0] in ('fhir', 'pydantic') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
