"""OData: values can't become part of an expression, $metadata is held against the manifest, ETags are kept, $batch is one trip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.contract import BadAnswer, CallContext, Department, NotFound
from adapters.expressions import filled, problem
from adapters.manifest import ManifestError
from adapters.odata import LONGEST_URL
from adapters.odata_metadata import Metadata
from adapters.templates import query_values
from models.people import SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.architecture.source import ROOT
from tests.contract.case import department_at
from tests.contract.case_odata import SECRET, manifest_toml
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.node_servers import node_server

GUID = "01234567-89ab-cdef-0123-456789ABCDEF"


def values(**parts: Any) -> dict[str, str]:
    return query_values(SearchQuery(**parts), date(2026, 11, 24))


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        ("name eq '{name}'", "O'Brien", "name eq 'O''Brien'"),
        ("name eq '{name}'", "x' or 1 eq 1 or '", "name eq 'x'' or 1 eq 1 or '''"),
        ("name eq 'a''{name}'", "O'B", "name eq 'a''O''B'"),
        ("contains(name,'{name|upper}') and open", "a'b", "contains(name,'A''B') and open"),
        ("id eq {name}", "42", "id eq 42"),
        ("id eq {name}", "-4.20", "id eq -4.20"),
        ("id eq {name}", GUID, f"id eq {GUID}"),
        ("at gt {name}", "2026-11-24T10:00:00+01:00", "at gt 2026-11-24T10:00:00+01:00"),
        ("id eq {name}", "id", ""),
        ("id eq {name}", "1 or 1 eq 1", ""),
        ("id eq {name}", "null", ""),
        ("id eq {name}", "1)", ""),
        ("id eq {name}", "", ""),
        ("at ge {today}", "", "at ge 2026-11-24"),
    ],
)
def test_a_value_is_a_literal(template: str, value: str, expected: str) -> None:
    assert filled(template, values(name=value)) == expected


def test_a_value_of_search_is_a_phrase() -> None:
    assert filled('"{name}" AND open', values(name='x" OR "y\\'), search=True) == '"x  OR  y" AND open'
    assert filled('"{name}"', values(name='"'), search=True) == ""
    assert problem("{name}", search=True) == "write {name} within double quotes, as a phrase"
    assert problem("name eq '{name}") == "a ' is not closed"
    assert problem("name eq '{name}'") == problem("id eq {name}") == ""


@contextmanager
def asked(reply: Any, folder: Path, batch: bool = False, change: Any = str) -> Iterator[tuple[HttpServer, Department, CallContext]]:
    """A department of kind odata whose service answers as ``reply`` says."""
    with HttpServer(reply) as server:
        toml = change(manifest_toml(server.url, "key" if batch else "filter", credential=False, batch=batch))
        with department_at(toml, folder, None) as (department, ctx):
            yield server, department, ctx


def test_a_filter_is_never_left_out(tmp_path: Path) -> None:
    def digits(toml: str) -> str:
        return toml.replace("tolower('{family}')", "tolower('{family|digits}')")

    with asked(lambda _: Reply({"value": []}), tmp_path, change=digits) as (server, department, ctx):
        assert list(department.find(SearchQuery(name="nowak", family="nowak"), ctx)) == []
        assert list(department.find(SearchQuery(name="n" * LONGEST_URL, family="1" * LONGEST_URL), ctx)) == []
        assert server.asked == []
        list(department.find(SearchQuery(name="x", family="n1"), ctx))
    assert [each.query["$filter"] for each in server.asked] == ["startswith(tolower(family),tolower('1'))"]


def test_a_record_keeps_its_etag(tmp_path: Path) -> None:
    entity = {"number": "CT-0001", "subject": "x"}
    listed = entity | {"@odata.etag": 'W/"7"'}
    with asked(lambda each: Reply({"value": [listed, entity]}), tmp_path) as (_, department, ctx):
        assert [record.version for record in department.records(SubjectRef("", "1"), ctx)] == ['W/"7"', ""]
    with asked(lambda each: Reply(entity, headers={"etag": '"8"'}), tmp_path) as (_, department, ctx):
        assert department.lookup(RecordRef("", "CT-0001"), ctx).version == '"8"'


def test_the_etag_of_a_real_service(tmp_path: Path) -> None:
    server = node_server("odata", "basic")
    with department_at(manifest_toml(f"{server.url}/odata/v4/registry", "key", True, True), tmp_path, SECRET) as (department, ctx):
        versions = {record.version for record in department.records(SubjectRef("", "1002"), ctx)}
        assert versions == {department.lookup(RecordRef("", "CT-0007"), ctx).version} == {'W/"2026-11-01T12:00:00.000Z"'}


@pytest.mark.parametrize(("name", "found"), [("brien", ["1002"]), ('brien" OR "nowak', []), ("NOT", []), ("Łukasz", ["1003"])])
def test_search_of_a_real_service(name: str, found: list[str], tmp_path: Path) -> None:
    toml = manifest_toml(f"{node_server('odata', 'none').url}/odata/v4/registry", "filter", False, False)
    start, end = toml.index('query = { "$filter"'), toml.index("[[records]]")
    searched = f'{toml[:start]}query = {{ "$search" = \'"{{family}}"\' }}\n\n{toml[end:]}'
    with department_at(searched, tmp_path, None) as (department, ctx):
        assert [each.ref.id for each in department.find(SearchQuery(name=name, family=name), ctx)] == found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('/People"\nquery', '/Folk"\nquery'), "find.path: the service has no Folk; it has: Cases, Counted, People, Permits, Residents"),
        (
            ('given_name = "given"', 'given_name = "givenName"'),
            "person.given_name reads givenName, which registry.Registry.People does not have",
        ),
        (('title = "subject"', 'title = { first = ["subject", "headline.text"] }'), "record.case.title reads headline, which"),
    ],
    ids=["entity set", "person", "record"],
)
def test_check_names_the_line_that_the_service_can_not_serve(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    server = node_server("odata", "none")
    toml = manifest_toml(f"{server.url}/odata/v4/registry", "filter", False, False)
    assert change[0] in toml
    with department_at(toml.replace(*change), tmp_path, None) as (department, ctx), pytest.raises(BadAnswer) as caught:
        department.check(ctx)
    assert words in caught.value.detail
    [file] = tmp_path.glob("*.toml")
    where, number, _ = caught.value.detail.split(":", 2)
    assert where == file.name
    assert change[1].partition("\n")[0] in file.read_text(encoding="utf-8").splitlines()[int(number) - 1]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<feed/>", "no OData metadata"),
        (b'<Edmx Version="1.0"/>', "an older OData than 4"),
        (b'<!DOCTYPE e [<!ENTITY a "b">]><Edmx/>', "document type definition"),
        (b"<html/>", "no OData metadata"),
    ],
)
def test_check_of_what_is_no_service(body: bytes, words: str, tmp_path: Path) -> None:
    reply = Reply(body, headers={"content-type": "application/xml"})
    with asked(lambda _: reply, tmp_path) as (_, department, ctx), pytest.raises(BadAnswer, match=words):
        department.check(ctx)


def test_types_are_followed_over_aliases_bases_and_ways() -> None:
    metadata = Metadata(
        etree.fromstring("""<edmx:Edmx Version="4.01" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
  <Schema Namespace="city.hall" Alias="Self" xmlns="http://docs.oasis-open.org/odata/ns/edm">
    <EntityType Name="Party"><Property Name="id" Type="Edm.String"/></EntityType>
    <EntityType Name="Person" BaseType="Self.Party"><NavigationProperty Name="cases" Type="Collection(city.hall.Case)"/></EntityType>
    <EntityType Name="Case" OpenType="true"><Property Name="number" Type="Edm.String"/></EntityType>
    <EntityContainer Name="C"><EntitySet Name="People" EntityType="Self.Person"/>
    <FunctionImport Name="Find" Function="Self.f"/></EntityContainer>
  </Schema></edmx:DataServices></edmx:Edmx>""")
    )
    assert metadata.properties(metadata.type_at("/People") or "") == ["cases", "id"]
    assert metadata.type_at("/People('{subject}')/cases") == "city.hall.Case"
    assert metadata.properties("city.hall.Case") == [], "an open type may have more"
    assert metadata.type_at("/Find(name='{family}')") is None
    assert metadata.type_at("/People('{subject}')/id") is None
    with pytest.raises(KeyError):
        metadata.type_at("/Persons")


def test_several_questions_go_in_one_batch(tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        "0": {
            "status": 200,
            "body": {
                "@odata.context": "../$metadata#Cases",
                "@odata.nextLink": "People('7')/cases?$skiptoken=1",
                "value": [{"number": "CT-0001"}],
            },
        },
        "1": {"status": 200, "body": {"id": "7", "cases": [{"number": "CT-0003"}]}},
    }

    def reply(each: Asked) -> Reply:
        if each.path == "/$batch":
            return Reply({"responses": [{"id": number, **answers[number]} for number in reversed(answers)]})
        return Reply({"value": [{"number": "CT-0002"}]})

    with asked(reply, tmp_path, batch=True) as (server, department, ctx):
        found = [record.ref.id for record in department.records(SubjectRef("", "O'7"), ctx)]
        assert found == ["CT-0001", "CT-0002", "CT-0003"]
        assert [each.path for each in server.asked] == ["/$batch", "/People('7')/cases"]
        assert b"People('O''7')".replace(b"'", b"%27") in server.asked[0].body.replace(b"('", b"(%27").replace(b"')", b"%27)")
        answers["1"] = {"status": 404, "body": {"error": {"code": "404", "message": "Ann"}}}
        with pytest.raises(NotFound, match="HTTP 404 404"):
            list(department.records(SubjectRef("", "7"), ctx))
        del answers["1"]
        with pytest.raises(BadAnswer, match="left 1 of 2 questions unanswered"):
            list(department.records(SubjectRef("", "7"), ctx))
    with (
        asked(lambda _: Reply({"value": []}), tmp_path, batch=True) as (_, department, ctx),
        pytest.raises(BadAnswer, match=r"odata\.batch out"),
    ):
        list(department.records(SubjectRef("", "7"), ctx))


def test_what_the_kind_has_no_use_for_is_a_problem_with_its_line(tmp_path: Path) -> None:
    toml = manifest_toml("http://127.0.0.1:9/", "filter", False, False)
    changed = toml.replace("'{subject}'", "'{subject}").replace('path = "/People"', 'sql = "SELECT 1"') + '\n[check]\nmethod = "POST"\n'
    with pytest.raises(ManifestError) as caught, department_at(changed, tmp_path, None):
        pass
    said = str(caught.value)
    assert "find has no path" in said
    assert "kind odata has no sql" in said
    assert "$filter: a ' is not closed" in said
    assert "kind odata has no method" in said


def test_xml_is_loaded_with_the_first_check_only() -> None:
    code = "import sys, adapters.odata; sys.exit('lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
