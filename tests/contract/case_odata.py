"""Cases of the kind ``odata``: SAP CAP on SQLite, by key and by filter, with drafts, with and without credential and $batch."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.node_servers import node_server

SECRET = "s3cret=+/ ü"
Asks = Literal["filter", "key", "drafts"]

FILTER = "startswith(tolower(family),tolower('{family}'))"
QUESTIONS = {
    # Which question finds people, reads one's records and looks one up.
    "filter": f"""
[[find]]
needs = ["family"]
path = "/People"
query = {{ "$filter" = "{FILTER}", "$orderby" = "id" }}

[[records]]
path = "/Cases"
query = {{ "$filter" = "owner_id eq '{{subject}}'" }}

[[lookup]]
path = "/Cases"
query = {{ "$filter" = "number eq '{{reference|upper}}'" }}
""",
    "key": f"""
[[find]]
needs = ["family"]
path = "/People"
query = {{ "$filter" = "{FILTER}", "$select" = "id,given,family,born,phone,email,home_street,home_number,home_postCode,home_city" }}

[[records]]
path = "/People('{{subject}}')/cases"
query = {{ "$filter" = "state ne 'C'" }}

[[records]]
path = "/People('{{subject}}')"
query = {{ "$select" = "id", "$expand" = "cases($filter=state eq 'C')" }}
items = "cases"

[[lookup]]
path = "/Cases('{{reference|upper}}')"
""",
    # An entity with drafts has a second key; pages by $top and $skip, as the service has none of its own.
    "drafts": f"""
[[find]]
needs = ["family"]
path = "/People"
query = {{ "$filter" = "{FILTER}" }}

[[records]]
path = "/Permits"
query = {{ "$filter" = "owner_id eq '{{subject}}' and IsActiveEntity eq true", "$orderby" = "number" }}
paging = {{ by = "offset", parameter = "$skip", size_parameter = "$top", size = 2 }}

[[lookup]]
path = "/Permits(number='{{reference|upper}}',IsActiveEntity=true)"
""",
}


def manifest_toml(url: str, asks: Asks, credential: bool, batch: bool) -> str:
    """The manifest of a CAP service at ``url``."""
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    auth = 'credential = "registry"\nauth = { type = "basic", user = "desk" }' if credential else ""
    return f"""
kind = "odata"
title = "Registry"
colour = "#336699"
address = "{url}"
{auth}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
odata = {{ batch = {str(batch).lower()} }}
{QUESTIONS[asks]}
[person]
id = "id"
given_name = "given"
family_name = "family"
birth_date = "born"
phones = ["phone"]
emails = ["email"]
address = {{ thoroughfare = "home_street", locator = "home_number", post_code = "home_postCode", city = "home_city" }}

[record.case]
id = "number"
title = "subject"
subject = "owner_id"
status = {{ from = "state", codes = "states" }}
opened = "opened"
due = "due"
amount = "amount"

[codes.states]
{codes}
"""


def odata_case(asks: Asks, credential: bool = False, batch: bool = False) -> Case:
    secret = SECRET if credential else None

    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        server = node_server("odata", "basic" if credential else "none")
        with department_at(manifest_toml(f"{server.url}/odata/v4/registry", asks, credential, batch), folder, secret) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        with socket.create_server(("127.0.0.1", 0)) as closed_soon:
            port = closed_soon.getsockname()[1]
        return department_at(manifest_toml(f"http://127.0.0.1:{port}/odata", asks, credential, batch), folder, secret)

    name = f"odata-{asks}{'-basic' if credential else ''}{'-batch' if batch else ''}"
    return Case(name, opened, needs_credential=credential, down=down)


CASES = [odata_case("filter"), odata_case("key", credential=True, batch=True), odata_case("drafts")]
