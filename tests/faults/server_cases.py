"""Faults before real servers: npm mountebank stands between them and the desk, and delays, cuts, changes or drops what they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from adapters.manifest import load_manifest
from tests.contract import case_fhir, case_graphql, case_odata, case_soap
from tests.fakes.node_servers import node_server
from tests.fakes.processes import free_port
from tests.faults.matrix import Case, Ill

DEADLINE = 1.0
REAL: dict[str, tuple[tuple[str, ...], Callable[[str], str]]] = {
    # The server, and its manifest when it is reached at an address.
    "odata": (("odata", "none"), lambda url: case_odata.manifest_toml(f"{url}/odata/v4/registry", "filter", credential=False, batch=False)),
    "soap": (("soap", "1.1", "none"), lambda url: case_soap.manifest_toml(f"{url}/registry", "npm", "1.1", "none")),
    "fhir": (("fhir", "none"), lambda url: case_fhir.manifest_toml(f"{url}/fhir", "Task")),
    "graphql": (("graphql", "none"), lambda url: case_graphql.manifest_toml(f"{url}/graphql", "connection")),
}


def _order(method: str, path: str, body: Any = None) -> None:
    """Told to mountebank."""
    url = node_server("mountebank").url + path
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"content-type": "application/json"}, method=method)
    build_opener(ProxyHandler({})).open(request, timeout=10).close()


@contextmanager
def _spoilt(kind: str, response: dict[str, Any], folder: Path) -> Iterator[Ill]:
    server, make = REAL[kind]
    real = {"proxy": {"to": node_server(*server).url, "mode": "proxyTransparent"}}
    port = free_port()
    spoilt = response if "is" in response or "fault" in response else real | response
    _order("POST", "/imposters", {"protocol": "http", "port": port, "host": "127.0.0.1", "stubs": [{"responses": [spoilt]}]})
    file = folder / "faulty.toml"
    file.write_text(f"deadline = {DEADLINE}\n" + make(f"http://127.0.0.1:{port}"), encoding="utf-8")
    try:
        yield Ill(load_manifest(file, folder), lambda: _order("PUT", f"/imposters/{port}/stubs", {"stubs": [{"responses": [real]}]}))
    finally:
        _order("DELETE", f"/imposters/{port}")


def _changed(script: str) -> dict[str, Any]:
    text = "const r = config.response; if (typeof r.body !== 'string') r.body = JSON.stringify(r.body);"
    return {"behaviors": [{"decorate": f"(config) => {{ {text} {script} }}"}]}


LATE = {"behaviors": [{"wait": 3000}]}
RESET = {"fault": "CONNECTION_RESET_BY_PEER"}
BUSY = {"is": {"statusCode": 429, "headers": {"Retry-After": "30"}, "body": "Maria Gonzalez"}}
SIGN_ON = {"is": {"headers": {"Content-Type": "text/html"}, "body": "<html>Sign on</html>"}}
CASES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("odata", "@sap/cds answers after the deadline", LATE, "timed_out"),
    ("odata", "@sap/cds is reset", RESET, "no_connection"),
    ("odata", "@sap/cds behind a gateway that is busy", BUSY, "rate_limited"),
    ("odata", "@sap/cds with a list of another name", _changed("r.body = r.body.replace('\"value\"', '\"values\"');"), "mapping"),
    ("odata", "@sap/cds cut in the middle", _changed("r.body = r.body.slice(0, 40); delete r.headers['Content-Length'];"), "incomplete"),
    ("soap", "npm soap answers after the deadline", LATE, "timed_out"),
    ("soap", "npm soap is reset", RESET, "no_connection"),
    (
        "soap",
        "npm soap behind a sign-on page",
        {"is": {"headers": {"Content-Type": "text/html"}, "body": "<html>Sign on</html>"}},
        "not_data",
    ),
    ("fhir", "@medplum/fhir-router answers after the deadline", LATE, "timed_out"),
    ("fhir", "@medplum/fhir-router with a status that is wrong", _changed("r.statusCode = 500;"), "server_error"),
    ("fhir", "@medplum/fhir-router is another kind of resource", _changed("r.body = r.body.replace('Bundle', 'List');"), "mapping"),
    ("graphql", "graphql-yoga answers after the deadline", LATE, "timed_out"),
    ("graphql", "graphql-yoga is random bytes", {"fault": "RANDOM_DATA_THEN_CLOSE"}, "incomplete"),
    ("graphql", "graphql-yoga without its data", _changed("r.body = r.body.replace('\"data\"', '\"date\"');"), "mapping"),
)
MATRIX = [Case("servers", fault, partial(_spoilt, kind, response), word) for kind, fault, response, word in CASES]
