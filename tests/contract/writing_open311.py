"""A case of writing of the kind ``open311``: what a server lets staff do besides, in JSON below its endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from adapters.contract import CallContext, Department
from tests.contract.case import department_at
from tests.contract.writing import Backend, WritingCase
from tests.fakes.http_server import HttpServer
from tests.fakes.processes import free_port
from tests.fakes.rest_office import SECRET, RestOffice, manifest_toml


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Department, CallContext, Backend]]:
    office = RestOffice("etag")
    with HttpServer(office) as server, department_at(manifest_toml(server.url, "etag", "open311"), folder, SECRET) as (department, ctx):
        yield department, ctx, office


def _down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
    return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}", "etag", "open311"), folder, SECRET)


CASES = [WritingCase("open311-staff", _opened, _down, needs_credential=True)]
