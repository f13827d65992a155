"""Cases of the kind ``soap``: SOAP 1.1 and 1.2 by npm's soap and by PyPI's spyne, with each way of WS-Security.

The WSDL comes from the server, which for npm's imports a schema, or from a file of the site.
"""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.certificates import make_key
from tests.fakes.node_servers import SCRIPTS, node_server
from tests.fakes.processes import folder_of_the_run, free_port, start, wait_for_port

SECRET = "s3cret=+/ ü"
Security = Literal["none", "text", "digest", "signature"]

PLACES = {
    # npm's service writes people and cases as they are; spyne wraps an operation's answer in an element of its own.
    "npm": {"people": "person", "cases": "cases.case", "case": "case", "number": "number"},
    "spyne": {"people": "FindPeopleResult.Person", "cases": "ListCasesResult.Case", "case": "GetCaseResult", "number": "number"},
}


def manifest_toml(url: str, server: str, version: str, security: Security, wsdl: str = "") -> str:
    """The manifest of a registry at ``url``. With signatures, ``desk.key`` and ``desk.pem`` are in the site's folder."""
    auth = {
        "none": "",
        "text": 'credential = "registry"\nauth = { type = "wsse", user = "desk" }',
        "digest": 'credential = "registry"\nauth = { type = "wsse", user = "desk", digest = true }',
        "signature": 'credential = "registry"\nauth = { type = "signature", key = "{site}/desk.key", certificate = "{site}/desk.pem" }',
    }[security]
    soap = [f'wsdl = "{wsdl}"'] if wsdl else []
    soap += ['port = "RegistryPort12"'] if server == "npm" and version == "1.2" else []
    soap += ['faults = { NoSuchCase = "not_found" }']
    places = PLACES[server]
    ask = '"criteria.family"' if server == "npm" else "family"
    page = ("paging.page", "paging.size") if server == "npm" else ("page", "size")
    paging = f'paging = {{ by = "page", parameter = "{page[0]}", size_parameter = "{page[1]}", size = 4, start = 0 }}'
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    return f"""
kind = "soap"
title = "Registry"
colour = "#336699"
address = "{url}"
{auth}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
soap = {{ {", ".join(soap)} }}

[[find]]
needs = ["family"]
operation = "FindPeople"
body = {{ {ask} = "{{family}}" }}
items = "{places["people"]}"
{paging}

[[records]]
operation = "ListCases"
body = {{ owner = "{{subject}}" }}
items = "{places["cases"]}"
{paging}

[[lookup]]
operation = "GetCase"
body = {{ number = "{{reference|upper}}" }}
items = "{places["case"]}"

[check]
operation = "Ping"

[person]
id = "id"
given_name = "name.given"
family_name = "name.family"
birth_date = "born"
phones = ["phone[0]"]
emails = ["email[0]"]
address = {{ thoroughfare = "address.street", locator = "address.number", post_code = "address.postCode", city = "address.city" }}

[record.case]
id = "{places["number"]}"
title = "subject"
subject = "owner"
status = {{ from = "state", codes = "states" }}
opened = "opened"
due = "due"
amount = "amount"

[codes.states]
{codes}
"""


@cache
def key_folder() -> Path:
    """The desk's key and certificate, one pair a run."""
    folder = folder_of_the_run("keys")
    make_key(folder, SECRET)
    return folder


@cache
def spyne_url(version: str) -> str:
    """spyne's server, started when it is first asked for."""
    if sys.version_info >= (3, 12):
        pytest.skip("spyne does not run on Python 3.12 and newer")
    folder, port = folder_of_the_run("spyne"), free_port()
    wait_for_port(start([sys.executable, SCRIPTS / "soap_spyne.py", port, version], folder), port, folder)
    return f"http://127.0.0.1:{port}/"


def soap_case(server: Literal["npm", "spyne"], version: str, security: Security = "none", file: bool = False) -> Case:
    secret = SECRET if security != "none" else None

    @contextmanager
    def at(url: str, folder: Path) -> Iterator[tuple[Department, CallContext]]:
        wsdl = ""
        if file:
            for name in ("registry.wsdl", "registry.xsd"):
                shutil.copy(SCRIPTS / name, folder)
            wsdl = "{site}/registry.wsdl"
        if security == "signature":
            for each in key_folder().glob("desk.*"):
                shutil.copy(each, folder)
        with department_at(manifest_toml(url, server, version, security, wsdl), folder, secret) as pair:
            yield pair

    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        if server == "spyne":
            url = spyne_url(version)
        else:
            certificate = [str(key_folder() / "desk.pem")] if security == "signature" else []
            url = f"{node_server('soap', version, security, *certificate).url}/registry"
        with at(url, folder) as pair:
            yield pair

    @contextmanager
    def down(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        with socket.create_server(("127.0.0.1", 0)) as closed_soon:
            port = closed_soon.getsockname()[1]
        with at(f"http://127.0.0.1:{port}/registry", folder) as pair:
            yield pair

    name = f"soap-{server}-{version}-{security}{'-file' if file else ''}"
    return Case(name, opened, needs_credential=secret is not None, down=down)


CASES = [
    soap_case("npm", "1.1", "text"),
    soap_case("npm", "1.2", "digest", file=True),
    soap_case("npm", "1.1", "signature", file=True),
    soap_case("spyne", "1.1"),
    soap_case("spyne", "1.2"),
]
