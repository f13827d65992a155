"""Dutch case APIs: the token is one that others accept, links are read along from trusted hosts alone, types are read once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, Department, SignInNeeded, Unavailable
from adapters.manifest import ManifestError
from adapters.zgw import NOBODY
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef
from tests.contract.case import department_at
from tests.contract.case_zgw import manifest_toml
from tests.contract.suite import MANY, PEOPLE
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.node_servers import node_server

SECRET = "a secret of at least thirty-two bytes"
ZAAK = {"identificatie": "CT-0001", "omschrijving": "Melding", "startdatum": "2026-09-01"}


@contextmanager
def zaken(
    folder: Path, answer: Callable[[Asked], Any], resolve: str = "", apis: str = ""
) -> Iterator[tuple[HttpServer, Department, CallContext]]:
    """A department whose server answers as ``answer`` says."""

    def reply(asked: Asked) -> Reply:
        found = answer(asked)
        return found if isinstance(found, Reply) else Reply(found)

    with HttpServer(reply) as server:
        text = manifest_toml(server.url, expand=True)
        text = text.replace("[[find]]", f"zgw = {{ resolve = [{resolve}], apis = [{apis}] }}\n\n[[find]]", 1)
        with department_at(text, folder, SECRET) as (department, ctx):
            yield server, department, ctx


def page(*resources: Any) -> dict[str, Any]:
    return {"count": len(resources), "next": None, "previous": None, "results": list(resources)}


def test_the_token_tells_who_asks_and_is_signed(tmp_path: Path) -> None:
    with zaken(tmp_path, lambda _: page()) as (server, department, ctx):
        list(department.records(SubjectRef("office", "1"), msgspec.structs.replace(ctx, actor="rpham")))
        list(department.records(SubjectRef("office", "1"), ctx))
    tokens = [each.headers["authorization"].removeprefix("Bearer ") for each in server.asked]
    claims, nobodys = (jwt.decode(token, SECRET, algorithms=["HS256"]) for token in tokens)
    assert claims.pop("iat") == pytest.approx(time.time(), abs=60)
    assert claims == {"iss": "civicdesk", "client_id": "civicdesk", "user_id": "rpham", "user_representation": "rpham"}
    assert nobodys["user_id"] == "civicdesk"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(tokens[0], SECRET + "!", algorithms=["HS256"])
    assert server.asked[0].headers["accept-crs"] == "EPSG:4326"


def test_a_wrong_secret_is_a_refused_sign_in_though_the_status_says_forbidden(tmp_path: Path) -> None:
    server = node_server("zgw")
    with (
        department_at(manifest_toml(server.url, expand=True), tmp_path, "wrong") as (department, ctx),
        pytest.raises(SignInNeeded, match="HTTP 403 invalid-jwt-signature"),
    ):
        department.check(ctx)


def test_a_person_with_a_role_in_many_cases_is_found_once(tmp_path: Path) -> None:
    server = node_server("zgw")
    with department_at(manifest_toml(server.url, expand=True).replace("people = 1", "people = 50"), tmp_path, "s3cret=+/ ü") as (
        department,
        ctx,
    ):
        [person] = department.find(SearchQuery(reference=MANY.id), ctx)
        assert isinstance(person, Person)
        assert (person.ref.id, person.full_name, person.birth_date) == (MANY.id, MANY.full_name, MANY.birth_date)
        assert person.addresses[0].full == "12 Oak Street, Springvale, 20001"
        assert list(department.find(SearchQuery(reference="9999"), ctx)) == []
        [record] = department.find(SearchQuery(reference="CT-0001"), ctx)
        assert isinstance(record, Record), "a case's number is no citizen's: nobody is asked for by it"
        assert not department.can_find(SearchQuery(reference=PEOPLE[0].id + "0"))


def test_what_a_case_names_is_read_along(tmp_path: Path) -> None:
    """Documents, several behind one key, each with its own; the type is read once for all cases and calls."""

    def answer(asked: Asked) -> Any:
        base = f"http://{asked.headers['host']}"
        match asked.path.strip("/").split("/"):
            case ["zaken"]:
                named = {"zaaktype": f"{base}/types/1", "zaakinformatieobjecten": [f"{base}/links/1", f"{base}/links/2"], "status": None}
                return page({**ZAAK, **named}, {**ZAAK, "identificatie": "CT-0002", **named})
            case ["links", at]:
                return {"informatieobject": f"{base}/documents/{at}"}
            case ["documents", at]:
                return {"titel": f"Document {at}"}
            case _:
                return {"omschrijving": "Melding openbare ruimte"}

    more = """
[[record.case.fields]]
label = "Documents"
value = "_expand.zaakinformatieobjecten[]._expand.informatieobject.titel | join(', ', @)"

[[record.case.fields]]
label = "Type"
value = "_expand.zaaktype.omschrijving"
"""
    resolve = '"zaaktype", "zaakinformatieobjecten.informatieobject", "status.statustype", "nothing"'
    text = manifest_toml("URL", expand=True).replace("[[find]]", f"zgw = {{ resolve = [{resolve}] }}\n[[find]]", 1)
    text = text.replace("[record.case.subject]", more + "\n[record.case.subject]")
    with HttpServer(lambda asked: Reply(answer(asked))) as server, department_at(text.replace("URL", server.url), tmp_path, SECRET) as pair:
        department, ctx = pair
        for _ in range(2):
            records = list(department.records(SubjectRef("office", "1"), ctx))
        assert [[field.value for field in each.fields] for each in records] == [["Document 1, Document 2", "Melding openbare ruimte"]] * 2
        asked = [each.path for each in server.asked]
    assert asked.count("/types/1") == 1
    assert asked.count("/documents/2") == 2, "once a call: a document may change"
    assert len(asked) == 2 * 5 + 1


def test_what_the_server_put_in_is_not_asked_for(tmp_path: Path) -> None:
    zaak = {
        **ZAAK,
        "status": "http://elsewhere/1",
        "_expand": {"status": {"statustype": "x", "_expand": {"statustype": {"omschrijving": "Open"}}}},
    }
    with zaken(tmp_path, lambda _: page(zaak), '"status.statustype"') as (server, department, ctx):
        [record] = department.records(SubjectRef("office", "1"), ctx)
        assert record.status == "Open"
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "named", ["http://localhost:9/types/1", "https://elsewhere.example/types/1", "file:///etc/passwd", "types/1", "//x", "http://[", 7]
)
def test_no_other_host_gets_the_token(tmp_path: Path, named: Any) -> None:
    with zaken(tmp_path, lambda _: page({**ZAAK, "zaaktype": named}), '"zaaktype"') as (server, department, ctx):
        records = department.records(SubjectRef("office", "1"), ctx)
        assert next(records).title == "Melding", "the case itself is shown"
        with pytest.raises(BadAnswer, match=r"zaaktype is at another host, which gets no token: name its address in zgw\.apis"):
            next(records)
        assert [each.path for each in server.asked] == ["/zaken"]


def test_a_host_that_the_manifest_names_does(tmp_path: Path) -> None:
    with HttpServer(lambda _: Reply({"omschrijving": "Type"})) as catalogue:
        zaak = {"identificatie": "CT-0001", "zaaktype": f"{catalogue.url}/types/1"}
        with zaken(tmp_path, lambda _: page(zaak), '"zaaktype"', f'"{catalogue.url}/catalogi/api/v1"') as (_, department, ctx):
            [record] = department.records(SubjectRef("office", "1"), ctx)
            assert record.title == "Type"
        assert "Bearer " in catalogue.asked[0].headers["authorization"]


def test_a_catalogue_that_fails_is_asked_once_and_told(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Any:
        if asked.path == "/zaken":
            url = f"http://{asked.headers['host']}/types/1"
            return page(*({**ZAAK, "identificatie": f"CT-000{at}", "zaaktype": url} for at in range(3)))
        return Reply({"code": "permission_denied"}, 403)

    with zaken(tmp_path, answer, '"zaaktype"') as (server, department, ctx):
        records = department.records(SubjectRef("office", "1"), ctx)
        assert [next(records).ref.id for _ in range(3)] == ["CT-0000", "CT-0001", "CT-0002"]
        with pytest.raises(BadAnswer, match="1 of 4 entries can't be read: zaaktype HTTP 403 permission_denied"):
            next(records)
        assert len(server.asked) == 2


@pytest.mark.parametrize("answer", [Reply(page(), headers={"api-version": "1.5.1"}), Reply({"code": "not_found"}, 404)])
def test_a_check_asks_for_nobody(tmp_path: Path, answer: Reply) -> None:
    with zaken(tmp_path, lambda _: answer) as (server, department, ctx):
        assert department.check(ctx).detail == ("API 1.5.1" if answer.status == 200 else "")
        assert server.asked[0].query["identificatie"] == NOBODY


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Reply({"code": "onbekende-parameters", "detail": "Jan Nowak"}, 400), Exception, "HTTP 400 onbekende-parameters"),
        (Reply({"code": "Jan Nowak!"}, 400), Exception, "HTTP 400"),
        (Reply({"code": "not_authenticated"}, 403), SignInNeeded, "HTTP 403 not_authenticated"),
        (Reply({"code": "missing-client-identifier"}, 403), SignInNeeded, "missing-client-identifier"),
        (Reply({"code": "error"}, 500), Unavailable, "HTTP 500 error"),
        (Reply([1, 2]), BadAnswer, "gave neither a resource nor a page"),
        (Reply({"results": ["Jan Nowak"]}), BadAnswer, "gave neither a resource nor a page"),
        (Reply({"results": [ZAAK], "next": "http://localhost:9/zaken?page=2"}), BadAnswer, "another host"),
        (Reply({"results": [], "next": "/zaken?page=1"}), BadAnswer, "in a circle"),
    ],
)
def test_each_fault_has_its_word(tmp_path: Path, answer: Reply, error: type[Exception], words: str) -> None:
    with zaken(tmp_path, lambda _: answer) as (_, department, ctx), pytest.raises(error) as caught:
        list(department.records(SubjectRef("office", "1"), ctx))
    assert words in str(caught.value)
    assert "Jan" not in str(caught.value)


def test_an_expand_of_another_form_is_no_bug(tmp_path: Path) -> None:
    answers = page(
        {**ZAAK, "_expand": [], "status": "x"}, {**ZAAK, "_expand": {"status": 1}}, {**ZAAK, "_expand": None, "status": {"a": 1}}
    )
    with zaken(tmp_path, lambda _: answers, '"status.statustype"') as (_, department, ctx):
        records = department.records(SubjectRef("office", "1"), ctx)
        assert len([next(records) for _ in range(3)]) == 3
        with pytest.raises(BadAnswer):
            next(records)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('path = "/zaken"', 'path = "zaken"', 'path is "zaken": begin it with /'),
        ('path = "/zaken"\n', "", 'records has no path: write path = "/zaken"'),
        ('path = "/zaken"', 'path = "/zaken"\npaging = { by = "link" }', "kind zgw has no paging"),
        (', client_id = "civicdesk"', "", "jwt needs client_id"),
        (
            "[[find]]",
            'zgw = { resolve = ["status->type"] }\n[[find]]',
            "zgw.resolve.0 is 'status->type': write keys such as \"status.statustype\"",
        ),
        ("pattern = '\\d{4}'", "pattern = '('", "is not a regular expression"),
    ],
)
def test_what_the_kind_can_not_do_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = manifest_toml("http://127.0.0.1:1", expand=True)
    assert old in text
    with pytest.raises(ManifestError) as caught, department_at(text.replace(old, new, 1), tmp_path, None):
        pass
    assert words in str(caught.value)
    assert caught.value.problems[0].line > 1


def test_one_record_by_its_own_address(tmp_path: Path) -> None:
    with zaken(tmp_path, lambda _: ZAAK) as (_, department, ctx):
        assert department.lookup(RecordRef("office", "CT-0001"), ctx).title == "Melding"
