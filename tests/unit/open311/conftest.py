"""A department of kind open311 on a loopback server, opened as each test says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.contract import CallContext
from adapters.manifest import Manifest
from adapters.open311 import Open311Department
from adapters.toml_tables import read_table
from adapters.transport import Transport
from models.people import Person
from models.query import SearchQuery
from models.records import Record
from tests.fakes.open311_server import City, Open311Server

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA = {"account_id": "5", "first_name": "Ana", "last_name": "Núñez", "email": "ana@mail.example", "phone": "+15550100"}
BO = {"account_id": "6", "first_name": "Bo", "last_name": "O'Neil", "phone": "+15550200"}


def request(number: object, days_ago: float, **more: Any) -> dict[str, Any]:
    opened = (NOW - timedelta(days=days_ago)).isoformat()
    base = {"service_request_id": number, "status": "open", "service_name": "Pothole", "service_code": "P1", "requested_datetime": opened}
    return {**base, "address": "1 Main St", "lat": 48.2, "long": 16.37, "status_notes": None, **more}


REQUESTS = [
    request("SR-1", 1, **ANA),
    request("SR-2", 0.1, status="closed", **BO),
    request("SR-3", 3, lat=48.3),
    request("SR-4", 100, **ANA),
    request("SR-5", 250, **ANA),
    request("a/b c", 5, lat=None, long=None),
]
CITY = City(
    requests=REQUESTS,
    services=[{"service_code": "P1", "service_name": "Pothole", "metadata": True, "type": "realtime", "keywords": "road, hole"}],
    definitions={"P1": [{"code": "Q", "variable": True, "datatype": "text", "required": True, "order": 1, "description": "How deep?"}]},
    tokens={"t1": "SR-1", "t2": None},
)


def ctx(credential: str | None = None) -> CallContext:
    return CallContext(deadline=time.monotonic() + 10, credential=credential, now=NOW)


def manifest(address: str, **more: Any) -> Manifest:
    base: dict[str, Any] = {
        "id": "city",
        "path": "city.toml",
        "kind": "open311",
        "title": "City",
        "colour": "#336699",
        "address": address,
        "capabilities": ("find", "records", "lookup", "check"),
        "roles": ("agent",),
        "references": ("SR-[0-9]+",),
        "find": (
            {"needs": ("phone",), "query": {"phone": "{phone|digits}"}},
            {"needs": ("family",), "query": {"last_name": "{family}", "first_name": "{given}"}},
            {"needs": ("address",), "query": {"address": "{address}"}},
        ),
        "records": ({"query": {"account_id": "{subject}"}},),
    }
    return read_table(Manifest, {**base, **more})


@pytest.fixture(scope="module")
def transport() -> Iterator[Transport]:
    transport = Transport()
    yield transport
    transport.close()


@pytest.fixture(params=["json", "xml"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Opened:
    """A server with habits, and the department that asks it."""

    def __init__(self, transport: Transport, form: str, city: City, dialect: dict[str, Any], **more: Any) -> None:
        self.server = Open311Server(city)
        self.department = Open311Department(manifest(self.server.url, open311={"format": form, **dialect}, **more), transport)

    def __enter__(self) -> Opened:
        self.server.__enter__()
        return self

    def __exit__(self, *how: object) -> None:
        self.department.close()
        self.server.__exit__(*how)

    def find(self, **parts: Any) -> list[Person | Record]:
        return list(self.department.find(SearchQuery(**parts), ctx()))

    def numbers(self, found: Any) -> list[str]:
        return [each.ref.id for each in found]


@pytest.fixture
def opened(transport: Transport, form: str) -> Any:
    def make(city: City = CITY, *, dialect: dict[str, Any] | None = None, **more: Any) -> Opened:
        return Opened(transport, form, city, dialect or {}, **more)

    return make


# --- find
