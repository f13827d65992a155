"""Departments of kind rest on the benchmark's server, made like any others: manifests, registry, bulkheads."""

from __future__ import annotations

from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.toml_tables import read_table
from adapters.transport import Transport
from app.services.departments import Departments, Port
from tests.fakes.departments import FakeSecrets

CODES = {"tax": {"OD": {"label": "Overdue", "state": "late"}, "PD": {"label": "Paid", "state": "closed"}}}
PERSON = {
    "id": "id",
    "given_name": "given",
    "family_name": "family",
    "birth_date": "born",
    "phones": ["phone"],
    "address": {"full": "street"},
}
RECORD = {
    "id": "id",
    "title": "title",
    "status": {"from": "state", "codes": "tax"},
    "opened": "opened",
    "due": "due",
    "amount": {"from": "cents", "cents": True},
    "fields": [{"label": "Parcel", "value": "parcel"}, {"label": "Note", "value": "note"}],
}


def manifest(number: int, url: str, find: str, records: str = "/records/0", deadline: float = 2.0) -> Manifest:
    """A department whose find is asked at ``find``, such as ``/people/20``."""
    return read_table(
        Manifest,
        {
            "id": f"dept{number:02}",
            "path": f"dept{number:02}.toml",
            "kind": "rest",
            "title": f"Department {number}",
            "colour": "#336699",
            "address": url,
            "capabilities": ("find", "records", "check"),
            "roles": ("agent",),
            "deadline": deadline,
            "find": [{"needs": ["name"], "path": f"{find}/{number}", "query": {"name": "{name}"}, "items": "items"}],
            "records": [{"path": f"{records}/{number}", "query": {"holder": "{subject}"}, "items": "items"}],
            "person": PERSON,
            "record": {"bill": RECORD},
            "codes": CODES,
            "currency": "USD",
        },
    )


def departments(manifests: list[Manifest], transport: Transport) -> Departments:
    return Departments([Port(each, make_department(each, transport)) for each in manifests], FakeSecrets())
