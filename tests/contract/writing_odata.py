"""A case of writing of the kind ``odata``: PATCH with If-Match at SAP CAP. It keeps no keys, so that what it has is read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from adapters.contract import CallContext, Department
from tests.contract.case import department_at
from tests.contract.writing import HAS, PERSON, Backend, WritingCase
from tests.fakes.node_servers import node_server
from tests.fakes.processes import free_port

COLUMNS = {"street": "street", "number": "number", "unit": "unit", "post_code": "postCode"}


def manifest_toml(url: str) -> str:
    """The manifest of the service at ``url``."""
    return f"""
kind = "odata"
title = "Office"
colour = "#336699"
address = "{url}"
capabilities = ["apply"]
roles = ["agent"]

[[apply]]
change = "address"

[apply.current]
path = "/Residents('{{subject}}')"
values = {{ {", ".join(f'{name} = "{column}"' for name, column in COLUMNS.items())} }}

[apply.send]
method = "PATCH"
path = "/Residents('{{subject}}')"
headers = {{ "If-Match" = "{{version}}" }}
body = {{ {", ".join(f'{column} = "{{{name}}}"' for name, column in COLUMNS.items())} }}
receipt = "changedAt"
"""


class Service:
    """The other side, through its own interface."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._count = self._counted()
        home = {column: HAS[name] for name, column in COLUMNS.items()}
        self._ask("PUT", f"/Residents('{PERSON}')", home)
        self._count = self._counted()

    def has(self) -> dict[str, str]:
        found = self._ask("GET", f"/Residents('{PERSON}')")
        return {name: found[column] or "" for name, column in COLUMNS.items()}

    def meddle(self) -> None:
        self._ask("PATCH", f"/Residents('{PERSON}')", {"street": "Meddled Street"})
        self._count += 1

    def effects(self) -> int:
        return self._counted() - self._count

    def _counted(self) -> int:
        return int(self._ask("GET", "/Counted(1)")["changes"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "If-Match": "*"} if data else {}
        with urlopen(Request(self._url + path, data, headers, method=method)) as answer:
            return json.loads(answer.read() or b"{}")


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Department, CallContext, Backend]]:
    url = f"{node_server('odata', 'none').url}/odata/v4/registry"
    service = Service(url)
    with department_at(manifest_toml(url), folder, None) as (department, ctx):
        yield department, ctx, service


def _down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
    return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}/odata"), folder, None)


CASES = [WritingCase("odata", _opened, _down, missing=frozenset({"settled", "undo", "same key"}))]
