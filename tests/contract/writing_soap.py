"""Cases of writing of the kind ``soap``: spyne in SOAP 1.1 and 1.2, with a revision and keys that it keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from adapters.contract import CallContext, Department
from tests.contract.case import department_at
from tests.contract.case_soap import spyne_url
from tests.contract.writing import Backend, WritingCase
from tests.fakes.processes import free_port

COLUMNS = {"street": "street", "number": "number", "unit": "unit", "post_code": "postCode"}
SAID = 'key = "{key}", id = "{subject}", revision = "{version}"'


def manifest_toml(url: str) -> str:
    """The manifest of the registry at ``url``."""
    return f"""
kind = "soap"
title = "Office"
colour = "#336699"
address = "{url}"
capabilities = ["apply"]
roles = ["agent"]
soap = {{ faults = {{ '(Client[.])?Stale' = "conflict", '(Client[.])?NoSuchCase' = "not_found" }} }}

[[apply]]
change = "address"
repeatable = true

[apply.current]
operation = "GetResident"
body = {{ id = "{{subject}}" }}
items = "GetResidentResult"
values = {{ {", ".join(f'{name} = "{column}"' for name, column in COLUMNS.items())} }}
version = "revision"

[apply.send]
operation = "ChangeAddress"
body = {{ {SAID}, {", ".join(f'{c} = "{{{n}}}"' for n, c in COLUMNS.items())} }}
receipt = "ChangeAddressResult.number"

[apply.settled]
operation = "FindChange"
body = {{ key = "{{key}}" }}
items = "FindChangeResult"
receipt = "number"

[apply.undo]
operation = "ChangeAddress"
body = {{ {SAID}, {", ".join(f'{c} = "{{before_{n}}}"' for n, c in COLUMNS.items())} }}
receipt = "ChangeAddressResult.number"
"""


class Registry:
    """The other side, through operations that the tests have."""

    def __init__(self, url: str, version: str) -> None:
        self._url = url
        self._version = version
        self._ask("Reset")

    def has(self) -> dict[str, str]:
        home: dict[str, str] = json.loads(self._ask("Tell"))["home"]
        return home

    def meddle(self) -> None:
        self._ask("Meddle")

    def effects(self) -> int:
        return int(json.loads(self._ask("Tell"))["effects"])

    def _ask(self, operation: str) -> Any:
        space = "http://www.w3.org/2003/05/soap-envelope" if self._version == "1.2" else "http://schemas.xmlsoap.org/soap/envelope/"
        envelope = f'<e:Envelope xmlns:e="{space}"><e:Body><{operation} xmlns="urn:registry"/></e:Body></e:Envelope>'
        with urlopen(Request(self._url, envelope.encode(), {"Content-Type": "text/xml; charset=utf-8"})) as answer:
            found = re.search(rf"<[^>]*{operation}Result[^>]*>(.*)</[^>]*{operation}Result>", answer.read().decode(), re.DOTALL)
        return unescape(found[1]) if found else ""


def _case(version: str) -> WritingCase:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext, Backend]]:
        url = spyne_url(version)
        registry = Registry(url, version)
        with department_at(manifest_toml(url), folder, None) as (department, ctx):
            yield department, ctx, registry

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}/registry"), folder, None)

    return WritingCase(f"soap-{version}", opened, down)


CASES = [_case("1.1"), _case("1.2")]
