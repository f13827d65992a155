"""Faults of Open311 servers, in JSON and in XML: errors in every form that cities give them."""

from __future__ import annotations

from pathlib import Path

from adapters.manifest import Manifest, load_manifest
from tests.fakes.raw_server import answer
from tests.faults.behaviours import everywhere
from tests.faults.matrix import http_cases

JSON, XML = "application/json", "text/xml; charset=utf-8"
MANIFEST = """
kind = "open311"
title = "Requests"
colour = "#336699"
address = "{url}"
capabilities = ["find"]
roles = ["agent"]
deadline = 0.8
open311 = {{ format = "{form}" }}

[[find]]
needs = ["family"]
query = {{ last_name = "{{family}}" }}
"""
ONE = (
    b'[{"service_request_id": "7", "status": "open", "service_name": "Pothole", "requested_datetime": "2026-11-01T09:00:00Z", '
    b'"account_id": "1", "first_name": "Maria", "last_name": "Gonzalez"}]'
)
ONE_XML = (
    b"<service_requests><request><service_request_id>7</service_request_id><status>open</status><account_id>1</account_id>"
    b"<first_name>Maria</first_name><last_name>Gonzalez</last_name></request></service_requests>"
)


def _json(url: str, folder: Path) -> Manifest:
    return _manifest(url, folder, "json")


def _xml(url: str, folder: Path) -> Manifest:
    return _manifest(url, folder, "xml")


def _manifest(url: str, folder: Path, form: str) -> Manifest:
    file = folder / "faulty.toml"
    file.write_text(MANIFEST.format(url=url, form=form), encoding="utf-8")
    return load_manifest(file, folder)


OF_JSON = {
    "an error in a 200": (answer(b'[{"code": 403, "description": "Gonzalez is not yours"}]'), "forbidden"),
    "an error within errors": (answer(b'{"errors": {"error": {"code": 400, "description": "Gonzalez"}}}'), "rejected"),
    "an error as an object": (answer(b'{"error": {"code": 500, "message": "Gonzalez"}}'), "server_error"),
    "an error of type and title": (answer(b'{"type": "about:blank", "title": "Too many", "status": 429}'), "rate_limited"),
    "an api key that is refused": (answer(b'[{"code": 403, "description": "Missing or Invalid API Key"}]'), "sign_in_needed"),
    "an error as plain text": (answer(b"Gonzalez went wrong", status="500 Error", kind="text/plain"), "server_error"),
    "schema drift: no requests": (answer(b'{"hello": 1}'), "mapping"),
    "a key twice": (answer(b'[{"status": "open", "status": "closed"}]'), "unreadable"),
    "NaN": (answer(b'[{"service_request_id": NaN}]'), "unreadable"),
    "each field wrapped in a list": (
        answer(b'[{"service_request_id": ["7"], "account_id": ["1"], "first_name": ["Maria"], "last_name": ["Gonzalez"]}]'),
        *("", "", "it is read"),
    ),
}
OF_XML = {
    "an error in a 200": (
        answer(b"<errors><error><code>404</code><description>Gonzalez</description></error></errors>", kind=XML),
        "not_found",
    ),
    "entities": (answer(b'<!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>', kind=XML), "unreadable", "document type"),
    "a million entities": (
        answer(b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><r>&b;</r>', kind=XML),
        *("unreadable", "document type"),
    ),
    "a file as an entity": (answer(b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', kind=XML), "unreadable"),
    "an address as an entity": (answer(b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>', kind=XML), "unreadable"),
    "nested too deeply": (answer(b"<a>" * 3000 + b"</a>" * 3000, kind=XML), "unreadable"),
    "a million attributes": (answer(b"<a " + b" ".join(b'a%d="1"' % n for n in range(30_000)) + b"></b>", kind=XML), "unreadable"),
    "an encoding that it does not have": (answer(b'<?xml version="1.0" encoding="utf-16"?>' + ONE_XML, kind="text/xml"), "charset"),
    "characters that XML forbids": (answer(ONE_XML.replace(b"Maria", b"Mar\x0bia"), kind=XML), "", "", "what can't be shown is replaced"),
}
MATRIX = [
    *http_cases("open311 (JSON)", _json, answer(ONE), everywhere(ONE, JSON) | OF_JSON),
    *http_cases("open311 (XML)", _xml, answer(ONE_XML, kind=XML), everywhere(ONE_XML, XML) | OF_XML),
]
