"""ArcGIS: values can't become part of a condition, only what is read is asked for, dates and pages are the server's, tokens are renewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from adapters.contract import BadAnswer, CallContext, Department, DepartmentError, Forbidden, NotFound, Rejected, SignInNeeded, Unavailable
from adapters.manifest import ManifestError
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.contract.case import department_at
from tests.contract.case_arcgis import ROOT, manifest_toml
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.node_servers import node_server

NOWAK = SearchQuery(name="Nowak", family="Nowak")
FIELDS = [
    {"name": "OWNER_ID", "type": "esriFieldTypeString", "alias": "Owner", "length": 20},
    {"name": "FAMILY", "type": "esriFieldTypeString", "alias": "Family name", "length": 60},
    {"name": "BORN", "type": "esriFieldTypeDate", "alias": "Born", "length": 8},
]


def features(*attributes: Any, **more: Any) -> dict[str, Any]:
    """What a FeatureServer answers, as ArcGIS 11 writes it."""
    found = [{"attributes": each} for each in attributes]
    return {
        "objectIdFieldName": "OBJECTID",
        "globalIdFieldName": "",
        "hasZ": False,
        "hasM": False,
        "fields": FIELDS,
        "features": found,
        **more,
    }


@contextmanager
def land(
    folder: Path, answer: Callable[[Asked], Any], edit: Callable[[str], str] = str, credential: str | None = None
) -> Iterator[tuple[HttpServer, Department, CallContext]]:
    """A department whose server answers as ``answer`` says; ``edit`` changes its manifest."""

    def reply(asked: Asked) -> Reply:
        found = answer(asked)
        return found if isinstance(found, Reply) else Reply(found)

    with HttpServer(reply) as server, department_at(edit(manifest_toml(server.url + ROOT)), folder, credential) as (department, ctx):
        yield server, department, ctx


def find(department: Department, ctx: CallContext, family: str) -> list[Any]:
    return list(department.find(SearchQuery(name=family, family=family), ctx))


JAN = {"OWNER_ID": "1", "FAMILY": "Nowak", "BORN": -459129600000}


def test_only_what_is_read_is_asked_for(tmp_path: Path) -> None:
    with land(tmp_path, lambda _: features(JAN)) as (server, department, ctx):
        [person] = find(department, ctx, "O'Br%ien_")
        assert isinstance(person, Person)
        assert person.birth_date == date(1955, 6, 15)
    [asked] = server.asked
    assert asked.path == f"{ROOT}/0/query"
    assert asked.query == {
        "f": "json",
        "returnGeometry": "false",
        "outFields": "BORN,CITY,EMAIL,FAMILY,GIVEN,HOUSE,OWNER_ID,PHONE,STREET,ZIP",
        "where": "UPPER(FAMILY) LIKE 'O''BR\\%IEN\\_%' ESCAPE '\\' ",
        "orderByFields": "OBJECTID",
    }


def test_a_source_that_is_more_than_a_name_asks_for_all_fields(tmp_path: Path) -> None:
    with land(tmp_path, lambda _: features(JAN), lambda text: text.replace('"FAMILY"', '"FAMILY || OWNER_ID"')) as (
        server,
        department,
        ctx,
    ):
        find(department, ctx, "Nowak")
        assert server.asked[0].query["outFields"] == "*"


def test_a_name_with_a_dot_is_one_field(tmp_path: Path) -> None:
    answer = features({"OWNER_ID": "1", "CITY.OWNERS.FAMILY": "Nowak"})
    with land(tmp_path, lambda _: answer, lambda text: text.replace('"FAMILY"', "'\"CITY.OWNERS.FAMILY\"'")) as (server, department, ctx):
        [person] = find(department, ctx, "Nowak")
        assert person.family_name == "Nowak"
        assert "CITY.OWNERS.FAMILY" in server.asked[0].query["outFields"].split(",")


@pytest.mark.parametrize("text", ["zz\\' OR 1=1 -- ", "\\", "a\\b"])
def test_a_backslash_is_nobodys(tmp_path: Path, text: str) -> None:
    """Koop takes one before a quote for part of the literal, so that what follows the quote would be part of the condition."""
    with land(tmp_path, lambda _: features(JAN)) as (server, department, ctx):
        assert find(department, ctx, text) == []
        assert server.asked == []


@pytest.mark.parametrize(
    ("number", "where"), [("42", "ID = 42"), ("42 OR 1=1", ""), ("2026-11-24", ""), ("１", ""), ("-4.20", "ID = -4.20")]
)
def test_outside_quotes_only_a_number_is_taken(tmp_path: Path, number: str, where: str) -> None:
    edit = lambda text: text.replace("\"NUMBER = '{reference|upper}'\"", '"ID = {reference}"')  # noqa: E731
    with land(tmp_path, lambda _: features(), edit) as (server, department, ctx):
        with pytest.raises(NotFound):
            department.lookup(RecordRef("office", number), ctx)
        assert [each.query["where"] for each in server.asked] == ([where] if where else [])


def test_what_is_long_goes_by_post(tmp_path: Path) -> None:
    with land(tmp_path, lambda _: features()) as (server, department, ctx):
        assert find(department, ctx, "z" * 3000) == []
    [asked] = server.asked
    assert (asked.method, asked.query) == ("POST", {})
    assert dict(parse_qsl(asked.body.decode()))["where"].startswith("UPPER(FAMILY) LIKE 'ZZZ")


def test_pages_are_followed_while_the_server_has_more(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Any:
        start = int(asked.query.get("resultOffset", 0))
        rows = [{"OWNER_ID": str(at), "FAMILY": "Nowak", "BORN": None} for at in range(start, min(start + 3, 7))]
        return features(*rows, exceededTransferLimit=start + 3 < 7)

    with land(tmp_path, answer, lambda text: text.replace("people = 1,", "people = 50,")) as (server, department, ctx):
        assert [each.ref.id for each in find(department, ctx, "Nowak")] == [str(at) for at in range(7)]
        assert [each.query.get("resultOffset") for each in server.asked] == [None, "3", "6"]


@pytest.mark.parametrize(
    ("answer", "key"), [(features(JAN, exceededTransferLimit=True), "circular_link"), (features(exceededTransferLimit=True), "incomplete")]
)
def test_a_server_that_knows_no_offset_is_a_fault_and_not_all_there_is(tmp_path: Path, answer: Any, key: str) -> None:
    with land(tmp_path, lambda _: answer, lambda text: text.replace("people = 1,", "people = 50,")) as (server, department, ctx):
        with pytest.raises(BadAnswer) as caught:
            find(department, ctx, "Nowak")
        assert (caught.value.fault_key, len(server.asked) <= 2) == (key, True)


@pytest.mark.parametrize(
    ("zone", "value", "shown"),
    [
        ("", 1756684800000, "2025-09-01"),
        ("", 1756717800000, "2025-09-01 09:10+00:00"),
        ("America/Chicago", 1756702800000, "2025-09-01"),
        ("America/Chicago", 1756684800000, "2025-08-31 19:00-05:00"),
        ("", 10**18, "1000000000000000000"),
        ("", "2025-09-01", "2025-09-01"),
        ("", None, ""),
    ],
)
def test_dates_are_read_in_the_departments_zone(tmp_path: Path, zone: str, value: Any, shown: str) -> None:
    def edit(text: str) -> str:
        text = text.replace('birth_date = "BORN"\n', "").replace('given_name = "GIVEN"', 'given_name = "BORN"')
        return text.replace('title = "Land"', f'title = "Land"\ntime_zone = "{zone}"') if zone else text

    with land(tmp_path, lambda _: features({**JAN, "BORN": value}), edit) as (_, department, ctx):
        assert find(department, ctx, "Nowak")[0].given_name == shown


def error(code: Any, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": "Jan Nowak is odd", "details": ["Jan Nowak"], **more}}


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (error(400), Rejected, "ArcGIS error 400"),
        (error(401), SignInNeeded, "ArcGIS error 401"),
        (error(498), SignInNeeded, "ArcGIS error 498"),
        (error(499), SignInNeeded, "ArcGIS error 499"),
        (error(403), Forbidden, "ArcGIS error 403"),
        (error(404), NotFound, "ArcGIS error 404"),
        (error(500), Unavailable, "ArcGIS error 500"),
        (error(1003), Unavailable, "ArcGIS error 1003"),
        (error("Jan Nowak"), Unavailable, "ArcGIS error without a code"),
        ({"error": "Jan Nowak"}, Unavailable, "ArcGIS error without a code"),
        (Reply(error(500), 500), Unavailable, "HTTP 500"),
        ([], BadAnswer, "is no object"),
        ({}, BadAnswer, "find.path gave no features"),
        ({"features": {"attributes": {}}}, BadAnswer, "gave no features"),
        ({"features": ["Jan Nowak"]}, BadAnswer, "gave no features"),
        ({"features": [{"geometry": {}}]}, BadAnswer, "gave no features"),
        ({"features": [{"attributes": {"FAMILY": "Nowak"}}]}, BadAnswer, "person.id"),
        (Reply(b"<html>Sign in</html>", headers={"content-type": "text/html"}), BadAnswer, "text/html"),
    ],
)
def test_each_fault_has_its_word(tmp_path: Path, answer: Any, kind: type[DepartmentError], words: str) -> None:
    with land(tmp_path, lambda _: answer) as (_, department, ctx), pytest.raises(kind) as caught:
        find(department, ctx, "Nowak")
    assert words in caught.value.detail
    assert "Jan" not in caught.value.detail


TOKENS = "/portal/sharing/rest/generateToken"


def with_token(text: str) -> str:
    """The manifest with a user's token."""
    auth = f'credential = "gis"\nauth = {{ type = "arcgis", user = "desk", token_url = "{TOKENS}" }}\n'
    return text.replace("capabilities", auth + "capabilities", 1)


def test_a_user_is_given_a_token_that_is_renewed(tmp_path: Path) -> None:
    given: list[str] = []

    def answer(asked: Asked) -> Any:
        if asked.path == TOKENS:
            form = dict(parse_qsl(asked.body.decode()))
            if (form["username"], form["password"], form["f"]) != ("desk", "s3cret ü", "json"):
                return error(400)
            given.append(f"token-{len(given)}")
            return {"token": given[-1], "expires": 1795564800000, "ssl": True}
        return features(JAN) if asked.headers.get("x-esri-authorization") == f"Bearer {given[-1]}" else error(498)

    with land(tmp_path, answer, with_token, "s3cret ü") as (server, department, ctx):
        for _ in range(2):
            assert len(find(department, ctx, "Nowak")) == 1
        assert given == ["token-0"]
        given.append("another's")  # the server was started anew: the token of before is no longer one
        assert len(find(department, ctx, "Nowak")) == 1
        assert given[-1] == "token-2"
        assert all("s3cret" not in each.path + str(each.query) for each in server.asked)
    with (
        land(tmp_path, answer, with_token, "wrong") as (_, department, ctx),
        pytest.raises(SignInNeeded, match="refused the user's password"),
    ):
        find(department, ctx, "Nowak")


def test_a_token_that_is_refused_again_is_a_sign_in(tmp_path: Path) -> None:
    with land(tmp_path, lambda asked: {"token": "t"} if asked.path == TOKENS else error(499), with_token, "x") as (server, department, ctx):
        with pytest.raises(SignInNeeded, match="ArcGIS error 499"):
            find(department, ctx, "Nowak")
        assert [each.path for each in server.asked] == [TOKENS, f"{ROOT}/0/query"] * 2


@pytest.mark.parametrize("answer", [{"error": {}}, {"token": ""}, [], {}])
def test_a_token_service_that_gives_none_is_told(tmp_path: Path, answer: Any) -> None:
    with land(tmp_path, lambda _: answer, with_token, "x") as (_, department, ctx), pytest.raises(DepartmentError, match="token service"):
        find(department, ctx, "Nowak")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'birth_date = "BORN"',
            'birth_date = "BIRTH"',
            r"office.toml:\d+: person.birth_date reads BIRTH, which layer /0 does not have; it has: OBJECTID",
        ),
        ('amount = "FEE"', 'amount = "COST"', r"office.toml:\d+: record.permit.amount reads COST, which layer /1 does not have"),
        ('path = "/0"', 'path = "/7"', "ArcGIS error 404"),
    ],
)
def test_the_manifest_is_held_against_the_layers(tmp_path: Path, old: str, new: str, words: str) -> None:
    """By what Koop says of its layers."""
    server = node_server("arcgis", "none")
    good = manifest_toml(server.url + ROOT)
    with department_at(good, tmp_path, None) as (department, ctx):
        assert department.check(ctx).detail.startswith("ArcGIS 1")
    with department_at(good.replace(old, new), tmp_path, None) as (department, ctx), pytest.raises(DepartmentError, match=words):
        department.check(ctx)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "/0"', 'path = "0"', 'path is "0": write the layer\'s number, such as "/0"'),
        ('path = "/0"', 'path = "/{reference}"', "write the layer's number"),
        ('path = "/1"\nquery = { where', 'path = "/1"\nquery = { text', "query has no where"),
        ("'{subject}'", "'{subject}", "where: a ' is not closed"),
        ('path = "/0"', 'path = "/0"\nitems = "features"', "kind arcgis has no items"),
        ('title = "Land"', 'title = "Land"\ncredential = "x"\nauth = { type = "arcgis" }', "arcgis needs token_url and user"),
    ],
)
def test_what_the_kind_can_not_do_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = manifest_toml("http://127.0.0.1:1/arcgis")
    assert old in text
    with pytest.raises(ManifestError) as caught, department_at(text.replace(old, new, 1), tmp_path, None):
        pass
    assert words in str(caught.value)
    assert caught.value.problems[0].line > 1


def test_records_of_nobody_are_none(tmp_path: Path) -> None:
    with land(tmp_path, lambda _: features()) as (_, department, ctx):
        assert list(department.records(SubjectRef("office", "1"), ctx)) == []
        assert list(department.find(NOWAK, ctx)) == []
