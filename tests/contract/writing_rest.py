"""Cases of writing of the kind ``rest``: one department that keeps keys and ETags, one with a revision and a list of changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from adapters.contract import CallContext, Department
from tests.contract.case import department_at
from tests.contract.writing import Backend, WritingCase
from tests.fakes.http_server import HttpServer
from tests.fakes.processes import free_port
from tests.fakes.rest_office import SECRET, RestOffice, Style, manifest_toml


def _case(style: Style) -> WritingCase:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext, Backend]]:
        office = RestOffice(style)
        with HttpServer(office) as server, department_at(manifest_toml(server.url, style), folder, SECRET) as (department, ctx):
            yield department, ctx, office

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}", style), folder, SECRET)

    missing = frozenset() if style == "etag" else frozenset({"undo"})
    return WritingCase(f"rest-{style}", opened, down, missing=missing, needs_credential=True)  # type: ignore[arg-type]


CASES = [_case("etag"), _case("revision")]
