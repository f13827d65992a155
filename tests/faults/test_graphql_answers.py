"""Whatever a GraphQL server answers, the chip gets its own word, and the detail the errors' codes but no personal data."""

from __future__ import annotations

from pathlib import Path

from adapters.manifest import Manifest, load_manifest
from models.outcomes import Answered
from tests.contract.case_graphql import manifest_toml
from tests.fakes.raw_server import RawServer, answer
from tests.faults.behaviours import everywhere
from tests.faults.matrix import http_cases, search

ONE = '{"node": {"id": "1", "given": "Maria", "family": "Gonzalez", "born": "1984-03-09"}}'


def registry(url: str, folder: Path) -> Manifest:
    file = folder / "faulty.toml"
    errors = '\n[graphql]\nerrors = { "BUSY_.*" = "rate_limited", "came too (late|early)" = "forbidden" }\n'
    file.write_text("deadline = 0.8\n" + manifest_toml(url, "connection") + errors, encoding="utf-8")
    return load_manifest(file, folder)


def error(code: str = "", message: str = "Maria Gonzalez is odd", data: str = "") -> bytes:
    extensions = f', "extensions": {{"code": "{code}"}}' if code else ""
    return f'{{"errors": [{{"message": "{message}"{extensions}, "path": ["people"]}}]{data}}}'.encode()


def page(edges: str, more: str = "") -> bytes:
    return f'{{"data": {{"people": {{"edges": [{edges}], "pageInfo": {{"hasNextPage": false}}}}}}{more}}}'.encode()


NULL = ', "data": null'
CASES = {
    "nothing was run": (answer(error()), "rejected", "GraphQL error 1 without a code"),
    "nothing was run, under a status": (answer(error(), status="400 Bad Request"), "rejected", "HTTP 400"),
    "a query that the server does not know": (answer(error("GRAPHQL_VALIDATION_FAILED")), "mapping", "GRAPHQL_VALIDATION_FAILED"),
    "the same under a status": (answer(error("GRAPHQL_VALIDATION_FAILED"), status="400 Bad"), "mapping", "GRAPHQL_VALIDATION_FAILED"),
    "a value that the server refuses": (answer(error("BAD_USER_INPUT")), "rejected", "BAD_USER_INPUT"),
    "a resolver that broke": (answer(error("INTERNAL_SERVER_ERROR", data=NULL)), "server_error", "INTERNAL_SERVER_ERROR"),
    "a resolver that broke and has no code": (answer(error(data=NULL)), "server_error", "1 without a code"),
    "a null where the list should be": (answer(error("E7", data=', "data": {"people": null}')), "server_error", "GraphQL error E7"),
    "a code that is a text": (answer(error("Maria Gonzalez!", data=NULL)), "server_error", "1 without a code"),
    "sign in, in a 200": (answer(error("UNAUTHENTICATED", data=NULL)), "sign_in_needed", "UNAUTHENTICATED"),
    "sign in, by status": (answer(error("UNAUTHENTICATED"), status="401 Unauthorized"), "sign_in_needed", "HTTP 401"),
    "forbidden": (answer(error("FORBIDDEN", data=NULL)), "forbidden", "FORBIDDEN"),
    "as the manifest says, by code": (answer(error("BUSY_NOW", data=NULL)), "rate_limited", "BUSY_NOW"),
    "as the manifest says, by message": (answer(error(message="Maria Gonzalez came too late", data=NULL)), "forbidden", "without a code"),
    "too many": (answer(error(), status="429 Too Many", more="Retry-After: 3\r\n"), "rate_limited", "HTTP 429"),
    "an error that says nothing": (answer(b'{"errors": [{}], "data": null}'), "server_error", "1 without a code"),
    "errors that are none": (answer(b'{"errors": ["Gonzalez"], "data": null}'), "mapping", "has no data"),
    "no data": (answer(b'{"extensions": {}}'), "mapping", "has no data"),
    "data that are none": (answer(b'{"data": ["Gonzalez"]}'), "mapping", "has no data"),
    "another service": (answer(b'["Gonzalez"]'), "mapping", "has no data"),
    "items that are not there": (answer(b'{"data": {"persons": []}}'), "mapping", "find.items"),
    "an entry without its key": (answer(page(ONE.replace('"id"', '"key"'))), "mapping", "person.id"),
    "a gateway's page": (answer(b"<html>Gonzalez</html>", status="502 Bad Gateway", kind="text/html"), "server_error", "HTTP 502"),
    "a stack trace": (answer(b"TypeError: Gonzalez", status="500 E", kind="text/plain"), "server_error", "HTTP 500"),
    "a web page": (answer(b"<html>GraphiQL</html>", kind="text/html"), "not_data", "text/html"),
    "half an answer": (answer(page(ONE)[:60], length=-1), "incomplete", ""),
    "a key twice": (answer(page(ONE, ', "data": {}')), "unreadable", ""),
}


MATRIX = http_cases("graphql", registry, answer(page(ONE), kind="application/json"), everywhere(page(ONE), "application/json") | CASES)


def test_what_came_beside_an_error_is_shown(tmp_path: Path) -> None:
    body = page(ONE, ', "errors": [{"message": "no phone", "extensions": {"code": "E7"}}]')
    with RawServer(lambda connection: connection.sendall(answer(body))) as server:
        found = search(registry(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(found, Answered)
    assert [person.full_name for person in found.people] == ["Maria Gonzalez"]
    assert found.partial is not None
    assert (found.partial.key, "the answer has errors: E7" in found.partial.detail) == ("mapping", True)
