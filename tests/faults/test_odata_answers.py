"""Whatever an OData service answers, the chip gets its own word, and the detail the service's code but no personal data."""

from __future__ import annotations

from pathlib import Path

from adapters.manifest import Manifest, load_manifest
from models.outcomes import Answered
from tests.contract.case_odata import manifest_toml
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.raw_server import RawServer, answer
from tests.faults.behaviours import everywhere
from tests.faults.matrix import http_cases, search

ONE = '{"id": "1", "given": "Maria", "family": "Gonzalez", "born": "1984-03-09"}'


def registry(url: str, folder: Path) -> Manifest:
    file = folder / "faulty.toml"
    file.write_text("deadline = 0.8\n" + manifest_toml(url, "filter", credential=False, batch=False), encoding="utf-8")
    return load_manifest(file, folder)


def error(code: str) -> bytes:
    return f'{{"error": {{"code": "{code}", "message": "Maria Gonzalez is odd", "details": []}}}}'.encode()


def page(entities: str, more: str = "") -> bytes:
    return f'{{"@odata.context": "$metadata#People", "value": [{entities}]{more}}}'.encode()


CASES = {
    "an error with its code": (answer(error("SY/530"), status="400 Bad Request"), "rejected", "HTTP 400 SY/530"),
    "an error whose code is a text": (answer(error("Maria Gonzalez!"), status="400 Bad Request"), "rejected", "HTTP 400"),
    "an error of its own": (answer(error("500"), status="500 Internal Server Error"), "server_error", "HTTP 500 500"),
    "an error in a 200": (answer(error("E7")), "server_error", "an error in a 200: E7"),
    "not there": (answer(error("404"), status="404 Not Found"), "not_found", "HTTP 404 404"),
    "not built": (answer(error("501"), status="501 Not Implemented"), "server_error", "HTTP 501"),
    "forbidden": (answer(error("403"), status="403 Forbidden"), "forbidden", "HTTP 403"),
    "stale": (answer(error("412"), status="412 Precondition Failed"), "conflict", "HTTP 412"),
    "busy": (answer(b"", status="503 Busy", more="Retry-After: 3\r\n"), "rate_limited", "HTTP 503"),
    "who are you": (answer(b"Unauthorized", status="401 Unauthorized", kind="text/plain"), "sign_in_needed", "HTTP 401"),
    "a stack trace": (answer(b"NullPointerException: Gonzalez", status="500 E", kind="text/plain"), "server_error", "HTTP 500"),
    "a web page with a 500": (answer(b"<html>Gonzalez</html>", status="500 E", kind="text/html"), "server_error", "HTTP 500"),
    "a web page": (answer(b"<html>Maintenance</html>", kind="text/html"), "not_data", "text/html"),
    "XML": (answer(b"<feed/>", kind="application/atom+xml"), "not_data", "markup"),
    "half a page": (answer(page(ONE)[:60], length=-1), "incomplete", ""),
    "an error in mid-page": (answer(page(ONE)[:-2] + b', {"error": '), "incomplete", ""),
    "NaN": (answer(page(ONE.replace('"1"', "NaN"))), "unreadable", ""),
    "a list where an object should be": (answer(b'["Gonzalez"]'), "mapping", ""),
    "a text": (answer(b'"Gonzalez"'), "mapping", "is no list"),
    "an entity without its key": (answer(page(ONE.replace('"id"', '"key"'))), "mapping", "person.id"),
    "the next page elsewhere": (
        answer(page(ONE, ', "@odata.nextLink": "http://localhost:9/People"')),
        "circular_link",
        "another host",
    ),
    "the next page is no address": (answer(page(ONE, ', "@odata.nextLink": "http://["')), "not_data", "no address"),
    "the next page is this one": (answer(page("", ', "@odata.nextLink": "People?$skiptoken=1"')), "circular_link", "in a circle"),
}


MATRIX = http_cases("odata", registry, answer(page(ONE), kind="application/json"), everywhere(page(ONE), "application/json") | CASES)


def test_one_bad_entity_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    body = page(ONE.replace("1984-03-09", "soon") + ", " + ONE.replace('"1"', '"2"'))
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        outcome = search(registry(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert [each.ref.id for each in outcome.people] == ["2"]
    assert outcome.partial is not None
    assert "birth_date" in outcome.partial.detail


def test_pages_that_never_end_are_read_to_the_limit_only(tmp_path: Path) -> None:
    def reply(asked: Asked) -> Reply:
        number = int(asked.query.get("$skiptoken", "0"))
        return Reply(page(ONE.replace('"1"', f'"{number}"'), f', "@odata.nextLink": "People?$skiptoken={number + 1}"'))

    with HttpServer(reply) as server:
        outcome = search(registry(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert outcome.truncated
    assert len(server.asked) == 2, "a person, and one more than the limit of the manifest"
