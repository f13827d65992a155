"""Faults of ArcGIS feature servers, which tell of their errors within a 200."""

from __future__ import annotations

from pathlib import Path

from adapters.manifest import Manifest, load_manifest
from tests.contract.case_arcgis import manifest_toml
from tests.fakes.raw_server import answer
from tests.faults.behaviours import everywhere
from tests.faults.matrix import http_cases

ONE = (
    b'{"objectIdFieldName": "OBJECTID", "fields": [{"name": "OBJECTID", "type": "esriFieldTypeOID"}], "features": '
    b'[{"attributes": {"OBJECTID": 1, "OWNER_ID": "1001", "GIVEN": "Maria", "FAMILY": "Gonzalez"}}]}'
)


def _manifest(url: str, folder: Path) -> Manifest:
    file = folder / "faulty.toml"
    file.write_text("deadline = 0.6\n" + manifest_toml(url), encoding="utf-8")
    return load_manifest(file, folder)


def _error(code: int) -> bytes:
    return answer(b'{"error": {"code": %d, "message": "Maria Gonzalez is odd", "details": ["Gonzalez"]}}' % code)


CASES = {
    "error 400 in a 200": (_error(400), "rejected"),
    "error 403 in a 200": (_error(403), "forbidden"),
    "error 498 in a 200: the token": (_error(498), "sign_in_needed"),
    "error 499 in a 200: no token": (_error(499), "sign_in_needed"),
    "error 500 in a 200": (_error(500), "server_error"),
    "a feature without its key": (answer(ONE.replace(b"OWNER_ID", b"KEY")), "mapping", "person.id is missing"),
    "no features": (answer(b'{"features": "Gonzalez"}'), "mapping"),
}
MATRIX = http_cases("arcgis", _manifest, answer(ONE), everywhere(ONE, "application/json") | CASES)
