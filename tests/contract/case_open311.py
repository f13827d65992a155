"""Cases of the kind ``open311``: GeoReport v2 in JSON and XML, the latter with some habits of real cities.

People are known there only by what they reported: those of the suite without records have a request of another number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.open311_server import City, Open311Server
from tests.fakes.processes import free_port

SECRET = "k-311"
DAYS = 3660
"""The suite's records reach back some years: many windows of 90 days."""


def _requests() -> list[dict[str, Any]]:
    known = {row.person for row in suite.RECORDS}
    found = [_request(row.id, row.person, row.title, row.status, row.opened.isoformat()) for row in suite.RECORDS]
    for item, row in zip(found, suite.RECORDS, strict=True):
        item["expected_datetime"] = f"{row.due.isoformat()}T17:00:00Z" if row.due else None
    others = [person for person in suite.PEOPLE if person.id not in known]
    return found + [_request(f"OTHER-{person.id}", person.id, "Pothole", "O", "2026-10-01") for person in others]


def _request(number: str, account: str, title: str, status: str, opened: str) -> dict[str, Any]:
    person = next(each for each in suite.PEOPLE if each.id == account)
    return {
        "service_request_id": number,
        "status": status,
        "service_name": title,
        "requested_datetime": f"{opened}T09:00:00Z",
        "account_id": account,
        "first_name": person.given,
        "last_name": person.family,
        "phone": person.phone or None,
        "email": person.email or None,
        "address_string": f"{person.number} {person.street}, {person.post_code} {person.city}",
    }


def _manifest(address: str, form: str, key: bool) -> str:
    codes = "".join(f'{code} = {{ label = "{label}", state = "{state}" }}\n' for code, (label, state) in suite.STATUSES.items())
    auth = 'credential = "city"\nauth = { type = "api_key", parameter = "api_key" }\n' if key else ""
    return f"""\
kind = "open311"
title = "Requests"
colour = "#336699"
address = "{address}"
{auth}capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
open311 = {{ format = "{form}", days = {DAYS}, page_size = 2 }}

[[find]]
needs = ["family"]
query = {{ last_name = "{{family}}" }}

[[records]]
query = {{ account_id = "{{subject}}" }}

[codes.status]
{codes}"""


def _case(name: str, form: str, key: bool, **habits: Any) -> Case:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        city = City(_requests(), most_a_page=2, names_by_search_only=True, api_key=SECRET if key else "", **habits)
        city.services = [{"service_code": "P1", "service_name": "Pothole"}]
        with Open311Server(city) as server, department_at(_manifest(server.url, form, key), folder, SECRET if key else None) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(_manifest(f"http://127.0.0.1:{free_port()}", form, key), folder, SECRET if key else None)

    missing = frozenset({"birth_date", "amount", "people without records"})
    return Case(name, opened, missing=missing, needs_credential=key, down=down)  # type: ignore[arg-type]


CASES = [
    _case("open311-json", "json", key=True),
    _case("open311-xml", "xml", key=True),
    _case("open311-json-habits", "json", key=False, lists=True, keeps_nulls=True, unknown="empty"),
    _case("open311-xml-habits", "xml", key=False, item="service_request", keeps_nulls=True, knows_paths=True, unknown="text"),
]
