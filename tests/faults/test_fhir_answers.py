"""Whatever a FHIR server answers, the chip gets its own word, and the detail the issue's code but no personal data."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.manifest import Manifest, load_manifest
from models.outcomes import Answered
from tests.contract.case_fhir import manifest_toml
from tests.fakes.raw_server import RawServer, answer
from tests.faults.behaviours import everywhere
from tests.faults.matrix import http_cases, search

ONE = '{"resource": {"resourceType": "Patient", "id": "1", "name": [{"use": "official", "family": "Gonzalez", "given": ["Maria"]}]}}'


def clinic(url: str, folder: Path) -> Manifest:
    file = folder / "faulty.toml"
    file.write_text("deadline = 0.8\n" + manifest_toml(url, "Task"), encoding="utf-8")
    return load_manifest(file, folder)


def outcome(code: str, severity: str = "error") -> bytes:
    issue = f'{{"severity": "{severity}", "code": "{code}", "diagnostics": "Maria Gonzalez is odd"}}'
    return f'{{"resourceType": "OperationOutcome", "issue": [{{"severity": "warning", "code": "informational"}}, {issue}]}}'.encode()


def page(entries: str, more: str = "") -> bytes:
    return f'{{"resourceType": "Bundle", "type": "searchset", "entry": [{entries}]{more}}}'.encode()


CASES = {
    "a search that is no search": (answer(outcome("invalid"), status="400 Bad Request"), "rejected", "HTTP 400 invalid"),
    "an issue whose code is a text": (answer(outcome("Maria Gonzalez!"), status="400 Bad Request"), "rejected", "HTTP 400"),
    "a parameter that is not known": (answer(outcome("not-supported"), status="400 Bad Request"), "rejected", "HTTP 400 not-supported"),
    "an error in a 200": (answer(outcome("processing")), "server_error", "an OperationOutcome in a 200: processing"),
    "an issue that is none": (answer(b'{"resourceType": "OperationOutcome", "issue": "Gonzalez"}'), "server_error", "in a 200"),
    "not there": (answer(outcome("not-found"), status="404 Not Found"), "not_found", "HTTP 404 not-found"),
    "gone": (answer(outcome("deleted"), status="410 Gone"), "not_found", "HTTP 410 deleted"),
    "forbidden": (answer(outcome("forbidden"), status="403 Forbidden"), "forbidden", "HTTP 403 forbidden"),
    "who are you": (answer(outcome("login"), status="401 Unauthorized"), "sign_in_needed", "HTTP 401"),
    "stale": (answer(outcome("conflict"), status="412 Precondition Failed"), "conflict", "HTTP 412 conflict"),
    "too many": (answer(outcome("throttled"), status="429 Too Many", more="Retry-After: 3\r\n"), "rate_limited", "HTTP 429"),
    "busy": (answer(b"", status="503 Busy", more="Retry-After: 3\r\n"), "rate_limited", "HTTP 503"),
    "a stack trace": (answer(b"NullPointerException: Gonzalez", status="500 E", kind="text/plain"), "server_error", "HTTP 500"),
    "XML": (answer(b"<Bundle/>", kind="application/fhir+xml"), "not_data", "markup"),
    "a web page": (answer(b"<html>Maintenance</html>", kind="text/html"), "not_data", "text/html"),
    "half a page": (answer(page(ONE)[:90], length=-1), "incomplete", ""),
    "a key twice": (answer(page(ONE, ', "type": "history"')), "unreadable", ""),
    "a text": (answer(b'"Gonzalez"'), "mapping", "is no list"),
    "entries that are none": (answer(b'{"resourceType": "Bundle", "entry": {"resource": {}}}'), "mapping", "entry is no list"),
    "entries of texts": (answer(page('"Gonzalez"')), "mapping", "entry is no list"),
    "a Patient without an id": (answer(page(ONE.replace('"id"', '"key"'))), "mapping", "person.id"),
    "all of them": (
        answer(page(ONE, ', "link": [{"relation": "self", "url": "http://x/Patient?_count=9"}]')),
        "mapping",
        "does not search by family",
    ),
    "the next page elsewhere": (
        answer(page(ONE, ', "link": [{"relation": "next", "url": "http://localhost:9/Patient"}]')),
        "circular_link",
        "another host",
    ),
    "the next page is no address": (answer(page(ONE, ', "link": [{"relation": "next", "url": "http://["}]')), "not_data", "no address"),
    "the next page is this one": (
        answer(page("", ', "link": [{"relation": "next", "url": "Patient?page=1"}]')),
        "circular_link",
        "in a circle",
    ),
}


MATRIX = http_cases("fhir", clinic, answer(page(ONE), kind="application/fhir+json"), everywhere(page(ONE), "application/fhir+json") | CASES)


@pytest.mark.parametrize("body", [page(""), b'{"resourceType": "Bundle", "total": 0}', b'{"resourceType": "Bundle", "link": null}'])
def test_an_empty_bundle_is_nobody_found(tmp_path: Path, body: bytes) -> None:
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        found = search(clinic(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(found, Answered)
    assert found.people == ()
